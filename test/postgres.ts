import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from 'mocha';
import { Client } from 'pg';
import { startLocalServer } from '../src/runtime/sql/servers/localServer';
import { engineOf } from '../src/runtime/sql/servers/engines';
import type { Listening } from './listening';

/** A PostgreSQL server of this machine's programs, in a temporary folder, with no data but its own. */
export interface PostgresServer {
  /** The folder of its socket. */
  readonly socket: string;
  /** Of a superuser. */
  readonly user: string;
  readonly password: string;
  /** A connection that `stop` closes. */
  readonly connect: (database?: string) => Promise<Client>;
  /** Ends it as a crash does. */
  readonly kill: () => Promise<void>;
  /** Starts it again, with the data that it left. */
  readonly restart: (listening?: Listening) => Promise<void>;
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
  const data = path.join(socket, 'data');
  const [program = '', ...options] = commandLine(await readFile(path.join(data, 'postmaster.opts'), 'utf8'));
  const clients: Client[] = [];
  let port = 5432;
  let again: ChildProcess | undefined;
  // A test run that crashes takes along what it started again.
  const takeAlong = (): void => void again?.kill('SIGKILL');
  process.once('exit', takeAlong);

  async function connect(database = 'postgres'): Promise<Client> {
    const client = new Client({ host: socket, port, user, password, database });
    // A server that is stopped ends it.
    client.on('error', () => {});
    await client.connect();
    clients.push(client);
    return client;
  }

  async function kill(): Promise<void> {
    const lock = path.join(data, 'postmaster.pid');
    const [pid = ''] = (await readFile(lock, 'utf8')).split('\n');
    // With its sessions, which would go on for a moment.
    const sessions = execFileSync('ps', ['-o', 'pid=', '--ppid', pid], { encoding: 'utf8' }).trim().split(/\s+/);
    for (const each of [pid, ...sessions]) process.kill(Number(each), 'SIGKILL');
    await Promise.allSettled(clients.splice(0).map((client) => client.end()));
    // Nobody has taken note of its end yet, so its locks seem to be held.
    for (const file of [lock, path.join(socket, `.s.PGSQL.${port}.lock`)]) await rm(file);
  }

  async function restart(listening?: Listening): Promise<void> {
    const root = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
    const more = listening ? ['--listen_addresses=127.0.0.1', `--port=${listening.port}`] : [];
    for (const [name, text] of Object.entries(listening?.tls ?? {})) {
      const file = path.join(data, `${name}.pem`);
      await writeFile(file, text, { mode: 0o600 });
      if (root.uid !== undefined) await chown(file, root.uid, root.gid);
      more.push(`--ssl_${name}_file=${file}`, '--ssl=on');
    }
    port = listening?.port ?? 5432;
    again = spawn(program, [...options, ...more], { ...root, cwd: socket, stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    again.stderr?.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-8000)));
    for (;;) {
      if (again.exitCode !== null) throw new Error(`postgres ended with code ${again.exitCode}: ${log}`);
      try {
        await (await connect()).query('SELECT 1');
        return;
      } catch {
        await delay(50);
      }
    }
  }

  return {
    socket,
    user,
    password,
    connect,
    kill,
    restart,
    async stop() {
      await Promise.allSettled(clients.map((client) => client.end()));
      if (again?.exitCode === null && again.signalCode === null) {
        again.kill('SIGQUIT');
        await once(again, 'close');
      }
      process.off('exit', takeAlong);
      await stop();
    },
  };
}

const nobody = 65_534;

/** The program and what it was told, each of that in double quotes. */
function commandLine(text: string): string[] {
  return [text.split(' ', 1)[0] ?? '', ...Array.from(text.matchAll(/"([^"]*)"/g), ([, option = '']) => option)];
}
