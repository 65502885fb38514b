import { visible } from '../../agent/hiddenCharacters';
import type { Proposal } from '../../agent/proposal';
import { quotedName } from '../evaluation/trialDatabase';
import { openDatabase, type SqlOptions } from '../sql/openDatabase';
import type { PlaceDescription } from './prompt';

/** Tables that are described, and characters of the rows of one that are shown. */
const limits = { tables: 12, rows: 2, characters: 300 };

/**
 * What the model is told of a database: its tables, their columns, how many rows they have, and the first of them.
 * @throws {UserError} `database.*`
 */
export async function describeDatabase(options: SqlOptions, signal: AbortSignal): Promise<PlaceDescription> {
  const database = await openDatabase(options, signal);
  try {
    const lines: string[] = [];
    for (const { name, columns } of database.tables.slice(0, limits.tables)) {
      const table = quotedName(name);
      const count = await database.execute(`SELECT COUNT(*) FROM ${table}`, signal);
      const rows = await database.execute(`SELECT * FROM ${table} LIMIT ${limits.rows}`, signal);
      const [, number = '?'] = /^\[\((\d+),\)\]/.exec(count.output) ?? [];
      const first = visible(rows.output).slice(0, limits.characters);
      lines.push(
        `Table ${visible(name)} (${visible(columns.join(', '))}), ${number} rows, the first of which are: ${first}`,
      );
    }
    const omitted = database.tables.length - lines.length;
    if (omitted > 0) lines.push(`and ${omitted} more tables`);
    return { text: lines.join('\n'), seeds: database.tables.slice(0, 2).flatMap(seedsFor) };
  } finally {
    await database.close();
  }
}

/** Tasks that can be made of any table: they show the model what a task is. */
function seedsFor({ name, columns }: { readonly name: string; readonly columns: readonly string[] }): Proposal[] {
  const [first = ''] = columns;
  const last = columns.at(-1) ?? first;
  const table = quotedName(name);
  return [
    { kind: 'db', text: `How many rows does the table ${name} have?`, reference: `SELECT COUNT(*) FROM ${table}` },
    {
      kind: 'db',
      text: `What is the largest value of ${last} in ${name}?`,
      reference: `SELECT MAX(${quotedName(last)}) FROM ${table}`,
    },
    {
      kind: 'db',
      text: `Delete every row of ${name} in which ${first} is missing.`,
      reference: `DELETE FROM ${table} WHERE ${quotedName(first)} IS NULL`,
    },
  ];
}
