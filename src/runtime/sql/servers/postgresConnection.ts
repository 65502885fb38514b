import { setTimeout as delay } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { ConnectionGone, StatementError, type ServerConnection } from './connection';
import { connectTimeoutMs, endTimeoutMs, tlsOptions, type Login } from './login';
import { loginFailure } from './loginFailure';
import { PostgresStatement } from './postgresStatement';

/** @throws {UserError} those of loginFailure */
export async function connectPostgres(login: Login): Promise<ServerConnection> {
  const { Client } = await import('./postgresDriver');
  const client = new Client(await optionsOf(login));
  let isOpen = true;
  let running: Promise<unknown> = Promise.resolve();
  // Whoever waits for a statement is told by it.
  client.on('error', () => (isOpen = false));
  client.on('end', () => (isOpen = false));
  try {
    await client.connect();
  } catch (cause) {
    throw loginFailure(login, cause);
  }
  const run: ServerConnection['run'] = async (sql, onRows, parameters = []) => {
    if (!isOpen) throw new ConnectionGone('The session with the server is over.');
    const statement = new PostgresStatement(sql, parameters, onRows);
    client.query(statement);
    running = statement.done.catch(() => undefined);
    try {
      return await statement.done;
    } catch (error) {
      const failed = failure(error, sql);
      if (failed instanceof ConnectionGone) isOpen = false;
      throw failed;
    }
  };
  let backend = '';
  await run('SELECT pg_backend_pid()', (rows) => {
    backend = String(rows[0]?.[0]);
    return true;
  });

  async function close(): Promise<void> {
    isOpen = false;
    await Promise.race([client.end(), delay(endTimeoutMs)]);
  }

  return {
    run,
    async cancel() {
      if (!isOpen) return;
      const other = await connectPostgres(login).catch(() => undefined);
      await other?.run('SELECT pg_cancel_backend($1)', undefined, [backend]).catch(() => undefined);
      await other?.close();
      const hasEnded = await Promise.race([running.then(() => true), delay(endTimeoutMs, false)]);
      if (!hasEnded) await close();
    },
    get inTransaction() {
      return client.getTransactionStatus() !== 'I';
    },
    get isOpen() {
      return isOpen;
    },
    close,
  };
}

async function optionsOf({ server, password }: Login): Promise<ClientConfig> {
  const { socket, host, port, user, database, tls } = server;
  return {
    host: socket ?? host,
    port,
    user,
    database,
    ...(password !== undefined && { password }),
    ssl: tls === 'verify' && (await tlsOptions(server)),
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'agentlm',
  };
}

/** What the server says has a state; everything else is the end of the session. */
function failure(error: unknown, sql: string): Error {
  const { code, severity } = error as { code?: string; severity?: string };
  if (error instanceof Error && severity === 'ERROR' && code !== undefined) {
    return new StatementError(wordError(error, sql), code, { cause: error });
  }
  return new ConnectionGone(error instanceof Error ? error.message : String(error), { cause: error });
}

/** As Python's client words it: the message, the line it is about with a mark below, detail and hint. */
function wordError(error: Error, sql: string): string {
  const { position, detail, hint } = error as { position?: string; detail?: string; hint?: string };
  return [
    error.message,
    ...(position === undefined ? [] : markedLine(sql, Number(position) - 1)),
    ...(detail === undefined ? [] : [`DETAIL:  ${detail}`]),
    ...(hint === undefined ? [] : [`HINT:  ${hint}`]),
  ].join('\n');
}

/** @param at of characters, as the server counts them, which are code points */
function markedLine(sql: string, at: number): string[] {
  const before = Array.from(sql).slice(0, at).join('').split('\n');
  const line = sql.split('\n')[before.length - 1] ?? '';
  const head = `LINE ${before.length}: `;
  return [head + line, ' '.repeat(head.length + (before.at(-1)?.length ?? 0)) + '^'];
}
