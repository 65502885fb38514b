import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { styleText } from 'node:util';
import type { Dialogue } from '../agent/conversation';
import { readDialogueRows } from '../agent/dialogueRows';
import type { Environment } from '../agent/environment';
import { UserError } from '../agent/errors';
import { visible } from '../agent/hiddenCharacters';
import { recordingOf, replayTrajectory, type ReplayedStep } from '../agent/replay';
import { approveByPolicy } from '../runtime/approvalPolicy';
import { openForgetfulShell } from '../runtime/forgetfulShell';
import { openDatabase } from '../runtime/sql/openDatabase';
import { makeTemporaryFolder } from '../runtime/temporaryFolder';
import { askerOf } from './ask';
import { requireFolder } from './checkPlaces';
import { exitCodes } from './exitCodes';
import { openInSandbox, type OpenInSandbox } from './openInSandbox';
import type { ReplayArguments } from './replayArguments';

/**
 * Runs recorded trajectories again, and prints for each action whether the model would read the same today. What commands
 * change in a sandbox is forgotten at the end of a row.
 * @returns the exit code
 * @throws {UsageError}
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
  const inSandbox = openInSandbox(args.sandbox, args.approve, stopped);
  if (args.cwd !== undefined) await requireFolder('--cwd', args.cwd);
  try {
    for (const dialogue of await readRows(args)) {
      if (!args.json) write(`${styleText('bold', visible(dialogue.id))}\n`);
      for await (const step of replay(dialogue, args, inSandbox, () => stopping.abort(), stopped)) {
        counts[step.same ? 'same' : 'different']++;
        write(args.json ? `${JSON.stringify({ id: dialogue.id, ...step })}\n` : inWords(step));
      }
    }
  } catch (error) {
    if (stopped.aborted) return exitCodes.interrupted;
    if (!UserError.is(error)) throw error;
    complain(`${visible(error.message)}\n`);
    return /^(replay|rows)\./.test(error.code) ? exitCodes.usage : exitCodes.failure;
  }
  if (!args.json) write(`\n${counts.same} the same, ${counts.different} different.\n`);
  return counts.different === 0 ? exitCodes.success : exitCodes.failure;
}

/** @throws {UserError} `replay.*`, `rows.*` where there is nothing to run again */
async function readRows({ file, id }: ReplayArguments): Promise<Dialogue[]> {
  const rows = readDialogueRows(await readText(file), file);
  const wanted = rows.filter((row) => id === undefined || row.id === id);
  if (wanted.length > 0) return wanted;
  throw new UserError('replay.no-row', '{0} has no row "{1}". Look at the ids in it, or leave --id out.', [
    file,
    id ?? '',
  ]);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('replay.unreadable', '{0} cannot be read: {1}. Name another file.', [file, reason], { cause });
  }
}

async function* replay(
  dialogue: Dialogue,
  args: ReplayArguments,
  inSandbox: OpenInSandbox,
  stop: () => void,
  signal: AbortSignal,
): AsyncGenerator<ReplayedStep, void> {
  const recording = recordingOf(dialogue);
  if (recording === undefined) {
    throw new UserError('replay.other-task', '{0} is neither an OS nor a database task. Choose a row with --id.', [
      dialogue.id,
    ]);
  }
  if (recording.kind === 'db') {
    // Statements reach a copy only, so nobody is asked.
    const database = await openCopy(args, signal);
    try {
      return yield* replayTrajectory(recording, database, signal);
    } finally {
      await database.close();
    }
  }
  const cwd = args.cwd ?? (await makeTemporaryFolder('agentlm-replay-'));
  try {
    const shell = await inSandbox(cwd, async (sandbox) => openForgetfulShell(cwd, sandbox, {}, signal));
    try {
      yield* replayTrajectory(recording, approved(shell, args.approve, cwd, stop), signal);
    } finally {
      await shell.close();
    }
  } finally {
    if (args.cwd === undefined) await rm(cwd, { recursive: true, force: true });
  }
}

async function openCopy({ database, dialect }: ReplayArguments, signal: AbortSignal): Promise<Environment> {
  if (database === undefined) {
    throw new UserError('replay.no-database', 'This is a database task. Say what it runs on: --database FILE.');
  }
  return openDatabase({ path: database, dialect, workerPath: path.join(__dirname, 'sqlWorker.js') }, signal);
}

/** Asks before a command of the file is run; one that may not run counts as different. */
function approved(
  environment: Environment,
  mode: ReplayArguments['approve'],
  folder: string,
  stop: () => void,
): Pick<Environment, 'execute'> {
  const approve = approveByPolicy({ mode: mode === 'none' ? 'ask' : mode }, folder, askerOf(mode));
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
