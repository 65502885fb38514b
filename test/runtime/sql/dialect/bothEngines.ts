import type { DatabaseSync } from 'node:sqlite';
import { type Connection, type FieldPacket, Types } from 'mysql2/promise';
import { decimal, types, type ValueType } from '../../../../src/runtime/sql/mysqlType';
import { openNodeSqlite } from '../../../../src/runtime/sql/nodeSqlite';
import { openScratch } from '../../../../src/runtime/sql/openScratch';
import { pythonLiteral, type SqlValue } from '../../../../src/runtime/sql/pythonLiteral';
import { openSession, type Session } from '../../../../src/runtime/sql/scratchDatabase';
import type { MariadbServer } from '../../../mariadb';

/** Statements of MySQL on SQLite, in memory where no file is given. */
export function openDialect(file = ':memory:'): Session & { readonly database: DatabaseSync } {
  const database = openScratch(openNodeSqlite(), file, 1e9);
  const session = openSession(database, 'mysql');
  return Object.assign(session, { database });
}

/** A connection as Python's client has one, to a fresh database called main. */
export async function openMain(server: MariadbServer): Promise<Connection> {
  const connection = await server.connect({ flags: ['-IGNORE_SPACE'], charset: 'utf8mb4' });
  await connection.query('DROP DATABASE IF EXISTS main');
  await connection.query('CREATE DATABASE main COLLATE utf8mb4_uca1400_nopad_ai_ci');
  await connection.query('USE main');
  await connection.query('SET NAMES utf8mb4 COLLATE utf8mb4_uca1400_nopad_ai_ci');
  return connection;
}

/** What Python's client would print of a statement run by a server: its rows as a list of tuples, or the error. */
export async function printed(connection: Connection, sql: string): Promise<string> {
  try {
    const [rows, fields] = await connection.query({ sql, rowsAsArray: true, typeCast: (field) => field.buffer() });
    if (!Array.isArray(rows) || !Array.isArray(fields)) return '[]';
    const tuples = (rows as (Buffer | null)[][]).map((row) => {
      const literals = row.map((value, index) => literal(value, fields[index]));
      return `(${literals.join(', ')}${row.length === 1 ? ',' : ''})`;
    });
    return `[${tuples.join(', ')}]`;
  } catch (error) {
    if (!(error instanceof Error && 'errno' in error && 'sqlState' in error)) throw error;
    return inWordsOfMysql(`${String(error.errno)} (${String(error.sqlState)}): ${error.message}`);
  }
}

/** What MySQL 8.0 says where MariaDB 10.11 says the same in other words, by the two manuals. */
const wordings: readonly (readonly [RegExp, string])[] = [
  [/MariaDB server/, 'MySQL server'],
  [/(1054.* in |1052.* in )'?(?:SELECT|INSERT INTO|VALUES|SET)'?( is ambiguous)?$/, '$1field list$2'],
  [/(1054.* in )'WHERE'$/, '$1where clause'],
  [/(1054.* in )'ON'$/, '$1on clause'],
  [/(1054.* in )'GROUP BY'$/, '$1group statement'],
  [/(1054.* in )'HAVING'$/, '$1having clause'],
  [/(1054.* in )'ORDER BY'$/, '$1order clause'],
  [/^(1054.* in )(field list|\w+ (?:clause|statement))$/, "$1'$2'"],
  [/for column `\w+`\.`\w+`\.`(\w+)`/, "for column '$1'"],
  [/^1366 \(22007\)/, '1366 (HY000)'],
  [/^(145[12].*constraint fails) .*$/, '$1'],
  [
    /^1091 \(42000\): Can't DROP COLUMN `(\w+)`; check that it exists$/,
    "1091 (42000): Can't DROP '$1'; check that column/key exists",
  ],
  [/^4025 \(23000\): CONSTRAINT `(\w+)\.\w+` failed for .*$/, "3819 (HY000): Check constraint '$1_chk_1' is violated."],
  [/^1051 (.*)'main\.nothing'$/, "1051 $1'nothing'"],
];

function inWordsOfMysql(error: string): string {
  return wordings.reduce((words, [pattern, replacement]) => words.replace(pattern, replacement), error);
}

/** What both engines can be held to: MySQL 8.0 puts the table before a key, and MariaDB cuts off what it quotes earlier. */
export function comparable(output: string): string {
  return output
    .replace(/(1062.* for key ')\w+\.(\w+')$/, '$1$2')
    .replace(/^(1064.* near '[^]{77})[^]*(' at line \d+)$/, '$1$2');
}

function literal(bytes: Buffer | null, field: FieldPacket | undefined): string {
  if (bytes === null || !field) return 'None';
  const { type, value } = typedValue(bytes, field);
  return pythonLiteral(value, type);
}

const binary = 63;

function typedValue(
  bytes: Buffer,
  { columnType, characterSet, decimals }: FieldPacket & { characterSet?: number },
): { type: ValueType; value: SqlValue } {
  const text = bytes.toString('utf8');
  switch (columnType) {
    case Types.TINY:
    case Types.SHORT:
    case Types.INT24:
    case Types.LONG:
    case Types.LONGLONG:
    case Types.YEAR:
      return { type: types.any, value: BigInt(text) };
    case Types.FLOAT:
    case Types.DOUBLE:
      return { type: types.double, value: Number(text) };
    case Types.DECIMAL:
    case Types.NEWDECIMAL:
      return { type: decimal(decimals), value: text.includes('.') ? Number(text) : BigInt(text) };
    case Types.DATE:
    case Types.NEWDATE:
      return { type: types.date, value: text };
    case Types.DATETIME:
    case Types.TIMESTAMP:
      return { type: types.datetime, value: text };
    case Types.TIME:
      return { type: types.time, value: text };
    case Types.BIT:
      return { type: types.any, value: BigInt(`0x${bytes.toString('hex') || '0'}`) };
    default:
      return characterSet === binary
        ? { type: types.binary, value: new Uint8Array(bytes) }
        : { type: types.text, value: text };
  }
}
