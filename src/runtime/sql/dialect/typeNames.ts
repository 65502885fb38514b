import type { ColumnInfo } from './catalog';

/** A declared type as DESCRIBE writes it: in small letters, with the lengths that MySQL adds. */
export function mysqlTypeName(declared: string): string {
  const name = declared.trim().replace(/ binary$/i, '');
  if (/^(enum|set)\b/i.test(name)) return name.replace(/^\w+/, (word) => word.toLowerCase());
  const lower = name
    .toLowerCase()
    .replace(/\s*,\s*/g, ',')
    .replace(/\s+\(/g, '(');
  return typeNames.get(lower) ?? (lower === '' ? 'blob' : lower);
}

const typeNames = new Map([
  ['integer', 'int'],
  ['boolean', 'tinyint(1)'],
  ['bool', 'tinyint(1)'],
  ['real', 'double'],
]);

/** The default of a column as MySQL shows it: without quotes, NULL where there is none. */
export function columnDefault({ default: text }: ColumnInfo): string | null {
  if (text === undefined || /^null$/i.test(text)) return null;
  if (/^\(?strftime\(/i.test(text) || /^current_timestamp$/i.test(text)) return 'CURRENT_TIMESTAMP';
  return /^'.*'$/s.test(text) ? text.slice(1, -1).replaceAll("''", "'") : text;
}
