import type { Connection, FieldPacket } from 'mysql2';
import type { OnRows, WireValue } from './connection';
import { mysqlColumn } from './mysqlValues';

/** Rows and bytes that are handed over at once. */
const batchRows = 500;
const batchBytes = 1024 * 1024;

/** ER_QUERY_INTERRUPTED */
const interrupted = 1317;

export interface MysqlStatement {
  readonly sql: string;
  /** For the `?` in it. */
  readonly values: readonly (string | Buffer | null)[];
}

/** What a statement gave; only the first of several results, as a procedure may give them. */
export interface MysqlResult {
  readonly columns: ReturnType<typeof mysqlColumn>[] | undefined;
  /** The server's status flags, where it told them. */
  readonly status: number | undefined;
  /** Whether it was stopped because nobody wanted more rows. */
  readonly isStopped: boolean;
}

/**
 * Runs one statement and hands over its rows, while the server waits.
 * @param stop ends the statement at the server, when no more rows are wanted
 * @param over aborts when the session is over
 */
export async function readMysql(
  connection: Connection,
  { sql, values }: MysqlStatement,
  onRows: OnRows | undefined,
  stop: () => Promise<void>,
  over: AbortSignal,
): Promise<MysqlResult> {
  let columns: MysqlResult['columns'];
  let status: number | undefined;
  let batch: WireValue[][] = [];
  let bytes = 0;
  let isWanted = onRows !== undefined;
  let isStopped = false;
  let failed: Error | undefined;
  let handing = Promise.resolve();
  const hand = async (): Promise<void> => {
    const rows = batch;
    batch = [];
    bytes = 0;
    if (rows.length > 0 && columns && isWanted) isWanted = (await onRows?.(rows, columns)) ?? false;
  };
  const handEarly = async (): Promise<void> => {
    connection.pause();
    try {
      await hand();
    } catch (error) {
      failed = asError(error);
      isWanted = false;
    }
    try {
      if (isWanted) return;
      isStopped = true;
      await stop();
    } catch (error) {
      // Then all of it is read, and dropped.
      failed ??= asError(error);
    } finally {
      connection.resume();
    }
  };
  const query = connection.query({
    sql,
    ...(values.length > 0 && { values: [...values] }),
    rowsAsArray: true,
    typeCast: (field) => field.buffer(),
  });
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  const lose = (): void => reject(over.reason);
  over.addEventListener('abort', lose, { once: true });
  try {
    query.on('fields', (fields?: FieldPacket[]) => (columns ??= fields?.map(mysqlColumn)));
    query.on('result', (row: unknown, index?: number) => {
      if (!Array.isArray(row)) {
        status = (row as { serverStatus?: number } | null)?.serverStatus;
        return;
      }
      if (!isWanted || !columns || (index ?? 0) > 0) return;
      const wires = (row as (Buffer | null)[]).map((value, at) => value && (columns?.[at]?.wire(value) ?? null));
      for (const value of wires) bytes += value?.length ?? 0;
      batch.push(wires);
      if (batch.length >= batchRows || bytes >= batchBytes) handing = handEarly();
    });
    query.on('end', resolve);
    query.on('error', (error: unknown) => {
      if (isStopped && (error as { errno?: number }).errno === interrupted) resolve();
      else reject(error);
    });
    await done;
  } finally {
    over.removeEventListener('abort', lose);
  }
  await handing;
  await hand();
  if (failed !== undefined) throw failed;
  return { columns, status, isStopped };
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
