import { human } from '../conversation';
import type { Table } from '../environment';
import { UserError } from '../errors';
import type { Model } from '../model';

/** Tables and headers in the words of the db split. */
export function tableSentence(tables: readonly Table[]): string {
  return inFull(tables, Infinity);
}

export interface FittedTables {
  readonly sentence: string;
  /** Whether a column or a table was left out that nobody chose to leave out. */
  readonly shortened: boolean;
}

/** The share of the window that the tables of a task may take. */
const tableShare = 1 / 4;
/** Columns of a table that are named before a table is named without any. */
const fewColumns = 20;

/**
 * The table sentence in a quarter of the window. The chosen tables come with their columns, the others by name; where
 * nothing was chosen that is all tables, in the words of the db split as long as they fit. What has no room is counted,
 * with the statement that lists it.
 * @param choice names, in whatever case; none for all tables
 * @throws {UserError} `database.noSuchTable`
 */
export async function fitTables(
  tables: readonly Table[],
  choice: readonly string[],
  model: Pick<Model, 'contextLength' | 'countTokens'>,
): Promise<FittedTables> {
  const chosen = chosenTables(tables, choice);
  const preferred = chosen.length > 0 ? chosen : tables;
  const others = tables.filter((table) => !preferred.includes(table));
  const word = (full: number, columns: number, names: number): string =>
    worded(preferred.slice(0, full), columns, [...preferred.slice(full), ...others], names);
  const tokens = Math.floor(model.contextLength * tableShare);
  const fits = (limit: number) => async (text: string) => (await model.countTokens([human(text)])) <= limit;

  const whole = word(preferred.length, Infinity, tables.length);
  if (await fits(tokens)(whole)) return { sentence: whole, shortened: false };
  // Columns of tables that nobody chose leave room for the names of the rest.
  const room = fits(chosen.length > 0 ? tokens : tokens / 2);
  const widest = Math.max(...preferred.map(({ columns }) => columns.length));
  const columns = await largest(fewColumns, widest, (each) => word(preferred.length, each, 0), room);
  const full = await largest(0, preferred.length, (each) => word(each, columns, 0), room);
  const names = await largest(0, tables.length - full, (each) => word(full, columns, each), fits(tokens));
  return { sentence: word(full, columns, names), shortened: true };
}

/** In the order of the database. A name in another case is meant where no table has exactly this one. */
function chosenTables(tables: readonly Table[], choice: readonly string[]): readonly Table[] {
  const chosen = choice.map((wanted) => {
    const found =
      tables.find(({ name }) => name === wanted) ??
      tables.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
    if (found) return found;
    const some = tables.slice(0, 20).map(({ name }) => name);
    const all = some.length < tables.length ? [...some, '…'] : some;
    throw new UserError(
      'database.noSuchTable',
      'There is no table {0} in this database. It has {1}. Choose its tables again.',
      [wanted, all.join(', ')],
    );
  });
  return tables.filter((table) => chosen.includes(table));
}

/** The largest number, `low` at least, whose text fits. */
async function largest(
  low: number,
  high: number,
  text: (each: number) => string,
  fits: (text: string) => Promise<boolean>,
): Promise<number> {
  let [least, most] = [low, Math.max(low, high)];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (await fits(text(middle))) least = middle;
    else most = middle - 1;
  }
  return least;
}

/** @param names how many of the tables without columns are named */
function worded(full: readonly Table[], columns: number, rest: readonly Table[], names: number): string {
  const inBrief = rest.length === 0 ? [] : [byName(rest, names, full.length > 0)];
  return [...(full.length === 0 && rest.length > 0 ? [] : [inFull(full, columns)]), ...inBrief].join(' ');
}

function inFull(tables: readonly Table[], columns: number): string {
  const [first] = tables;
  if (!first) return 'There are no tables in this database yet.';
  if (tables.length === 1) {
    return `The name of this table is ${first.name}, and the headers of this table are ${headers(first, columns)}.`;
  }
  const each = tables.map(
    (table, index) =>
      `The name of the ${ordinal(index + 1)} table is ${table.name}, and the headers of this table are ${headers(table, columns)}.`,
  );
  return [`There are ${tables.length} tables involved with this task.`, ...each].join(' ');
}

function headers({ name, columns }: Table, limit: number): string {
  if (columns.length <= limit) return columns.join(',');
  const quoted = `\`${name.replaceAll('`', '``')}\``;
  return `${columns.slice(0, limit).join(',')} and ${columns.length - limit} more, which DESCRIBE ${quoted} lists`;
}

function byName(tables: readonly Table[], limit: number, isRest: boolean): string {
  const more = isRest ? ' more' : '';
  const count = tables.length === 1 ? `There is 1${more} table` : `There are ${tables.length}${more} tables`;
  const named = tables.slice(0, limit).map(({ name }) => name);
  const hidden = tables.length - named.length;
  if (named.length === 0) return `${count} in this database, listed by SHOW TABLES.`;
  const rest = hidden > 0 ? ` and ${hidden} others, which SHOW TABLES lists` : '';
  return `${count} in this database: ${named.join(',')}${rest}. DESCRIBE lists the headers of a table.`;
}

function ordinal(n: number): string {
  const teen = n % 100 >= 11 && n % 100 <= 13;
  const suffix = teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}
