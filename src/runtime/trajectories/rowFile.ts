import { formatDialogue, type Dialogue } from '../../agent/conversation';
import { createAtomicFile, type AtomicFile } from './atomicFile';

/** Takes rows, and becomes a file when it is finished. */
export interface RowFile<Row> {
  write(row: Row): Promise<void>;
  finish(): Promise<void>;
  discard(): Promise<void>;
}

interface Replace {
  readonly force: boolean;
}

/** AgentInstruct as JSONL, a line a row, as Python's `json.dumps(row, ensure_ascii=False)` writes it. */
export async function createDialogueLines(file: string, replace: Replace): Promise<RowFile<Dialogue>> {
  const atomic = await createAtomicFile(file, replace);
  return { ...endings(atomic), write: (row) => atomic.write(`${formatDialogue(row)}\n`) };
}

/** JSONL, a line a value. */
export async function createLines(file: string, replace: Replace): Promise<RowFile<unknown>> {
  const atomic = await createAtomicFile(file, replace);
  return { ...endings(atomic), write: (row) => atomic.write(`${JSON.stringify(row)}\n`) };
}

/** One JSON array, as Python's `json.dump(rows, file, indent=2, ensure_ascii=False)` writes it: FastChat's own form. */
export async function createArray(file: string, replace: Replace): Promise<RowFile<unknown>> {
  const atomic = await createAtomicFile(file, replace);
  let empty = true;
  return {
    ...endings(atomic),
    async write(row) {
      const text = JSON.stringify(row, null, 2).replaceAll('\n', '\n  ');
      await atomic.write(`${empty ? '[' : ','}\n  ${text}`);
      empty = false;
    },
    async finish() {
      await atomic.write(empty ? '[]' : '\n]');
      await atomic.finish();
    },
  };
}

function endings(atomic: AtomicFile): Pick<RowFile<never>, 'finish' | 'discard'> {
  return { finish: () => atomic.finish(), discard: () => atomic.discard() };
}
