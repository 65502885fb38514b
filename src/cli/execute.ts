import path from 'node:path';
import { unstarted } from '../agent/session';
import type { Arguments } from './arguments';
import { demoCommand } from './demoCommand';
import { jsonPrinter, textPrinter, type Printer } from './print';
import { exitCode, runCommand } from './runCommand';
import { stateFolder } from './stateFolder';
import { UsageError } from './usageError';

/**
 * Does what the user asked for and prints it on standard output.
 * @returns the exit code
 * @throws {UsageError} when what was typed cannot be done on this machine
 */
export async function execute(
  args: Exclude<Arguments, { command: 'help' | 'version' }>,
  signal: AbortSignal,
): Promise<number> {
  const write = (text: string): void => void process.stdout.write(text);
  if (args.command === 'doctor') {
    // In a bundle of its own: a run does without all that a test needs.
    const { doctorCommand } = await import('./doctorCommand');
    return doctorCommand(args, write, signal);
  }
  if (args.command === 'chat') {
    const { chatCommand } = await import('./chatCommand');
    return chatCommand(args, write, signal);
  }
  if (args.command === 'db-changes') {
    const { dbChangesCommand } = await import('./dbChangesCommand');
    return dbChangesCommand(args, path.join(__dirname, 'sqlWorker.js'), write, signal);
  }
  if (args.command === 'dataset') {
    const { datasetCommand } = await import('./datasetCommand');
    const { standardOutput } = await import('./output');
    return datasetCommand(args.dataset, standardOutput(signal), signal);
  }
  if (args.command === 'changes') {
    const { changesCommand } = await import('./changesCommand');
    return changesCommand(args, write, signal);
  }
  if (args.command === 'policy') {
    const { policyCommand } = await import('./policyCommand');
    return policyCommand(args, write, process.stdin);
  }
  if (args.command === 'replay') {
    const { replayCommand } = await import('./replayCommand');
    return replayCommand(args, write, (text) => void process.stderr.write(text), signal);
  }
  if (args.command === 'eval') {
    const { evalCommand } = await import('./evalCommand');
    return evalCommand(args, write, signal);
  }
  if (args.command === 'tasks-propose') {
    const { tasksPropose } = await import('./tasksPropose');
    return tasksPropose(args, write, signal);
  }
  if (args.command === 'tasks-run') {
    const { tasksRun } = await import('./tasksRun');
    return tasksRun(args, write, signal);
  }
  if (args.command === 'eval-report') {
    const { evalReport } = await import('./evalReport');
    return evalReport(args, write);
  }
  const print: Printer = args.json ? jsonPrinter(write) : textPrinter(write);
  try {
    return args.command === 'run'
      ? await runCommand({ ...args, databaseStorage: stateFolder(process.env, 'databases') }, print, signal)
      : await demoCommand(args, print, args.json ? () => {} : write, signal);
  } catch (error) {
    if (UsageError.is(error)) throw error;
    const finished = unstarted(signal);
    if (!signal.aborted) print({ type: 'failure', error });
    print(finished);
    return exitCode(finished.outcome, error, signal);
  }
}
