import type { Context } from 'mocha';
import type { DatabaseServer } from '../src/agent/databaseServer';
import type { Listening } from './listening';
import { requireMariadb, startMariadb } from './mariadb';
import { requirePostgres, startPostgres } from './postgres';

/** A server with a database `shop`, whose rows are looked at beside the product. */
export interface TestServer {
  /** The database as its owner, or as `reader`, who may only read. */
  described(more: Pick<DatabaseServer, 'access'> & Partial<DatabaseServer>): DatabaseServer;
  readonly passwords: { readonly owner: string | undefined; readonly reader: string };
  /** Runs statements in `shop` as the owner; the rows of the last one, as texts. */
  query(...statements: readonly string[]): Promise<(string | null)[][]>;
  /** Databases and users that runs made. */
  leftovers(): Promise<readonly string[]>;
  /** Ends it as a crash does, with what was committed on the disk; `restart` goes on with what it left. */
  kill(): Promise<void>;
  restart(listening?: Listening): Promise<void>;
  stop(): Promise<void>;
}

/** The kinds of servers that tests start on this machine. */
export const kindsOfServers = [
  { name: 'MariaDB', require: requireMariadb, start: startMariadbShop },
  { name: 'PostgreSQL', require: requirePostgres, start: startPostgresShop },
] as const satisfies readonly {
  readonly name: string;
  readonly require: (test: Context) => void;
  readonly start: () => Promise<TestServer>;
}[];

async function startMariadbShop(): Promise<TestServer> {
  const { connect, socket, kill, restart, stop } = await startMariadb();
  const open = async (database?: string) =>
    connect({ rowsAsArray: true, typeCast: (field) => field.string(), ...(database !== undefined && { database }) });
  let connection = await open();
  const query = async (sql: string): Promise<(string | null)[][]> => {
    const [rows] = await connection.query(sql);
    return Array.isArray(rows) ? (rows as unknown as (string | null)[][]) : [];
  };
  await query('CREATE DATABASE shop');
  await query('USE shop');
  await query("CREATE USER reader IDENTIFIED BY 'open sesame'");
  await query('GRANT SELECT ON shop.* TO reader');
  return {
    described: (more) => ({
      engine: 'mysql',
      host: 'localhost',
      port: 3306,
      socket,
      user: 'root',
      database: 'shop',
      tls: 'off',
      ...more,
    }),
    passwords: { owner: undefined, reader: 'open sesame' },
    query: async (...statements) => last(statements, query),
    leftovers: async () => {
      const made = 'SELECT schema_name FROM information_schema.schemata UNION SELECT user FROM mysql.user';
      return (await query(made)).map(([name]) => name ?? '').filter((name) => name.startsWith('agentlm'));
    },
    kill,
    async restart(listening) {
      await restart(listening);
      connection = await open('shop');
    },
    stop,
  };
}

async function startPostgresShop(): Promise<TestServer> {
  const { connect, socket, user, password, kill, restart, stop } = await startPostgres();
  await (await connect()).query('CREATE DATABASE shop');
  let client = await connect('shop');
  const asText = { getTypeParser: () => (text: string) => text };
  const query = async (text: string): Promise<(string | null)[][]> =>
    (await client.query<(string | null)[]>({ text, rowMode: 'array', types: asText })).rows;
  await query("CREATE ROLE reader LOGIN PASSWORD 'open sesame'");
  await query('ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader');
  return {
    described: (more) => ({
      engine: 'postgres',
      host: 'localhost',
      port: 5432,
      socket,
      user,
      database: 'shop',
      tls: 'off',
      ...more,
    }),
    passwords: { owner: password, reader: 'open sesame' },
    query: async (...statements) => last(statements, query),
    leftovers: async () => {
      const made =
        "SELECT datname FROM pg_database UNION SELECT rolname FROM pg_roles WHERE rolname <> 'agentlm_owner'";
      return (await query(made)).map(([name]) => name ?? '').filter((name) => name.startsWith('agentlm'));
    },
    kill,
    async restart(listening) {
      await restart(listening);
      client = await connect('shop');
    },
    stop,
  };
}

async function last<T>(statements: readonly string[], query: (sql: string) => Promise<T[]>): Promise<T[]> {
  let rows: T[] = [];
  for (const sql of statements) rows = await query(sql);
  return rows;
}
