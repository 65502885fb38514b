import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../agent/errors';
import { startProcessGroup, type ProcessGroup, type ProcessGroupOptions } from './processGroup';

export interface ServerOptions extends ProcessGroupOptions {
  /** The program, as an absolute path, and its arguments. */
  readonly argv: readonly [program: string, ...rest: string[]];
  /** Asked again and again until it is true. May throw: then the server is ended. */
  isReady(signal: AbortSignal): Promise<boolean>;
}

const pollMs = 100;

/**
 * Starts a server and waits until it is ready, however long that takes: 70B from a slow disk takes many minutes.
 * @throws {UserError} `localModel.ended` with its last lines when it ends before; the signal's reason when aborted.
 *   Nothing of it is left then.
 */
export async function startServer(options: ServerOptions, signal: AbortSignal): Promise<ProcessGroup> {
  signal.throwIfAborted();
  const group = startProcessGroup(options.argv, options);
  let end: string | undefined;
  void group.gone.then((how) => (end = how));
  try {
    for (;;) {
      const isReady = await options.isReady(signal);
      // First of all: another server may answer at a port that ours did not get.
      if (end !== undefined) throw ended(options.argv[0], end, group.lastLines());
      if (isReady) return group;
      await sleep(pollMs, undefined, { signal });
    }
  } catch (error) {
    await group.stop();
    signal.throwIfAborted();
    throw error;
  }
}

/** {0} is the program, {1} how it ended, {2} its last lines. */
const sentences: readonly (readonly [pattern: RegExp, template: string])[] = [
  [
    /out of memory|failed to allocate|unable to allocate|exit code 137/i,
    '{0} ended ({1}): this machine has too little memory for the model. Choose a smaller file, or fewer slots. Its last lines:\n{2}',
  ],
  [
    /invalid argument|unknown argument|unrecognized|unknown flag/i,
    '{0} ended ({1}): it does not know an argument it was given. Update it, or correct the arguments you added. Its last lines:\n{2}',
  ],
  [
    /address already in use|bind.*(?:failed|socket)|couldn't bind/i,
    '{0} ended ({1}): another program took its port. Try again. Its last lines:\n{2}',
  ],
  [/^exit code 127\n/, '{0} cannot be started on this machine. Choose another program. The system says:\n{2}'],
  [/^/, '{0} ended ({1}). See what its last lines say, mend that, and start it again:\n{2}'],
];

/** A server that ended although nobody asked it to. */
export function ended(program: string, how: string, lastLines: string): UserError {
  const template = sentences.find(([pattern]) => pattern.test(`${how}\n${lastLines}`))?.[1] ?? '';
  return new UserError('localModel.ended', template, [
    path.basename(program),
    how,
    lastLines || '(it printed nothing)',
  ]);
}
