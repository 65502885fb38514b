import type { DatabaseSync } from 'node:sqlite';
import { quoted } from '../identifier';
import { toText } from './functions/values';
import { openCatalog } from './catalog';
import type { Written } from './plan';

/**
 * Names the entry and the key that SQLite only says are taken: `1062 (23000): Duplicate entry '1' for key 'city.PRIMARY'`.
 * Undefined for every other failure, and where the rows are not known.
 * @param message of SQLite
 */
export function nameDuplicate(
  database: DatabaseSync,
  message: string,
  written: Written | undefined,
): string | undefined {
  const [, list] = /^UNIQUE constraint failed: (.+)$/s.exec(message) ?? [];
  if (list === undefined) return undefined;
  const table = list.split('.')[0] ?? '';
  const columns = list.split(', ').map((column) => column.slice(column.indexOf('.') + 1));
  const entry = written && takenEntry(database, columns, written);
  const told = entry === undefined ? '' : ` '${entry}'`;
  return `1062 (23000): Duplicate entry${told} for key '${table}.${keyName(database, table, columns)}'`;
}

/** The first row whose key is in the table already, else the first that comes twice. */
function takenEntry(database: DatabaseSync, columns: readonly string[], { table, rows }: Written): string | undefined {
  const seen = new Set<string>();
  for (const row of rows) {
    const values = columns.map((column) => row.get(column.toLowerCase()) ?? 'NULL');
    const same = columns.map((column, index) => `${quoted(column)} = ${values[index]}`).join(' AND ');
    const [key] = database
      .prepare(
        `SELECT ${values.map((value, index) => `${value} AS "v${index}"`).join(', ')}, EXISTS (SELECT 1 FROM ${quoted(table)} WHERE ${same}) AS taken`,
      )
      .all();
    const texts = columns
      .map((_, index) => key?.[`v${index}`])
      .map((value) => (value === null || value === undefined ? '' : toText(value)));
    const entry = texts.join('-');
    if (key?.['taken'] === 1 || seen.has(entry.toLowerCase())) return entry;
    seen.add(entry.toLowerCase());
  }
  return undefined;
}

function keyName(database: DatabaseSync, table: string, columns: readonly string[]): string {
  const catalog = openCatalog(database);
  const isSame = (names: readonly string[]) => names.join('\0').toLowerCase() === columns.join('\0').toLowerCase();
  const key = (catalog.table(table)?.columns ?? [])
    .filter(({ keyPlace }) => keyPlace > 0)
    .sort((a, b) => a.keyPlace - b.keyPlace);
  if (isSame(key.map(({ name }) => name))) return 'PRIMARY';
  const index = catalog.indexes(table).find((each) => each.origin === 'c' && isSame(each.columns));
  return index?.name ?? columns[0] ?? '';
}
