import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, ConnectionOptions } from 'mysql2';
import { ConnectionGone, StatementError, type OnRows, type ServerConnection, type WireValue } from './connection';
import { connectTimeoutMs, endTimeoutMs, tlsOptions, type Login } from './login';
import { loginFailure } from './loginFailure';
import { readMysql, type MysqlResult, type MysqlStatement } from './mysqlResult';

/** @throws {UserError} those of loginFailure */
export async function connectMysql(login: Login): Promise<ServerConnection> {
  const connection = await open(login);
  /** Aborts when the session is over: the driver does not tell a statement whose rows are read one by one. */
  const over = new AbortController();
  let inTransaction = false;
  let running: Promise<unknown> = Promise.resolve();
  const end = (cause?: unknown): void =>
    over.abort(new ConnectionGone('The session with the server is over.', { cause }));
  connection.on('error', end);
  connection.on('end', () => end());

  const read = async (statement: MysqlStatement, onRows: OnRows | undefined): Promise<MysqlResult> =>
    readMysql(connection, statement, onRows, killQuery, over.signal);

  const run: ServerConnection['run'] = async (sql, onRows, parameters = []) => {
    over.signal.throwIfAborted();
    const reading = read({ sql, values: parameters.map(toParameter) }, onRows);
    running = reading.catch(() => undefined);
    try {
      const { columns, status, isStopped } = await reading;
      if (isStopped) await takeLateKill();
      // Known from statements without rows, as those are that begin or end a transaction: SERVER_STATUS_IN_TRANS.
      if (status !== undefined) inTransaction = (status & 1) !== 0;
      return columns;
    } catch (error) {
      const failed = failure(error);
      if (failed instanceof ConnectionGone) end(failed);
      throw failed;
    }
  };

  async function killQuery(): Promise<void> {
    const other = await connectMysql(login);
    try {
      await other.run(`KILL QUERY ${connection.threadId}`);
    } finally {
      await other.close();
    }
  }

  /** One that came when the statement had ended would stop the next one: let it be this. */
  async function takeLateKill(): Promise<void> {
    await read({ sql: 'DO 0', values: [] }, undefined).catch(() => undefined);
  }

  async function close(): Promise<void> {
    end();
    connection.destroy();
  }

  return {
    run,
    async cancel() {
      if (over.signal.aborted) return;
      await killQuery().catch(() => undefined);
      const hasEnded = await Promise.race([running.then(() => true), delay(endTimeoutMs, false)]);
      return hasEnded ? takeLateKill() : close();
    },
    get inTransaction() {
      return inTransaction;
    },
    get isOpen() {
      return !over.signal.aborted;
    },
    close,
  };
}

async function open(login: Login): Promise<Connection> {
  const { createConnection } = await import('./mysqlDriver');
  const connection = createConnection(await optionsOf(login));
  try {
    await new Promise<void>((resolve, reject) => {
      connection.on('error', reject);
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
    return connection;
  } catch (cause) {
    connection.destroy();
    throw loginFailure(login, cause);
  }
}

async function optionsOf({ server, password }: Login): Promise<ConnectionOptions> {
  const { socket, host, port, user, database, tls } = server;
  return {
    ...(socket === undefined ? { host, port } : { socketPath: socket }),
    user,
    database,
    ...(password !== undefined && { password }),
    ...(tls === 'verify' && { ssl: { ...(await tlsOptions(server)), verifyIdentity: true } }),
    ...(tls === 'verify' && socket === undefined && { stream: () => namedSocket(host, port) }),
    connectTimeout: connectTimeoutMs,
    charset: 'utf8mb4',
    multipleStatements: false,
    // No file of this machine, whatever a server asks for.
    flags: ['-LOCAL_FILES'],
    connectAttributes: { program_name: 'agentlm' },
  };
}

/**
 * The driver tells Node whose certificate it has to be, unless that is an address: then Node takes what the socket says, as
 * it does of itself for names, and without it `localhost`.
 */
function namedSocket(host: string, port: number): Socket {
  return Object.assign(connect({ host, port, noDelay: true, keepAlive: true }), { _host: host });
}

function toParameter(value: WireValue): string | Buffer | null {
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}

/** What the server says has a number and a state; everything else is the end of the session. */
function failure(error: unknown): Error {
  if (error instanceof ConnectionGone) return error;
  const { errno, sqlState, sqlMessage } = error as { errno?: number; sqlState?: string; sqlMessage?: string };
  if (errno !== undefined && sqlState !== undefined && sqlMessage !== undefined) {
    return new StatementError(`${errno} (${sqlState}): ${sqlMessage}`, String(errno), { cause: error });
  }
  return new ConnectionGone(error instanceof Error ? error.message : String(error), { cause: error });
}
