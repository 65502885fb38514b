import { quoted } from '../identifier';
import type { Catalog, TableInfo } from './catalog';
import type { TableText } from './tableText';
import { rowidName } from './updates';

/** What goes into a column of the new table. */
export interface Copy {
  readonly to: string;
  /** SQL over the columns of the old table. */
  readonly from: string;
}

/** Each column as it was. */
export function copyAll({ columns }: TableInfo): Copy[] {
  return columns.filter(({ generated }) => !generated).map(({ name }) => ({ to: name, from: quoted(name) }));
}

const workingName = 'agentlm_rebuilt';

/**
 * The table made anew with other lines, its rows and their numbers kept, then what belonged to it: the only way in SQLite
 * to change a column (https://sqlite.org/lang_altertable.html, part 7).
 */
export function* rebuild(
  info: TableInfo,
  text: TableText,
  copies: readonly Copy[],
  catalog: Catalog,
): Generator<string> {
  const names = new Set(text.lines.flatMap(({ name }) => (name === undefined ? [] : [name.toLowerCase()])));
  const indexes = catalog.indexes(info.name).filter(({ origin }) => origin === 'c');
  const lost = new Set(
    indexes
      .filter(({ columns }) => columns.some((column) => column !== '' && !names.has(column.toLowerCase())))
      .map(({ name }) => name),
  );
  const belongings = catalog.belongings(info.name).filter((sql) => ![...lost].some((name) => sql.includes(name)));
  const number = info.withoutRowid ? [] : [rowidName(info)];
  const to = [...number, ...copies.map((copy) => quoted(copy.to))];
  const from = [...number, ...copies.map((copy) => copy.from)];
  const [name, working] = [quoted(info.name), quoted(workingName)];
  yield `CREATE TABLE ${working} (${text.lines.map((line) => line.text).join(', ')})${text.tail}`;
  yield `INSERT INTO ${working} (${to.join(', ')}) SELECT ${from.join(', ')} FROM ${name}`;
  yield `DROP TABLE ${name}`;
  yield `ALTER TABLE ${working} RENAME TO ${name}`;
  yield* belongings;
}
