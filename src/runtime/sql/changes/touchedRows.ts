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
  const counts = { deleted: 0, updated: 0, inserted: 0 };
  const comparable = before && after && before.key.join() === after.key.join();
  if (before) {
    const missing = comparable
      ? `WHERE NOT EXISTS (SELECT 1 FROM ${tableOf('scratch', after, 'a')} WHERE ${match(before, after)})`
      : '';
    counts.deleted = insert('deleted', `${keyOf(before, 'b').join()} FROM ${tableOf('base', before, 'b')} ${missing}`);
  }
  if (comparable) {
    const pairs = after.columns.map((name) => [valueOf(before, 'b', name), valueOf(after, 'a', name)] as const);
    const both = `${tableOf('base', before, 'b')} CROSS JOIN ${tableOf('scratch', after, 'a')} ON ${match(before, after)}`;
    counts.updated = insert('updated', `${keyOf(before, 'b').join()} FROM ${both} WHERE ${differs(pairs)}`);
  }
  if (after) {
    const missing = comparable
      ? `WHERE NOT EXISTS (SELECT 1 FROM ${tableOf('base', before, 'b')} WHERE ${match(after, before, 'a', 'b')})`
      : '';
    counts.inserted = insert(
      'inserted',
      `${keyOf(after, 'a').join()} FROM ${tableOf('scratch', after, 'a')} ${missing}`,
    );
  }
  return { pair, list, key: columns.map((column) => `t.${column}`), ...counts };
}

export function tableOf(place: string, { name }: TableShape, alias: string): string {
  return `${place}.${quoted(name)} AS ${alias}`;
}

function match(one: TableShape, other: TableShape, oneAlias = 'b', otherAlias = 'a'): string {
  // The table that is looked up stands to the left, for its collation is the one its index has.
  return sameKey(keyOf(other, otherAlias), keyOf(one, oneAlias));
}
