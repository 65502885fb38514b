import path from 'node:path';
import { createAtomicFile, type AtomicFile } from './atomicFile';
import { createArray, createDialogueLines, createLines, type RowFile } from './rowFile';

/** How the examples of an export stand in its file: `dialogues` are rows of AgentInstruct, as their makers wrote them. */
type ExportShape = 'dialogues' | 'parquet' | 'array' | 'lines';

/** A small file beside an export. */
interface Companion {
  readonly name: string;
  readonly text: string;
}

/** Begins the file of an export. @throws {UserError} as `createAtomicFile` */
export async function createExportFile(
  shape: ExportShape,
  out: string,
  replace: { readonly force: boolean },
): Promise<RowFile<unknown>> {
  switch (shape) {
    case 'dialogues':
      return createDialogueLines(out, replace);
    case 'parquet': {
      const { createParquet } = await import('./parquetFile');
      return createParquet(out, replace);
    }
    case 'array':
      return createArray(out, replace);
    case 'lines':
      return createLines(out, replace);
  }
}

/** Puts an export and what goes with it in place: all of it, or where one is in the way nothing. Settles to the companions. */
export async function finishAll(
  file: RowFile<unknown>,
  out: string,
  companions: readonly Companion[],
  replace: { force: boolean },
): Promise<string[]> {
  const written: AtomicFile[] = [];
  const names = companions.map(({ name }) => path.join(path.dirname(out), name));
  try {
    for (const [index, { text }] of companions.entries()) {
      const companion = await createAtomicFile(names[index] ?? '', replace);
      written.push(companion);
      await companion.write(text);
    }
    await file.finish();
    for (const companion of written) await companion.finish();
    return names;
  } finally {
    for (const companion of written) await companion.discard();
  }
}
