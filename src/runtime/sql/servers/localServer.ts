import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { UserError } from '../../../agent/errors';
import { isAlive, type ProcessIdentity } from '../../processIdentity';
import type { ServerEngine } from './engine';
import type { Login } from './login';

/** A server of this machine's programs, on a socket in a folder of its own, that nobody else knows and that nothing stays of. */
export interface LocalServer {
  /** Where its data lies. */
  readonly folder: string;
  /** Of the one who may do anything there. */
  readonly owner: Login;
  /** Ends it and removes its folder. Safe to call twice. */
  readonly stop: () => Promise<void>;
}

/** How the programs of a kind of server are started. */
interface Programs {
  readonly names: readonly [server: string, setup: string];
  /** What has to be installed for them. */
  readonly packages: string;
  readonly user: string;
  readonly database: string;
  readonly port: number;
  /** The signal at which it ends at once. Its data is thrown away. */
  readonly signal: 'KILL' | 'QUIT';
  setup(folder: string, isRoot: boolean): readonly string[];
  serve(folder: string, isRoot: boolean): readonly string[];
  readonly socket: (folder: string) => string;
}

/**
 * Starts one, which takes some seconds. It goes when this program does, however that ends.
 * @throws {UserError} `database.noLocalServer`, `.localServerFailed`; on abort the signal's reason
 */
export async function startLocalServer(
  kind: Login['server']['engine'],
  engine: ServerEngine,
  signal: AbortSignal,
): Promise<LocalServer> {
  const programs = kinds[kind];
  const [server, setup] = await Promise.all(programs.names.map(findProgram));
  if (server === undefined || setup === undefined) throw noPrograms(programs);
  const folder = await mkdtemp(path.join(tmpdir(), 'agentlm-server-'));
  const isRoot = process.getuid?.() === 0;
  // PostgreSQL refuses to be root's.
  const identity = isRoot && kind === 'postgres' ? { uid: nobody, gid: nobody } : {};
  const password = randomBytes(16).toString('hex');
  try {
    await mkdir(path.join(folder, 'files'));
    await writeFile(path.join(folder, 'password'), password, { mode: 0o600 });
    if (identity.uid !== undefined) {
      await chown(folder, identity.uid, identity.gid);
      await chown(path.join(folder, 'password'), identity.uid, identity.gid);
    }
    await promisify(execFile)(setup, [...programs.setup(folder, isRoot)], { ...identity, cwd: folder, signal });
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    signal.throwIfAborted();
    throw failed(cause);
  }
  // The shell waits for the end of its input, which comes also when this program is killed.
  const script = `"$@" >log 2>&1 & server=$!; echo $server; read -r _; kill -${programs.signal} $server; wait $server; cd /; rm -rf "$FOLDER"`;
  const child = spawn('/bin/sh', ['-c', script, 'sh', server, ...programs.serve(folder, isRoot)], {
    ...identity,
    cwd: folder,
    env: { PATH: process.env['PATH'], LC_ALL: 'C', FOLDER: folder },
    stdio: ['pipe', 'pipe', 'ignore'],
    // Ctrl-C in a terminal is for this program.
    detached: true,
  });
  child.stdin.on('error', () => {});
  const ended = once(child, 'close');
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const owner: Login = {
    server: {
      engine: kind,
      host: 'localhost',
      port: programs.port,
      socket: programs.socket(folder),
      user: programs.user,
      database: programs.database,
      tls: 'off',
    },
    password: kind === 'postgres' ? password : undefined,
  };
  const started: LocalServer = { folder, owner, stop: () => (stopping ??= stop()) };
  try {
    const [pid] = await once(child.stdout, 'data', { signal });
    await untilReady(engine, owner, { pid: Number(pid) }, path.join(folder, 'log'), signal);
    return started;
  } catch (error) {
    await started.stop();
    signal.throwIfAborted();
    throw error;
  }
}

const nobody = 65_534;
const startMs = 60_000;

const kinds: Record<Login['server']['engine'], Programs> = {
  mysql: {
    names: ['mariadbd', 'mariadb-install-db'],
    packages: 'MariaDB (mariadbd)',
    user: 'root',
    database: 'mysql',
    port: 3306,
    signal: 'KILL',
    setup: (folder, isRoot) => [
      '--no-defaults',
      `--datadir=${path.join(folder, 'data')}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      ...(isRoot ? ['--user=root'] : []),
    ],
    serve: (folder, isRoot) => [
      '--no-defaults',
      `--datadir=${path.join(folder, 'data')}`,
      `--socket=${path.join(folder, 'socket')}`,
      `--pid-file=${path.join(folder, 'pid')}`,
      `--tmpdir=${folder}`,
      `--secure-file-priv=${path.join(folder, 'files')}`,
      '--skip-networking',
      '--local-infile=0',
      '--innodb-buffer-pool-size=64M',
      '--innodb-flush-log-at-trx-commit=0',
      '--character-set-server=utf8mb4',
      ...(isRoot ? ['--user=root'] : []),
    ],
    socket: (folder) => path.join(folder, 'socket'),
  },
  postgres: {
    names: ['postgres', 'initdb'],
    packages: 'PostgreSQL (postgres, initdb)',
    user: 'agentlm_owner',
    database: 'postgres',
    port: 5432,
    signal: 'QUIT',
    setup: (folder) => [
      `--pgdata=${path.join(folder, 'data')}`,
      '--username=agentlm_owner',
      '--auth=scram-sha-256',
      `--pwfile=${path.join(folder, 'password')}`,
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
      '--no-instructions',
    ],
    serve: (folder) => [
      '-D',
      path.join(folder, 'data'),
      '-k',
      folder,
      '--listen_addresses=',
      '--fsync=off',
      '--full_page_writes=off',
      '--shared_buffers=64MB',
      '--max_connections=20',
      '--logging_collector=off',
      // Compiling a statement can take a second, in which it cannot be stopped.
      '--jit=off',
    ],
    socket: (folder) => folder,
  },
};

/** A user's PATH need not have /usr/sbin, and Debian's PostgreSQL is in no PATH: the newest of them is taken. */
async function findProgram(name: string): Promise<string | undefined> {
  const debian = '/usr/lib/postgresql';
  const versions = (await readdir(debian).catch(() => [])).sort((one, other) => Number(other) - Number(one));
  const places = [
    ...(process.env['PATH'] ?? '').split(path.delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/opt/homebrew/bin',
    ...versions.map((version) => path.join(debian, version, 'bin')),
  ];
  for (const place of places) {
    const file = path.join(place, name);
    if (path.isAbsolute(file) && (await isExecutable(file))) return file;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function untilReady(
  engine: ServerEngine,
  owner: Login,
  server: ProcessIdentity,
  log: string,
  signal: AbortSignal,
): Promise<void> {
  const giveUpAt = Date.now() + startMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      const connection = await engine.connect(owner);
      return await connection.close();
    } catch (error) {
      if (!isAlive(server))
        throw failed(new Error((await readFile(log, 'utf8')).trim().slice(-1000), { cause: error }));
      if (Date.now() > giveUpAt) throw failed(error);
      await delay(50);
    }
  }
}

function noPrograms({ packages }: Programs): UserError {
  const template =
    'A copy of the tables needs a server on this machine, and {0} is not installed here. Install it, or use an account ' +
    'that may make databases and users on the server itself.';
  return new UserError('database.noLocalServer', template, [packages]);
}

function failed(cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const template = 'The server for the copy of the tables could not be started on this machine: {0}';
  return new UserError('database.localServerFailed', template, [reason], { cause });
}
