import { UserError } from '../agent/errors';

/** An error for a person or a program; a bug shows its stack. */
export function describeFailure(error: unknown): { type: 'failure'; code: string; message: string } {
  if (UserError.is(error)) return { type: 'failure', code: error.code, message: error.message };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'failure', code: 'bug', message };
}
