import type { Dialogue, Turn } from '../agent/conversation';
import { UserError } from '../agent/errors';
import type { Mix, MixChoice, MixProgress, WrittenMix } from '../agent/trainingMix';
import { readRows } from './formats/readRow';
import { LeakCheck } from './leak';
import { buildMix, type MixFiles, type MixSink } from './mix';
import { recipeText, type RecipeDisk } from './mixRecipe';
import type { Row, Unreadable } from './row';

interface Replace {
  readonly force: boolean;
}

/** The disk, as a mixture needs it: what is begun is there when it is finished, and not before. */
export interface MixDisk extends RecipeDisk {
  createMixture(
    this: void,
    file: string,
    expectedBytes: number,
    replace: Replace,
  ): Promise<MixSink<[line: string, place: number]>>;
  createValidation(this: void, file: string, replace: Replace): Promise<MixSink<[row: Dialogue]>>;
  createText(this: void, file: string, replace: Replace): Promise<MixSink<[text: string]>>;
}

/** Tells how far a mixture is, and how long a conversation. */
export interface MixTools {
  readonly disk: MixDisk;
  countTokens(this: void, turns: readonly Turn[]): number;
  onProgress(this: void, progress: MixProgress): void;
}

/** Where a mixture goes. */
export interface MixTarget extends Replace {
  readonly out: string;
  /** A recipe that makes it again is written there. */
  readonly recipe?: string | undefined;
  /** SHA-256 that a recipe names, and that the mixture must then have. */
  readonly expected?: string | undefined;
}

/** Of a file's name, which can also begin with a dot, or have none. */
const extension = /(?<=[^/\\])(\.[^./\\]+)?$/;

/** What a mixture would come to. Nothing is written. @throws {UserError} `dataset.*` */
export async function previewMix(choice: MixChoice, tools: MixTools): Promise<Mix> {
  const nowhere = { write: nothing, finish: nothing, discard: nothing };
  return mixInto(choice, { createMixture: async () => nowhere, createValidation: async () => nowhere }, tools);
}

/** Writes a mixture, the rows that are held out of it, and its recipe. @throws {UserError} `dataset.*` */
export async function writeMix(choice: MixChoice, target: MixTarget, tools: MixTools): Promise<WrittenMix> {
  const { out, recipe, expected } = target;
  const { disk } = tools;
  const inputs = [...choice.agent, ...choice.general, choice.leakCheck];
  if (inputs.includes(out)) throw readAndWritten(out);
  const recipeFile = recipe === undefined ? undefined : await disk.createText(recipe, target);
  try {
    const sinks = {
      createMixture: (expectedBytes: number) => disk.createMixture(out, expectedBytes, target),
      createValidation: () => disk.createValidation(validationFileOf(out), target),
    };
    const mix = await mixInto(choice, sinks, tools);
    const sha256 = await disk.hash(out);
    if (expected !== undefined && expected !== sha256) throw otherResult(out);
    if (recipeFile !== undefined && recipe !== undefined) {
      const rows = mix.plan.agent + mix.plan.general;
      await recipeFile.write(await recipeText(recipe, choice, { rows, sha256 }, disk));
      await recipeFile.finish();
    }
    const files = [
      out,
      ...(mix.validation > 0 ? [validationFileOf(out)] : []),
      ...(recipe === undefined ? [] : [recipe]),
    ];
    return { ...mix, sha256, files };
  } finally {
    await recipeFile?.discard();
  }
}

/** Where the recipe of a mixture lies, unless somebody wants it elsewhere. */
export function recipeFileOf(out: string): string {
  return out.replace(extension, '.recipe.json');
}

function validationFileOf(out: string): string {
  return out.replace(extension, '.validation$1');
}

async function mixInto(
  choice: MixChoice,
  sinks: Pick<MixFiles, 'createMixture' | 'createValidation'>,
  { disk, countTokens, onProgress }: MixTools,
): Promise<Mix> {
  const leakCheck = await openLeakCheck(choice.leakCheck, disk);
  const rows: MixFiles['rows'] = (side) => rowsOf(choice[side], disk);
  return buildMix(choice, { ...sinks, rows }, leakCheck, countTokens, onProgress);
}

async function* rowsOf(files: readonly string[], { values }: MixDisk): AsyncGenerator<Row | Unreadable, void> {
  for (const file of files) yield* readRows(values(file));
}

/** @throws {UserError} `dataset.suite` when the file holds no task */
async function openLeakCheck(file: string | undefined, { values }: MixDisk): Promise<LeakCheck> {
  const check = new LeakCheck();
  if (file === undefined) return check;
  let tasks = 0;
  for await (const raw of values(file)) if ('value' in raw && check.addTask(raw.value)) tasks++;
  if (tasks > 0) return check;
  throw new UserError(
    'dataset.suite',
    '{0} holds no task with a description. Choose the tasks of an evaluation suite, as JSON or JSONL.',
    [file],
  );
}

function readAndWritten(out: string): UserError {
  return new UserError(
    'dataset.mix-input',
    '{0} is one of the files that are mixed. Choose another name for the mixture.',
    [out],
  );
}

function otherResult(out: string): UserError {
  return new UserError(
    'dataset.recipe-output',
    '{0} was written, but it is not the file that the recipe names, although its inputs are the same. Use the version of AgentLM that made the recipe.',
    [out],
  );
}

async function nothing(): Promise<void> {}
