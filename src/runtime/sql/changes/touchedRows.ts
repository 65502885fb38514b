import type { DatabaseSync } from 'node:sqlite';
import type { RowCounts } from '../../../agent/database';
import { quoted } from '../identifier';
import type { TablePair } from './schemaDifference';
import { differs, keyOf, sameKey, valueOf, type TableShape } from './tableShape';

/** The rows in which two tables differ. Their keys stand in a temporary table, so that nothing of it needs memory. */
export interface TouchedRows extends RowCounts {
  readonly pair: TablePair;
  /** The temporary table: `kind`, `state`, and `k0`, `k1` … for the key. */
  readonly list: string;
  /** The keys as columns of that table, its alias being `t`. */
  readonly key: readonly string[];
}

/** Compares the tables of a pair row by row. @param number makes the temporary table's name its own */
export function findTouched(database: DatabaseSync, pair: TablePair, number: number): TouchedRows {
  const { before, after } = pair;
  const columns = (after ?? before)?.key.map((_, index) => `k${index}`) ?? [];
  const list = `temp.agentlm_touched_${number}`;
  database.exec(`CREATE TEMP TABLE agentlm_touched_${number} (kind, state, ${columns.join(', ')})`);
  const insert = (kind: keyof RowCounts, select: string): number =>
    Number(database.prepare(`INSERT INTO ${list} SELECT '${kind}', 'ready', ${select}`).run().changes);
  const was = before && tableOf('base', before, 'b');
  const is = after && tableOf('scratch', after, 'a');
  const isComparable = before && after && before.key.join() === after.key.join();
  const isSameRow = isComparable ? sameKey(keyOf(before, 'b'), keyOf(after, 'a')) : 'FALSE';
  const without = (table: string | undefined): string =>
    table === undefined ? '' : `WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE ${isSameRow})`;
  const updated = (): number => {
    if (!isComparable) return 0;
    const pairs = after.columns.map((name) => [valueOf(before, 'b', name), valueOf(after, 'a', name)] as const);
    const both = `${was} CROSS JOIN ${is} ON ${isSameRow}`;
    return insert('updated', `${keyOf(before, 'b').join()} FROM ${both} WHERE ${differs(pairs)}`);
  };
  const counts = {
    deleted: before ? insert('deleted', `${keyOf(before, 'b').join()} FROM ${was} ${without(is)}`) : 0,
    updated: updated(),
    inserted: after ? insert('inserted', `${keyOf(after, 'a').join()} FROM ${is} ${without(was)}`) : 0,
  };
  return { pair, list, key: columns.map((column) => `t.${column}`), ...counts };
}

export function tableOf(place: string, { name }: TableShape, alias: string): string {
  return `${place}.${quoted(name)} AS ${alias}`;
}
