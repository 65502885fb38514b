import { UserError } from '../agent/errors';
import { visible } from '../agent/hiddenCharacters';
import { exitCodes } from './exitCodes';
import { describeFailure } from './describeFailure';

/** Prints one thing, for a program or for a person. */
export type Say = (value: unknown, words: string) => void;

/** The code of an ID that is not there, or of several: wrong usage. */
const unknownId = 'cli.unknownId';

/**
 * The run that a person means by an ID or its beginning, with or without the kind of the task before it (`os_`, `db_`).
 * @param command that lists them
 * @throws {UserError} `cli.unknownId`
 */
export function chooseById<Run extends { readonly id: string }>(
  runs: readonly Run[],
  typed: string,
  command: string,
): Run {
  const exact = runs.find(({ id }) => id === typed);
  if (exact) return exact;
  const [found, another] = runs.filter(({ id }) => id.startsWith(typed) || withoutKind(id).startsWith(typed));
  if (found && !another) return found;
  const template = found
    ? 'Several IDs begin with {0}. Type more of it.'
    : 'No changes with the ID {0} wait for a decision. {1} lists those that do.';
  throw new UserError(unknownId, template, [typed, command]);
}

/** As much of an ID as a person types: its kind, and the first of the groups of its UUID. */
export function shortId(id: string): string {
  return id.split('-', 1)[0] ?? id;
}

function withoutKind(id: string): string {
  return id.replace(/^[a-z]+_/, '');
}

/**
 * Says why it was not done: to a program on standard output, to a person on standard error.
 * @param write for a program; undefined for a person
 * @returns the exit code
 * @throws what is a bug
 */
export function complain(error: unknown, write: ((text: string) => void) | undefined, signal: AbortSignal): number {
  if (signal.aborted) return exitCodes.interrupted;
  if (!UserError.is(error)) throw error;
  if (write) write(`${JSON.stringify(describeFailure(error))}\n`);
  else process.stderr.write(`${visible(error.message)}\n`);
  return error.code === unknownId ? exitCodes.usage : exitCodes.failure;
}
