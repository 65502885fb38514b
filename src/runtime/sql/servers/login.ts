import { readFile } from 'node:fs/promises';
import type { DatabaseServer } from '../../../agent/databaseServer';
import { UserError } from '../../../agent/errors';

/** How a session with a server is opened. */
export interface Login {
  readonly server: Omit<DatabaseServer, 'access'>;
  readonly password: string | undefined;
}

/** Knows the password of a server, or asks for it; undefined where there is none. */
export type PasswordOf = (server: DatabaseServer) => Promise<string | undefined>;

/** Milliseconds a server has to answer, and a session to end its statement when it was told to. */
export const connectTimeoutMs = 10_000;
export const endTimeoutMs = 2_000;

/** What TLS is told: to check the certificate and the name in it, by the authority that was chosen, where one was. */
export async function tlsOptions({ caFile }: Login['server']): Promise<{ rejectUnauthorized: true; ca?: string }> {
  if (caFile === undefined) return { rejectUnauthorized: true };
  try {
    return { rejectUnauthorized: true, ca: await readFile(caFile, 'utf8') };
  } catch (cause) {
    const template = 'The file of certificates {0} of the database server cannot be read. Correct its path.';
    throw new UserError('database.noCertificates', template, [caFile], { cause });
  }
}
