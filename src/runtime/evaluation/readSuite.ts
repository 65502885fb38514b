import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../agent/errors';
import type { TaskKind } from '../../agent/task';
import { fileHash } from '../trajectories/fileHash';
import { readAgentBenchDatabase } from './agentBenchDatabase';
import { readAgentBenchOs } from './agentBenchOs';
import { BadValue, type Field } from './fields';
import { lineOf, linesOfItems, nameOf, type Path } from './jsonPlace';
import { folderDigest } from './givenFolder';
import { readGiven, readOwnSuiteHead, readOwnTask } from './ownSuite';
import type { Problem, Suite, SuiteFault, TaskPlace } from './suite';

export interface SuitePlace {
  readonly kind: TaskKind;
  /** A file, or a folder that is searched for them. */
  readonly place: string;
  /** Of the script files; looked for beside the suite where it is left out. */
  readonly scripts?: string | undefined;
}

const ownEnding = '.agentlm-suite.json';

/**
 * Reads AgentBench's suites as they are published, and suites of one's own (docs/evaluation.md). What cannot be read is
 * named in `faults`, and the rest stays.
 * @throws {UserError} `evaluation.noSuite` when there is nothing to run at all
 */
export async function readSuite({ kind, place, scripts }: SuitePlace): Promise<Suite> {
  const files = await suiteFiles(place);
  const faults: SuiteFault[] = [];
  const problems: Problem[] = [];
  const places: TaskPlace[] = [];
  const base = files.length === 1 && files[0] === place ? path.dirname(place) : place;
  for (const file of files) {
    const source: Source = { kind, file, name: nameIn(base, file), scripts: await scriptsOf(file, base, scripts) };
    for (const read of await readFileTasks(source)) {
      if ('sentence' in read) {
        faults.push(read);
      } else {
        problems.push(read.problem);
        places.push({ file, line: read.line });
      }
    }
  }
  if (problems.length === 0) {
    const [first] = faults;
    const reason = first === undefined ? '' : ` ${inWords(first)}`;
    throw new UserError('evaluation.noSuite', 'There is no task to run in {0}.{1}', [place, reason]);
  }
  const format = files.some((file) => file.endsWith(ownEnding)) ? 'own' : 'agentbench';
  return { name: suiteName(place), format, problems, places, faults };
}

/**
 * What a suite's file holds: its own suites say it, AgentBench has JSON Lines for databases.
 * @throws {UserError} `evaluation.noSuite`
 */
export async function kindOfSuite(file: string): Promise<TaskKind> {
  if (!file.endsWith(ownEnding)) return file.endsWith('.jsonl') ? 'db' : 'os';
  try {
    return readOwnSuiteHead(JSON.parse(await readFile(file, 'utf8')), file).kind;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** `FILE:LINE: sentence` */
export function inWords({ file, line, sentence }: SuiteFault): string {
  return `${file}:${line}: ${sentence}`;
}

/**
 * Of everything that decides a result: also of what a suite gives to its tasks, wherever that lies.
 * @throws {UserError} when that cannot be read
 */
export async function digestOf({ problems }: Suite): Promise<string> {
  const contents = new Map<string, string>();
  for (const place of new Set(problems.flatMap(placeOf))) contents.set(place, await contentOf(place));
  const portable = problems.map((problem) => {
    const [place] = placeOf(problem);
    if (place === undefined) return problem;
    return { ...problem, [problem.kind === 'os' ? 'folder' : 'database']: contents.get(place) };
  });
  return createHash('sha256').update(JSON.stringify(portable)).digest('hex');
}

/** What the suite gives to a task. */
function placeOf(problem: Problem): string[] {
  const place = problem.kind === 'os' ? problem.folder : problem.database;
  return place === undefined ? [] : [place];
}

async function contentOf(place: string): Promise<string> {
  return (await isFolder(place)) ? folderDigest(place) : fileHash(place, new AbortController().signal);
}

interface Source {
  readonly kind: TaskKind;
  readonly file: string;
  /** Begins the ids of its tasks. */
  readonly name: string;
  readonly scripts: string;
}

async function suiteFiles(place: string): Promise<string[]> {
  try {
    if (!(await stat(place)).isDirectory()) return [place];
    const all = await readdir(place, { recursive: true, withFileTypes: true });
    return all
      .filter(
        (entry) => entry.isFile() && /\.jsonl?$/.test(entry.name) && !/(^|\/)scripts(\/|$)/.test(entry.parentPath),
      )
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort();
  } catch (cause) {
    throw unreadable(place, cause);
  }
}

function unreadable(place: string, cause: unknown): UserError {
  return new UserError('evaluation.noSuite', 'The suite {0} cannot be read. Check its path.', [place], { cause });
}

/** What a suite of a file or folder is called in results. */
export function suiteName(place: string): string {
  return path.basename(place).replace(/(\.agentlm-suite)?\.jsonl?$/, '');
}

function nameIn(base: string, file: string): string {
  return path
    .relative(base, file)
    .replace(/(\.agentlm-suite)?\.jsonl?$/, '')
    .split(path.sep)
    .join('/');
}

/**
 * AgentBench keeps `scripts/dev` beside `data/dev.json` and `scripts/1` beside `data/1/*.json`. Where the user names a
 * folder, such a part of it is preferred, too.
 */
async function scriptsOf(file: string, base: string, chosen: string | undefined): Promise<string> {
  const part = nameIn(base, file).split('/')[0] ?? '';
  const roots = chosen === undefined ? [path.join(base, '../scripts'), path.join(base, 'scripts')] : [chosen];
  for (const root of roots) {
    for (const folder of [path.join(root, part), root]) if (await isFolder(folder)) return path.resolve(folder);
  }
  return path.resolve(chosen ?? path.dirname(file));
}

/** The tasks of a text, not read yet. */
interface Tasks {
  /** The way to the list of them; undefined where the text is a single one. */
  readonly list: Path | undefined;
  readonly readers: readonly (() => Promise<Problem>)[];
}

interface ReadTask {
  readonly problem: Problem;
  readonly line: number;
}

async function readFileTasks(source: Source): Promise<(ReadTask | SuiteFault)[]> {
  const { file } = source;
  const text = await readFile(file, 'utf8');
  if (file.endsWith('.jsonl')) {
    const lines = text.split('\n').map((line, index) => ({ line, index }));
    const filled = lines.filter(({ line }) => line.trim() !== '');
    const read = filled.map(async ({ line, index }, position) =>
      readTasks(
        source,
        line,
        (value) => ({ list: undefined, readers: [() => readTask(source, { value, path: [] }, position)] }),
        index,
      ),
    );
    return (await Promise.all(read)).flat();
  }
  if (file.endsWith(ownEnding)) {
    return readTasks(source, text, async (value) => {
      const head = readOwnSuiteHead(value, file);
      if (head.kind !== source.kind)
        throw new BadValue(['kind'], `is ${head.kind}: run it with "agentlm eval ${head.kind}"`);
      const given = head.given && (await readGiven(head.given, file));
      const readers = head.tasks.map((task, index) => () => readOwnTask(task, head, `${source.name}-${index}`, given));
      return { list: ['tasks'], readers };
    });
  }
  return readTasks(source, text, (value) => {
    if (!Array.isArray(value)) {
      return { list: undefined, readers: [() => readTask(source, { value, path: [] }, 0)] };
    }
    const readers = value.map((task: unknown, index) => () => readTask(source, { value: task, path: [index] }, index));
    return { list: [], readers };
  });
}

/** Each task of a text, or what is wrong with it. */
async function readTasks(
  { file }: Source,
  json: string,
  split: (value: unknown) => Tasks | Promise<Tasks>,
  linesBefore = 0,
): Promise<(ReadTask | SuiteFault)[]> {
  const fault = (error: unknown): SuiteFault => {
    if (error instanceof SyntaxError) {
      const at = Number(/position (\d+)/.exec(error.message)?.[1] ?? json.length);
      const line = linesBefore + json.slice(0, at).split('\n').length;
      return { file, line, sentence: `This is not JSON: ${error.message}.` };
    }
    if (!(error instanceof BadValue)) throw error;
    const line = linesBefore + lineOf(json, error.path);
    return { file, line, sentence: `${nameOf(error.path)} ${error.problem}.` };
  };
  try {
    const { list, readers } = await split(JSON.parse(json));
    const lines = list === undefined ? [1] : linesOfItems(json, list);
    return await Promise.all(
      readers.map(async (read, index) => {
        try {
          return { problem: await read(), line: linesBefore + (lines[index] ?? 1) };
        } catch (error) {
          return fault(error);
        }
      }),
    );
  } catch (error) {
    return [fault(error)];
  }
}

async function readTask({ kind, name, scripts }: Source, field: Field, position: number): Promise<Problem> {
  const id = `${name}-${position}`;
  return kind === 'os'
    ? readAgentBenchOs(field, { id, scripts, fallbackCategory: name })
    : readAgentBenchDatabase(field, id);
}

async function isFolder(place: string): Promise<boolean> {
  try {
    return (await stat(place)).isDirectory();
  } catch {
    return false;
  }
}
