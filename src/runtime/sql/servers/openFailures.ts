import { serverUrl, type DatabaseServer } from '../../../agent/databaseServer';
import { UserError } from '../../../agent/errors';
import type { Login } from './login';

export function notAllowed(server: DatabaseServer): UserError {
  const template =
    'The agent may do nothing with {0}. Let it read there, or work on a copy of the tables, where this server is set up.';
  return new UserError('database.notAllowed', template, [serverUrl(server)]);
}

export function tooManyRights(server: DatabaseServer, excess: string): UserError {
  const template =
    'The user of {0} has the right {1}, with which even a statement that only reads can reach files of the server. ' +
    'Use an account that may read this database and nothing else, or let the agent work on a copy of the tables.';
  return new UserError('database.tooManyRights', template, [serverUrl(server), excess]);
}

export function changesLost(server: DatabaseServer, cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const template =
    'What was changed in the copy of {0} is lost, for the copy could not be read at the end: {1} ' +
    'The database itself is as it was. Run the task again.';
  return new UserError('database.changesLost', template, [serverUrl(server), reason], { cause });
}

export function cannotOpen(server: Login['server'], cause: Error): UserError {
  const template =
    'The database of {0} could not be opened: {1}. Check the rights of its user, or choose fewer tables.';
  return new UserError('database.cannotOpen', template, [serverUrl(server), cause.message], { cause });
}
