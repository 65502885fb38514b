import type { EventOf } from '../agent/events';
import type { Arguments } from './arguments';
import { demoCommand } from './demoCommand';
import { doctorCommand } from './doctorCommand';
import { jsonPrinter, textPrinter, type Printer } from './print';
import { exitCode, runCommand } from './runCommand';

/**
 * Does what the user asked for and prints it on standard output.
 * @returns the exit code
 */
export async function execute(args: Exclude<Arguments, { command: 'help' }>, signal: AbortSignal): Promise<number> {
  const write = (text: string): void => void process.stdout.write(text);
  if (args.command === 'doctor') return doctorCommand(args, write, signal);
  const print: Printer = args.json ? jsonPrinter(write) : textPrinter(write);
  try {
    return args.command === 'run'
      ? await runCommand(args, print, signal)
      : await demoCommand(print, args.json ? () => {} : write, signal);
  } catch (error) {
    const finished = neverBegan(signal);
    if (!signal.aborted) print({ type: 'failure', error });
    print(finished);
    return exitCode(finished.outcome, error, signal);
  }
}

/** `finished` of a run that never began, so that whoever reads the events always finds one. */
function neverBegan({ aborted }: AbortSignal): EventOf<'finished'> {
  return {
    type: 'finished',
    outcome: aborted ? 'stopped' : 'failed',
    answer: null,
    steps: 0,
    usage: { promptTokens: 0, completionTokens: 0, cachedTokens: null },
    time: { totalMs: 0, modelMs: 0, environmentMs: 0, overheadMs: 0 },
  };
}
