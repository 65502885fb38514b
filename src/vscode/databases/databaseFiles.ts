const sqlite = ['sqlite', 'sqlite3', 'db'];
const tables = ['csv', 'tsv', 'tab', 'jsonl', 'ndjson', 'parquet'];

/** Endings of files that a database task can work on. */
export const databaseEndings: readonly string[] = [...sqlite, ...tables, 'json'];

/** Those that are looked for: most JSON files of a workspace are settings. */
export const soughtEndings: readonly string[] = [...sqlite, ...tables];

/** By its name alone. */
export function isDatabase(file: string): boolean {
  return databaseEndings.some((ending) => file.toLowerCase().endsWith(`.${ending}`));
}
