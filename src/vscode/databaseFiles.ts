/** Endings of files that a database task can work on. */
export const databaseEndings = ['sqlite', 'sqlite3', 'db', 'csv', 'tsv'] as const;

/** By its name alone. */
export function isDatabase(file: string): boolean {
  return databaseEndings.some((ending) => file.toLowerCase().endsWith(`.${ending}`));
}
