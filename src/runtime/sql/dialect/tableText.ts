import { keyword, nameOf, tokenize, type Token } from '../tokens';

/** A CREATE TABLE of SQLite, cut into its lines. */
export interface TableText {
  readonly lines: readonly Line[];
  /** What stands behind the closing parenthesis, e.g. ` WITHOUT ROWID`. */
  readonly tail: string;
}

export interface Line {
  /** Of the column it declares. */
  readonly name: string | undefined;
  /** What it asks for if it declares none: `PRIMARY`, `UNIQUE`, `FOREIGN`, `CHECK` or `OTHER`. */
  readonly constraint: string | undefined;
  readonly text: string;
  /** The one column that it asks something of, in small letters. */
  readonly only?: readonly string[];
}

/** Undefined for a text that is no CREATE TABLE with lines in parentheses. */
export function readTableText(sql: string): TableText | undefined {
  const tokens = tokenize(sql);
  const open = tokens.findIndex(({ text }) => text === '(');
  if (open === -1) return undefined;
  const lines: Token[][] = [[]];
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (index < open) continue;
    if (token.text === '(' && (depth += 1) === 1) continue;
    if (token.text === ')' && (depth -= 1) === 0) {
      const written = lines.map((line, at) => readLine(sql, line, lines[at + 1]?.[0], token));
      return { lines: written, tail: sql.slice(token.at + 1).trimEnd() };
    }
    if (token.text === ',' && depth === 1) lines.push([]);
    else lines.at(-1)?.push(token);
  }
  return undefined;
}

function readLine(sql: string, tokens: readonly Token[], next: Token | undefined, close: Token): Line {
  const [first] = tokens;
  const start = first?.at ?? close.at;
  const text = next
    ? sql.slice(start, next.at).trimEnd().replace(/,$/, '').trimEnd()
    : sql.slice(start, close.at).trimEnd();
  const words = tokens.map((token) => keyword(token));
  const asks = words[0] === 'CONSTRAINT' ? words[2] : words[0];
  if (asks === undefined || !/^(PRIMARY|UNIQUE|FOREIGN|CHECK)$/.test(asks)) {
    return { name: first && nameOf(first), constraint: undefined, text };
  }
  const open = tokens.findIndex(({ text: sign }) => sign === '(');
  const close_ = tokens.findIndex(({ text: sign }) => sign === ')');
  const names = tokens.slice(open + 1, close_).flatMap((token) => nameOf(token)?.toLowerCase() ?? []);
  return { name: undefined, constraint: asks, text, ...(names.length === 1 ? { only: names } : {}) };
}
