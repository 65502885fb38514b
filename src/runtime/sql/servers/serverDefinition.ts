/**
 * A copy of a server's table is made by a statement of SQLite's, in which the server's own statements stand as a comment: so
 * a table that was altered is told like one of SQLite.
 */
export function definitionComment(definition: string): string {
  return `/*${definition.replaceAll('*/', '* /')}*/`;
}

/** The server's statements in such a statement. */
export function serverDefinition(sql: string): string {
  return /\/\*([^]*?)\*\//.exec(sql)?.[1] ?? sql;
}
