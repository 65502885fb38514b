import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../agent/errors';
import type { EvaluationSetting, TaskResult } from '../../agent/evaluation';
import { isRecord, parseJson } from '../../agent/json';

/** Of results files that are kept; */
export const ending = '.jsonl';
/** of those whose evaluation has not come to its end. */
export const unfinishedEnding = `.unfinished${ending}`;

/** What a results file holds. */
export interface Results {
  readonly setting: EvaluationSetting;
  /** In the order of tasks and attempts; of several results of one attempt the one that counts. */
  readonly results: readonly TaskResult[];
}

/** A results file that is being written: one line a result, each on the disk before the next. */
export interface ResultFile {
  /** What an earlier run left. */
  readonly earlier: readonly TaskResult[];
  append(result: TaskResult): Promise<void>;
  /** Puts all lines in order, or leaves the file as it was. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Begins a results file, or goes on with one of the same setting. A last line that a crash left unfinished is dropped.
 * @throws {UserError} `evaluation.results*`
 */
export async function openResultFile(
  file: string,
  setting: EvaluationSetting,
  { resume }: { readonly resume: boolean },
): Promise<ResultFile> {
  const known = await readText(file);
  if (known.trim() !== '' && !resume) {
    throw new UserError(
      'evaluation.resultsExist',
      '{0} holds results already. Add --resume to go on with them, or choose another file.',
      [file],
    );
  }
  const whole = known.slice(0, known.lastIndexOf('\n') + 1);
  const earlier = whole.trim() === '' ? undefined : parseResults(whole, file);
  if (earlier !== undefined) requireSame(earlier.setting, setting, file);
  const lines = new Map(earlier?.results.map((result) => [keyOf(result), result]));
  const handle = await openFor(file);
  try {
    await handle.truncate(Buffer.byteLength(earlier === undefined ? '' : whole));
    if (earlier === undefined) await write(handle, file, setting);
  } catch (error) {
    await handle.close();
    throw error;
  }
  let writing: Promise<void> = Promise.resolve();
  return {
    earlier: earlier?.results ?? [],
    async append(result) {
      lines.set(keyOf(result), result);
      const before = writing;
      writing = (async () => {
        await before.catch(() => undefined);
        await write(handle, file, result);
      })();
      return writing;
    },
    async finish() {
      await writing;
      await replace(file, [earlier?.setting ?? setting, ...inOrder([...lines.values()])]);
    },
    close: async () => {
      await writing.catch(() => undefined);
      await handle.close();
    },
  };
}

/** @throws {UserError} `evaluation.badResults` */
export async function readResults(file: string): Promise<Results> {
  try {
    return parseResults(await readFile(file, 'utf8'), file);
  } catch (cause) {
    if (UserError.is(cause)) throw cause;
    throw new UserError('evaluation.badResults', 'The results {0} cannot be read. Check the path.', [file], { cause });
  }
}

/** By task, then by attempt. */
export function inOrder(results: readonly TaskResult[]): TaskResult[] {
  return results.toSorted((a, b) => a.index - b.index || a.attempt - b.attempt);
}

/** An error is no result where there is a better one; else the later one counts. */
export function bestOf(results: readonly TaskResult[]): TaskResult[] {
  const best = new Map<string, TaskResult>();
  for (const result of results) {
    const known = best.get(keyOf(result));
    if (known === undefined || result.ending !== 'error' || known.ending === 'error') best.set(keyOf(result), result);
  }
  return inOrder([...best.values()]);
}

function keyOf({ index, attempt }: TaskResult): string {
  return `${index} ${attempt}`;
}

/** What cannot be read after the first line is passed over: at worst the task is run again. */
function parseResults(text: string, file: string): Results {
  const [first, ...rest] = text.split('\n').map(parseJson);
  if (!isSetting(first)) {
    throw new UserError('evaluation.badResults', '{0} is no results file: its first line does not say of what.', [
      file,
    ]);
  }
  return { setting: first, results: bestOf(rest.filter(isResult)) };
}

function isSetting(value: unknown): value is EvaluationSetting {
  return isRecord(value) && value['type'] === 'evaluation' && value['version'] === 1 && isKind(value['kind']);
}

function isKind(value: unknown): boolean {
  return value === 'os' || value === 'db';
}

function isResult(value: unknown): value is TaskResult {
  return (
    isRecord(value) &&
    value['type'] === 'result' &&
    Number.isSafeInteger(value['index']) &&
    Number.isSafeInteger(value['attempt']) &&
    typeof value['passed'] === 'boolean' &&
    isRecord(value['tokens']) &&
    isRecord(value['time']) &&
    Array.isArray(value['turns'])
  );
}

/** The address of a server may change between two starts of it; everything else decides results. */
function requireSame(earlier: EvaluationSetting, now: EvaluationSetting, file: string): void {
  const different = (Object.keys(now) as (keyof EvaluationSetting)[]).find(
    (key) => key !== 'endpoint' && earlier[key] !== now[key],
  );
  if (different === undefined) return;
  throw new UserError(
    'evaluation.resultsDiffer',
    '{0} holds results of another evaluation: {1} was {2} and is {3}. Choose another file, or the same settings.',
    [file, different, String(earlier[different]), String(now[different])],
  );
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw notWritten(file, cause);
  }
}

async function openFor(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'a', 0o600);
  } catch (cause) {
    throw notWritten(file, cause);
  }
}

async function write(handle: FileHandle, file: string, line: EvaluationSetting | TaskResult): Promise<void> {
  try {
    await handle.appendFile(`${JSON.stringify(line)}\n`);
    await handle.datasync();
  } catch (cause) {
    throw notWritten(file, cause);
  }
}

async function replace(file: string, lines: readonly (EvaluationSetting | TaskResult)[]): Promise<void> {
  const fresh = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}`);
  try {
    const handle = await open(fresh, 'wx', 0o600);
    try {
      for (const line of lines) await handle.appendFile(`${JSON.stringify(line)}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
  } catch (cause) {
    await rm(fresh, { force: true });
    throw notWritten(file, cause);
  }
}

function notWritten(file: string, cause: unknown): UserError {
  return new UserError(
    'evaluation.resultsFailed',
    'The results could not be written to {0}: {1}. Free some space or choose another file, and go on with --resume.',
    [file, cause instanceof Error ? cause.message : String(cause)],
    { cause },
  );
}
