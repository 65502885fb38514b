/**
 * A value as a person looks at it: exact, and fit for JSON. Text longer than a grid shows is cut and says how long it is;
 * an integer beyond 2^53 comes by its digits; of bytes the first are told, in hexadecimal.
 */
export type Cell =
  | null
  | number
  | string
  | { readonly integer: string }
  | { readonly text: string; readonly length: number }
  | { readonly bytes: string; readonly length: number };

/** What all values of a column are, NULL aside; `mixed` where they differ, `unknown` where nothing but NULL was seen. */
export type ColumnKind =
  'integer' | 'real' | 'decimal' | 'text' | 'bytes' | 'date' | 'time' | 'datetime' | 'json' | 'mixed' | 'unknown';

export interface GridColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** Rows of a statement, for the user; what the model reads of them is text. Bounded in rows and bytes. */
export interface Grid {
  readonly columns: readonly GridColumn[];
  /** The first rows. */
  readonly rows: readonly (readonly Cell[])[];
  /** Rows that the statement gave; where `complete` is false there are more, which nobody counted. */
  readonly rowCount: number;
  readonly complete: boolean;
}

/** A cell in one line of text: `NULL`, `2.5`, `Tea`, `x'00ff… (20 bytes)`. */
export function cellText(cell: Cell): string {
  if (cell === null) return 'NULL';
  if (typeof cell !== 'object') return String(cell);
  if ('integer' in cell) return cell.integer;
  if ('text' in cell) return `${cell.text}… (${cell.length} characters)`;
  return cell.length * 2 > cell.bytes.length ? `x'${cell.bytes}…' (${cell.length} bytes)` : `x'${cell.bytes}'`;
}
