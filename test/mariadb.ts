import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Context } from 'mocha';
import { createConnection, type Connection, type ConnectionOptions } from 'mysql2/promise';
import type { Listening } from './listening';

/** A MariaDB server of this machine's binaries, on a socket in a temporary folder, with no data but its own. */
export interface MariadbServer {
  /** Of the user root, without a password. */
  readonly socket: string;
  /** A connection that `stop` closes; the caller may close it before. */
  readonly connect: (options?: ConnectionOptions) => Promise<Connection>;
  /** Ends it as a crash does, with what was committed on the disk. */
  readonly kill: () => Promise<void>;
  /** Starts it again, with the data that it left. */
  readonly restart: (listening?: Listening) => Promise<void>;
  /** Ends the server and removes its folder. Safe to call twice. */
  readonly stop: () => Promise<void>;
}

/** The server is looked for where Debian has it, too: a user's PATH need not have /usr/sbin. */
function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

/** Skips the test where there is no mariadbd: `apt-get install mariadb-server-core mariadb-client-core`. */
export function requireMariadb(test: Context): void {
  if (!findProgram('mariadbd') || !findProgram('mariadb-install-db')) test.skip();
}

/**
 * Starts a server, which takes a few seconds. Its collation is the one that comes nearest to MySQL 8.0's default,
 * utf8mb4_0900_ai_ci: neither case nor accents count, and spaces at the end do.
 */
export async function startMariadb(): Promise<MariadbServer> {
  const program = findProgram('mariadbd');
  const installer = findProgram('mariadb-install-db');
  if (program === undefined || installer === undefined) throw new Error('There is no mariadbd on this machine.');
  const folder = await mkdtemp(path.join(tmpdir(), 'agentlm-mariadb-'));
  const data = path.join(folder, 'data');
  const socket = path.join(folder, 'socket');
  // As root it wants to be told that it may.
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];
  await promisify(execFile)(installer, [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...asRoot,
  ]);
  const options = [
    '--no-defaults',
    `--datadir=${data}`,
    `--socket=${socket}`,
    `--tmpdir=${folder}`,
    '--skip-networking',
    `--pid-file=${path.join(folder, 'pid')}`,
    '--innodb-buffer-pool-size=32M',
    '--innodb-flush-log-at-trx-commit=0',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_uca1400_nopad_ai_ci',
    ...asRoot,
  ];
  let log = '';
  const launch = (more: readonly string[]) => {
    const child = spawn(program, [...options, ...more], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-8000)));
    return { child, closed: once(child, 'close') };
  };
  let { child, closed } = launch([]);
  // A test run that crashes takes its server along.
  const takeAlong = (): void => void child.kill('SIGKILL');
  process.once('exit', takeAlong);
  const connections: Connection[] = [];

  async function connect(options: ConnectionOptions = {}): Promise<Connection> {
    const connection = await createConnection({ socketPath: socket, user: 'root', ...options });
    // Of a server that was killed; whoever waits for a statement is told by it.
    connection.on('error', () => {});
    connections.push(connection);
    return connection;
  }

  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    for (const connection of connections.splice(0)) connection.destroy();
    child.kill(signal);
    await closed;
  };

  async function kill(): Promise<void> {
    // As it was started, it writes what was committed once a second.
    await (await connect()).query('FLUSH ENGINE LOGS');
    await end('SIGKILL');
  }

  async function restart(listening?: Listening): Promise<void> {
    const more = listening ? ['--skip-networking=0', '--bind-address=127.0.0.1', `--port=${listening.port}`] : [];
    for (const [name, text] of Object.entries(listening?.tls ?? {})) {
      const file = path.join(folder, `${name}.pem`);
      await writeFile(file, text);
      more.push(`--ssl-${name}=${file}`);
    }
    ({ child, closed } = launch(more));
    await untilReady();
  }

  async function stop(): Promise<void> {
    await end('SIGTERM');
    process.off('exit', takeAlong);
    await rm(folder, { recursive: true, force: true });
  }

  async function untilReady(): Promise<void> {
    for (;;) {
      if (child.exitCode !== null) {
        await stop();
        throw new Error(`mariadbd ended with code ${child.exitCode}: ${log}`);
      }
      try {
        await (await connect()).query('SELECT 1');
        return;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && /ENOENT|ECONNREFUSED/.test(String(error.code)))) {
          await stop();
          throw error;
        }
        await delay(50);
      }
    }
  }

  await untilReady();
  return { socket, connect, kill, restart, stop };
}
