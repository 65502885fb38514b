/** The names in a text, for tables that would be a page long with quotes and commas. */
export function names(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
