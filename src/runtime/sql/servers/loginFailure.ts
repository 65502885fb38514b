import { serverUrl } from '../../../agent/databaseServer';
import { UserError } from '../../../agent/errors';
import type { Login } from './login';

/** Why there is no session: a server that is not there, TLS, who one is, or a database that is not there. */
export function loginFailure({ server, password }: Login, cause: unknown): UserError {
  const reason = reasonOf(cause);
  const url = serverUrl(server);
  const code = (cause as { code?: string } | undefined)?.code ?? '';
  if (wrongPassword.has(code) || /password authentication failed|no password was provided|SASL/.test(reason)) {
    const template = password
      ? 'The database server refused the user or the password for {0}: {1}. Correct them and try again.'
      : 'The database server wants a password for {0}: {1}. Set it and try again.';
    return new UserError('database.refusedLogin', template, [url, reason], { cause });
  }
  if (noDatabase.has(code)) {
    const template =
      'The database of {0} is not there, or its user may not use it: {1}. Correct its name or its rights.';
    return new UserError('database.noDatabase', template, [url, reason], { cause });
  }
  if (/TLS|SSL|certificate|CERT_/i.test(`${code} ${reason}`)) {
    const template =
      'No encrypted connection to {0} could be made: {1}. Name the authority of its certificate behind the address (?ca=FILE), ' +
      'or, where the network between is trusted, switch TLS off there (?tls=off).';
    return new UserError('database.noTls', template, [url, reason], { cause });
  }
  const template =
    'The database server of {0} cannot be reached: {1}. Start it, or correct the address, and try again.';
  return new UserError('database.unreachable', template, [url, reason], { cause });
}

const wrongPassword = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_ACCESS_DENIED_NO_PASSWORD_ERROR',
  '28P01',
  '28000',
  '1045',
  '1698',
]);
const noDatabase = new Set(['ER_BAD_DB_ERROR', 'ER_DBACCESS_DENIED_ERROR', '3D000', '42501']);

/** Node joins the failures of several addresses into one error without words. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return cause.errors.map(reasonOf).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}
