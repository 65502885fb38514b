import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Context } from 'mocha';
import { Client } from 'pg';
import { startLocalServer } from '../src/runtime/sql/servers/localServer';
import { engineOf } from '../src/runtime/sql/servers/engines';

/** A PostgreSQL server of this machine's programs, in a temporary folder, with no data but its own. */
export interface PostgresServer {
  /** The folder of its socket. */
  readonly socket: string;
  /** Of a superuser. */
  readonly user: string;
  readonly password: string;
  /** A connection that `stop` closes. */
  readonly connect: (database?: string) => Promise<Client>;
  readonly stop: () => Promise<void>;
}

/** Skips the test where there is no PostgreSQL: `apt-get install postgresql`. */
export function requirePostgres(test: Context): void {
  const debian = '/usr/lib/postgresql';
  const folders = [
    ...(process.env['PATH'] ?? '').split(path.delimiter),
    ...(existsSync(debian) ? readdirSync(debian).map((version) => path.join(debian, version, 'bin')) : []),
  ];
  const has = (name: string): boolean => folders.some((folder) => existsSync(path.join(folder, name)));
  if (!has('postgres') || !has('initdb')) test.skip();
}

export async function startPostgres(): Promise<PostgresServer> {
  const { owner, stop } = await startLocalServer('postgres', engineOf('postgres'), new AbortController().signal);
  const { socket = '', user } = owner.server;
  const password = owner.password ?? '';
  const clients: Client[] = [];
  return {
    socket,
    user,
    password,
    async connect(database = 'postgres') {
      const client = new Client({ host: socket, user, password, database });
      // A server that is stopped ends it.
      client.on('error', () => {});
      clients.push(client);
      await client.connect();
      return client;
    },
    async stop() {
      await Promise.allSettled(clients.map((client) => client.end()));
      await stop();
    },
  };
}
