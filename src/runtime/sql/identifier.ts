/** A name as SQL of SQLite quotes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Of a table: SQLITE_MAX_COLUMN of every build of Node. */
export const maxColumns = 2000;
