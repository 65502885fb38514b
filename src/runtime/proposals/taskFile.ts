import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../agent/errors';
import { pieces } from '../../agent/hiddenCharacters';
import { isRecord } from '../../agent/json';
import type { Proposal } from '../../agent/proposal';
import type { TaskKind } from '../../agent/task';
import { createAtomicFile } from '../trajectories/atomicFile';
import type { TriedTask } from './tryOutTask';

/** A suite that proposals are added to (docs/evaluation.md), and what its tasks work on a copy of. */
export interface TaskFile {
  readonly file: string;
  readonly kind: TaskKind;
  /** Absolute: a folder, or a database. */
  readonly place: string;
}

/** A task that is there already. */
export interface KnownTask {
  readonly text: string;
  /** Undefined where it is checked in another way than proposals are. */
  readonly proposal: Proposal | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The tasks of a file that may not exist yet.
 * @throws {UserError} `proposal.file*` where it cannot be added to
 */
export async function knownTasks(target: TaskFile): Promise<KnownTask[]> {
  const { tasks } = await readSuite(target);
  return tasks.flatMap((task) => (isRecord(task) ? (knownTask(target.kind, task) ?? []) : []));
}

/**
 * Adds tasks behind those that are there, which stay as they are. Characters that an editor does not show are written as
 * escapes of JSON: what a person reads there is what is run.
 * @throws {UserError} as knownTasks(), `dataset.unwritable`
 */
export async function addTasks(target: TaskFile, added: readonly TriedTask[]): Promise<void> {
  const suite = await readSuite(target);
  const first = 1 + Math.max(0, ...suite.tasks.map(numberOf));
  const named = added.map((task, index) => ({ id: `proposed-${first + index}`, ...task }));
  const json = JSON.stringify({ ...suite, tasks: [...suite.tasks, ...named] }, null, 2);
  const output = await createAtomicFile(target.file, { force: true });
  try {
    await output.write(`${pieces(json).map(escaped).join('')}\n`);
    await output.finish();
  } finally {
    await output.discard();
  }
}

async function readSuite(target: TaskFile): Promise<Json & { readonly tasks: readonly unknown[] }> {
  const { file, kind, place } = target;
  const given = await nameFrom(file, place);
  const key = kind === 'os' ? 'folder' : 'database';
  const name = path.basename(file).replace(/\.agentlm-suite\.json$/, '');
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw unfit(file, cause);
  });
  if (text === undefined) return { name, kind, [key]: given, tasks: [] };
  let suite: unknown;
  try {
    suite = JSON.parse(text);
  } catch (cause) {
    throw unfit(file, cause);
  }
  if (!isRecord(suite) || !Array.isArray(suite['tasks'])) throw unfit(file, new Error('It has no list of tasks.'));
  const { tasks } = suite;
  const found = suite[key];
  if (
    suite['kind'] === kind &&
    typeof found === 'string' &&
    path.normalize(`${found}/`) === path.normalize(`${given}/`)
  ) {
    return { ...suite, tasks };
  }
  throw new UserError(
    'proposal.fileOfOthers',
    'The tasks of {0} work on something else than {1}. Choose another file.',
    [file, place],
  );
}

/**
 * What a suite calls the place that its tasks work on.
 * @throws {UserError} `proposal.fileName`, `proposal.fileElsewhere`, `proposal.place`
 */
async function nameFrom(file: string, place: string): Promise<string> {
  if (!file.endsWith('.agentlm-suite.json')) {
    throw new UserError('proposal.fileName', 'The name of a task file ends in .agentlm-suite.json, and {0} does not.', [
      file,
    ]);
  }
  const around = await realpath(path.dirname(file)).catch((cause: unknown) => {
    throw unfit(file, cause);
  });
  const real = await realpath(place).catch((cause: unknown) => {
    throw new UserError('proposal.place', '{0} does not exist. Choose a folder or a database that does.', [place], {
      cause,
    });
  });
  const way = path.relative(around, real);
  if (way.split(path.sep, 1)[0] !== '..' && !path.isAbsolute(way)) return way.split(path.sep).join('/') || '.';
  throw new UserError(
    'proposal.fileElsewhere',
    'A task file lies beside what its tasks work on, or above it: {0} does not. Choose a file in {1}.',
    [file, path.dirname(place)],
  );
}

function knownTask(kind: TaskKind, task: Json): KnownTask | undefined {
  const { task: text, reference, check } = task;
  if (typeof text !== 'string') return undefined;
  if (typeof reference !== 'string') return { text, proposal: undefined };
  if (kind === 'db') return { text, proposal: { kind, text, reference } };
  const scripts: unknown[] = isRecord(check) && Array.isArray(check['scripts']) ? check['scripts'] : [];
  const [first] = scripts;
  if (first === null) return { text, proposal: { kind, text, reference } };
  const isScript = typeof first === 'string' && scripts.length === 1;
  return { text, proposal: isScript ? { kind, text, reference, check: first } : undefined };
}

function numberOf(task: unknown): number {
  const id = isRecord(task) ? task['id'] : undefined;
  return Number(/^proposed-(\d{1,9})$/.exec(typeof id === 'string' ? id : '')?.[1] ?? 0);
}

/** A hidden character is called `U+202E`, or by more digits beyond the first plane. */
function escaped({ text, hidden }: { readonly text: string; readonly hidden: boolean }): string {
  if (!hidden) return text;
  const units = String.fromCodePoint(Number.parseInt(text.slice(2), 16)).split('');
  return units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
}

function unfit(file: string, cause: unknown): UserError {
  return new UserError(
    'proposal.fileUnreadable',
    '{0} cannot take the tasks: {1} Mend it, or choose another file.',
    [file, sentenceOf(cause)],
    { cause },
  );
}

function sentenceOf(cause: unknown): string {
  const words = cause instanceof Error ? cause.message : String(cause);
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
