import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { styleText } from 'node:util';
import { DialogueError, parseDialogue, type Dialogue } from '../agent/conversation';
import type { Environment } from '../agent/environment';
import { UserError } from '../agent/errors';
import { visible } from '../agent/hiddenCharacters';
import { recordingOf, replayTrajectory, type ReplayedStep } from '../agent/replay';
import { approveByPolicy } from '../runtime/approvalPolicy';
import { openShell } from '../runtime/shell/openShell';
import { openDatabase } from '../runtime/sql/openDatabase';
import { askerOf } from './ask';
import { exitCodes } from './exitCodes';
import type { ReplayArguments } from './replayArguments';

/**
 * Runs recorded trajectories again, and prints for each action whether the model would read the same today.
 * @returns the exit code
 */
export async function replayCommand(
  args: ReplayArguments,
  write: (text: string) => void,
  complain: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const stopping = new AbortController();
  const stopped = AbortSignal.any([signal, stopping.signal]);
  const counts = { same: 0, different: 0 };
  try {
    for (const dialogue of await readRows(args)) {
      if (!args.json) write(`${styleText('bold', visible(dialogue.id))}\n`);
      for await (const step of replay(dialogue, args, () => stopping.abort(), stopped)) {
        counts[step.same ? 'same' : 'different']++;
        write(args.json ? `${JSON.stringify({ id: dialogue.id, ...step })}\n` : inWords(step));
      }
    }
  } catch (error) {
    if (stopped.aborted) return exitCodes.interrupted;
    if (!UserError.is(error)) throw error;
    complain(`${error.message}\n`);
    return error.code.startsWith('replay.') ? exitCodes.usage : exitCodes.failure;
  }
  if (!args.json) write(`\n${counts.same} the same, ${counts.different} different.\n`);
  return counts.different === 0 ? exitCodes.success : exitCodes.failure;
}

/** @throws {UserError} `replay.*` where there is nothing to run again */
async function readRows({ file, id }: ReplayArguments): Promise<Dialogue[]> {
  const rows = parseRows(await readText(file), file);
  const wanted = rows.filter((row) => id === undefined || row.id === id);
  if (wanted.length > 0) return wanted;
  throw id === undefined
    ? new UserError('replay.empty', '{0} has no row. Name a file of AgentInstruct rows, as JSON or JSONL.', [file])
    : new UserError('replay.no-row', '{0} has no row "{1}". Look at the ids in it, or leave --id out.', [file, id]);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('replay.unreadable', '{0} cannot be read: {1}. Name another file.', [file, reason], { cause });
  }
}

/** One row, a list of rows, or a row a line. */
function parseRows(text: string, file: string): Dialogue[] {
  const rows = listOf(text) ?? text.split('\n').filter((line) => line.trim() !== '');
  return rows.map((row, index) => {
    try {
      return parseDialogue(row);
    } catch (cause) {
      if (!(cause instanceof DialogueError)) throw cause;
      throw new UserError(
        'replay.bad-row',
        'Row {0} of {1} is no row of AgentInstruct: {2}. Mend it, or choose another row with --id in a file without it.',
        [index + 1, file, cause.message],
        { cause },
      );
    }
  });
}

/** Undefined for what is not one JSON text. */
function listOf(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return (Array.isArray(value) ? value : [value]).map((row) => JSON.stringify(row));
  } catch {
    return undefined;
  }
}

async function* replay(
  dialogue: Dialogue,
  args: ReplayArguments,
  stop: () => void,
  signal: AbortSignal,
): AsyncGenerator<ReplayedStep, void> {
  const recording = recordingOf(dialogue);
  if (recording === undefined) {
    throw new UserError('replay.other-task', '{0} is neither an OS nor a database task. Choose a row with --id.', [
      dialogue.id,
    ]);
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'agentlm-replay-'));
  try {
    const environment = await open(recording.kind, args, folder, signal);
    try {
      // Statements reach a copy only.
      const asked = recording.kind === 'db' ? environment : approved(environment, args.approve, stop);
      yield* replayTrajectory(recording, asked, signal);
    } finally {
      await environment.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function open(
  kind: 'os' | 'db',
  { cwd, database }: ReplayArguments,
  folder: string,
  signal: AbortSignal,
): Promise<Environment> {
  if (kind === 'os') return openShell({ cwd: cwd ?? folder, inputTimeoutMs: 5_000 });
  if (database === undefined) {
    throw new UserError('replay.no-database', 'This is a database task. Say what it runs on: --database FILE.');
  }
  return openDatabase({ path: database, workerPath: path.join(__dirname, 'sqlWorker.js') }, signal);
}

/** Asks before a command of the file is run; one that may not run counts as different. */
function approved(
  environment: Environment,
  mode: ReplayArguments['approve'],
  stop: () => void,
): Pick<Environment, 'execute'> {
  const approve = approveByPolicy({ mode: mode === 'none' ? 'ask' : mode }, undefined, askerOf(mode));
  let step = 0;
  return {
    async execute(command, signal) {
      const decision = await approve({ step: ++step, kind: 'bash', text: command }, signal);
      switch (decision.verdict) {
        case 'run':
          return environment.execute(command, signal);
        case 'edit':
          return environment.execute(decision.text, signal);
        case 'stop':
          stop();
          signal.throwIfAborted();
          break;
        case 'skip':
      }
      return { output: '', exitCode: null, cwd: null, omittedBytes: 0, note: 'The command was not run.' };
    },
  };
}

function inWords({ step, action, recorded, observed, same }: ReplayedStep): string {
  const head = `${same ? styleText('green', 'same     ') : styleText('red', 'different')} step ${step}: ${firstLine(action)}\n`;
  return same ? head : `${head}${quoted('then', recorded)}${quoted('now', observed)}`;
}

function firstLine(text: string): string {
  const [line = '', ...more] = text.trim().split('\n');
  return visible(line) + (more.length > 0 ? ' …' : '');
}

function quoted(when: string, text: string): string {
  const lines = visible(text.trimEnd()).split('\n');
  return `  ${styleText('dim', when)}\n${lines.map((line) => `    ${line}\n`).join('')}`;
}
