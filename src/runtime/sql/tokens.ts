/** A piece of an SQL text, read by the rules of MySQL and written by those of SQLite. */
export interface Token {
  readonly kind: 'word' | 'identifier' | 'string' | 'number' | 'operator' | 'unterminated';
  /** As SQLite reads it: backslash escapes resolved, everything else as it was written. */
  readonly text: string;
  /** Where it begins in the text that was read. */
  readonly at: number;
  /** Whether white space or a comment stands before it. */
  readonly spaced: boolean;
}

/**
 * Cuts an SQL text into tokens. Comments vanish: `#` and `/* … *\/` ones, and `--` only where white space follows, as MySQL
 * has it (`5--3` is 8). What stands in a version comment, `/*!50000 … *\/`, is code and is read as code, whatever the version.
 * A quote or a comment that is never closed becomes one `unterminated` token that reaches to the end.
 */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let spaced = false;
  let inVersionComment = false;
  for (let at = 0; at < sql.length;) {
    const { kind, text } = lexemeAt(sql, at, inVersionComment);
    if (kind === 'gap' || kind === 'opening' || kind === 'closing') {
      if (kind !== 'gap') inVersionComment = kind === 'opening';
      spaced = true;
    } else {
      tokens.push({ kind, text: kind === 'string' ? unescape(text) : text, at, spaced });
      spaced = false;
    }
    at += text.length;
  }
  return tokens;
}

/** The tokens as one SQL text for SQLite. Two minus signs keep apart, for together they would open a comment. */
export function writeSql(tokens: readonly Token[]): string {
  return tokens
    .map(({ text, spaced }, index) => {
      const apart = spaced || (text === '-' && tokens[index - 1]?.text === '-');
      return apart && index > 0 ? ` ${text}` : text;
    })
    .join('');
}

/** The word in capitals, where the token is one that nobody quoted; SQL knows no case in its keywords. */
export function keyword(token: Token | undefined): string | undefined {
  return token?.kind === 'word' ? token.text.toUpperCase() : undefined;
}

/** What the token names: a word, or a quoted name without its quotes. */
export function nameOf({ kind, text }: Token): string | undefined {
  if (kind === 'word') return text;
  if (kind !== 'identifier' && kind !== 'string') return undefined;
  const inner = text.slice(1, -1);
  return text.startsWith('[') ? inner : inner.replaceAll(text.charAt(0).repeat(2), text.charAt(0));
}

/** What a text is cut into: tokens, what stands between them, and the ends of a version comment. */
type LexemeKind = Token['kind'] | 'gap' | 'opening' | 'closing';

function lexemeAt(sql: string, at: number, inVersionComment: boolean): { kind: LexemeKind; text: string } {
  if (inVersionComment && sql.startsWith('*/', at)) return { kind: 'closing', text: '*/' };
  lexeme.lastIndex = at;
  const { 0: text, groups = {} } = lexeme.exec(sql) ?? { 0: sql.charAt(at) };
  return { kind: lexemeKinds.find((name) => groups[name] !== undefined) ?? 'operator', text };
}

const lexemeKinds = ['gap', 'word', 'identifier', 'string', 'number', 'opening', 'unterminated'] as const;

const lexeme = new RegExp(
  [
    String.raw`(?<gap>\s+|#.*|--(?=\s|$).*|/\*(?!M?!)[^]*?\*/)`,
    String.raw`(?<opening>/\*M?!\d*)`,
    String.raw`(?<string>'(?:[^'\\]|''|\\[^])*'(?!')|"(?:[^"\\]|""|\\[^])*"(?!"))`,
    '(?<identifier>`(?:[^`]|``)*`(?!`)|\\[[^\\]]*\\])',
    '(?<unterminated>(?:[\'"`[]|/\\*)[^]*)',
    String.raw`(?<number>0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)`,
    String.raw`(?<word>[\w$@\u{80}-\u{10ffff}]+)`,
    String.raw`<=>|->>?|[<>!=:]=|<>|<<|>>|\|\||&&`,
    '[^]',
  ].join('|'),
  'iuy',
);

/** `\%` and `\_` keep their backslash: it means something to LIKE, not to the string (MySQL manual, String Literals). */
function unescape(literal: string): string {
  const quote = literal.charAt(0);
  const inner = literal.slice(1, -1).replace(/\\([^])/gu, (written, character: string) => {
    if (character === quote) return quote + quote;
    return escapes.get(character) ?? (character === '%' || character === '_' ? written : character);
  });
  return quote + inner + quote;
}

const escapes = new Map([
  ['0', '\0'],
  ['b', '\b'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['Z', '\x1a'],
]);
