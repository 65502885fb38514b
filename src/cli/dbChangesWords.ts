import type {
  ApplyReport,
  Conversion,
  DatabaseChanges,
  DatabaseReview,
  RowChange,
  RowConflict,
  RowCounts,
  SchemaChange,
} from '../agent/database';
import { isServerUrl } from '../agent/databaseServer';
import { cellText, type Cell } from '../agent/grid';
import { visible } from '../agent/hiddenCharacters';
import { shortId } from './pendingRuns';

/** What waits for a decision, without the rows. */
export interface PendingChanges {
  readonly id: string;
  readonly source: string;
  readonly canApply: boolean;
  readonly schema: readonly Pick<SchemaChange, 'kind' | 'type' | 'name' | 'oldName'>[];
  readonly tables: readonly (RowCounts & { readonly table: string })[];
}

export function pendingChanges(
  { id, source, canApply }: DatabaseReview,
  { schema, tables }: DatabaseChanges,
): PendingChanges {
  return {
    id,
    source,
    canApply,
    schema: schema.map(({ kind, type, name, oldName }) => ({ kind, type, name, ...(oldName && { oldName }) })),
    tables: tables.map(({ table, inserted, updated, deleted }) => ({ table, inserted, updated, deleted })),
  };
}

export function pendingText(changes: PendingChanges): string {
  const { id, source, canApply } = changes;
  const decide = canApply
    ? `To make them there:  agentlm db-changes apply ${shortId(id)}`
    : 'Data files are not written back to. --export FILE.csv writes the rows of the last query.';
  return [
    `Changed in a copy of ${visible(source)}, not in the original:`,
    ...summary(changes),
    `To look at them:     agentlm db-changes show ${shortId(id)}`,
    decide,
    `To forget them:      agentlm db-changes discard ${shortId(id)}`,
    '',
  ].join('\n');
}

export function changesText(changes: DatabaseChanges): string {
  const schema = changes.schema.map((change) => {
    const statements = [change.before, change.after].map(
      (sql, index) => sql && `${'-+'.charAt(index)} ${visible(sql)}`,
    );
    return [schemaText(change), ...statements.filter(Boolean), ''].join('\n');
  });
  const tables = changes.tables.map(({ table, columns, rows, ...counts }) => {
    const missing = counts.inserted + counts.updated + counts.deleted - rows.length;
    const more = missing > 0 ? [`… and ${missing} more rows`] : [];
    return [
      `${visible(table)}: ${countsText(counts)}`,
      `  ${line(columns)}`,
      ...rows.flatMap(rowText),
      ...more,
      '',
    ].join('\n');
  });
  return [...schema, ...tables].map((part) => `${part}\n`).join('');
}

export function reportText(source: string, report: ApplyReport): string {
  const { applied, tables, schemaChanges, conflictCount, conflicts, backup } = report;
  const told = conflicts.flatMap(conflictText);
  const more = conflictCount > conflicts.length ? [`… and ${conflictCount - conflicts.length} more rows`] : [];
  if (!applied) {
    return [
      `Nothing was applied to ${visible(source)}: ${conflictCount} of its rows changed since the run began.`,
      ...told,
      ...more,
      'Apply again with --skip-conflicts to leave these rows as they are now, or discard the changes.',
      '',
    ].join('\n');
  }
  return [
    `Applied to ${visible(source)}:`,
    ...tables.map(({ table, ...counts }) => `  ${visible(table)}: ${countsText(counts)}`),
    ...(schemaChanges > 0 ? [`  ${schemaChanges} changes of tables, views, indexes and triggers`] : []),
    ...(tables.length + schemaChanges === 0 ? ['  nothing, for all of it was there already'] : []),
    ...(conflictCount > 0 ? [`Left as they are now, ${conflictCount} rows:`, ...told, ...more] : []),
    ...(backup === null ? [] : [`${isServerUrl(source) ? 'Takes it back' : 'As it was before'}: ${visible(backup)}`]),
    '',
  ].join('\n');
}

/** One line a table of what its values were turned into. */
export function conversionsText(conversions: readonly Conversion[]): string {
  const tables = Map.groupBy(conversions, ({ table }) => table);
  return [...tables]
    .map(([table, ofTable]) => {
      const parts = ofTable.map(({ column, from, to, values }) => `${visible(column)}: ${values} ${from} as ${to}`);
      return `Read ${visible(table)}: ${parts.join('; ')}\n`;
    })
    .join('');
}

function summary({ schema, tables }: PendingChanges): string[] {
  return [
    ...schema.map((change) => `  ${schemaText(change)}`),
    ...tables.map(({ table, ...counts }) => `  ${visible(table)}: ${countsText(counts)}`),
  ];
}

function schemaText({ kind, type, name, oldName }: PendingChanges['schema'][number]): string {
  return visible(`${type} ${oldName === undefined ? '' : `${oldName}, now `}${name}: ${kind}`);
}

function countsText({ inserted, updated, deleted }: RowCounts): string {
  return `${inserted} inserted, ${updated} updated, ${deleted} deleted`;
}

function rowText({ before, after }: RowChange): string[] {
  return [...(before ? [`- ${line(before)}`] : []), ...(after ? [`+ ${line(after)}`] : [])];
}

function conflictText({ table, found, left, now }: RowConflict): string[] {
  const version = (word: string, cells: readonly Cell[] | null): string =>
    `    ${word} ${cells === null ? '(no row)' : line(cells)}`;
  return [
    `  ${visible(table)}`,
    version('found by the run:', found),
    version('left by the run: ', left),
    version('now:             ', now),
  ];
}

function line(cells: readonly Cell[]): string {
  return cells.map((cell) => visible(cellText(cell)).replaceAll('\n', ' ')).join(' | ');
}
