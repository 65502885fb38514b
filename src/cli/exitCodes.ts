import { UserError } from '../agent/errors';

/** What the usage text promises, in one place. */
export const exitCodes = { success: 0, failure: 1, usage: 2, endpoint: 3, interrupted: 130 } as const;

/** The exit code for what kept a task or a conversation from its end. */
export function failureCode(error: unknown): number {
  if (!UserError.is(error)) return exitCodes.failure;
  if (/^(?:endpoint\.bad-|dataset\.unreadable$|prompt\.none$)/.test(error.code)) return exitCodes.usage;
  return error.code.startsWith('endpoint.') ? exitCodes.endpoint : exitCodes.failure;
}
