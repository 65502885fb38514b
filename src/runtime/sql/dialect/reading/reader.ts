import { MysqlError, stackOverrun, syntaxError } from '../../mysqlErrors';
import { keyword, nameOf, type Token } from '../../tokens';
import { reserved } from './reservedWords';
import type { Query } from '../syntax';

/** Goes through the tokens of one statement, and knows where it stopped understanding them. */
export class Reader {
  private index = 0;
  private depth = 0;

  constructor(
    private readonly sql: string,
    private readonly tokens: readonly Token[],
    /** Queries and expressions hold each other: what reads expressions finds its way to queries through here. */
    private readonly queries: (reader: Reader) => Query,
  ) {}

  query(): Query {
    return this.deeper(() => this.queries(this));
  }

  get seesQuery(): boolean {
    return this.sees('SELECT') || this.sees('WITH') || (this.sees('VALUES') && this.seesSign('(', 1));
  }

  get token(): Token | undefined {
    return this.tokens[this.index];
  }

  ahead(distance: number): Token | undefined {
    return this.tokens[this.index + distance];
  }

  get atEnd(): boolean {
    return this.index >= this.tokens.length;
  }

  /** The statement cannot be read from here on. */
  error(): MysqlError {
    return new MysqlError(syntaxError(this.sql, this.token?.at ?? this.sql.length));
  }

  next(): Token {
    const { token } = this;
    if (!token) throw this.error();
    this.index += 1;
    return token;
  }

  /** The unquoted word `distance` tokens ahead, in capitals. */
  word(distance = 0): string | undefined {
    return keyword(this.ahead(distance));
  }

  /** Whether these words come next. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, distance) => this.word(distance) === word);
  }

  /** Passes over these words if they come next, all of them or none. */
  takes(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false;
    this.index += words.length;
    return true;
  }

  /** Passes over one of these words if it comes next. */
  takesOneOf(...words: readonly string[]): string | undefined {
    const word = this.word();
    if (word === undefined || !words.includes(word)) return undefined;
    this.index += 1;
    return word;
  }

  needs(...words: readonly string[]): void {
    for (const word of words) if (!this.takes(word)) throw this.error();
  }

  seesSign(sign: string, distance = 0): boolean {
    const token = this.ahead(distance);
    return token?.kind === 'operator' && token.text === sign;
  }

  takesSign(sign: string): boolean {
    if (!this.seesSign(sign)) return false;
    this.index += 1;
    return true;
  }

  needsSign(sign: string): void {
    if (!this.takesSign(sign)) throw this.error();
  }

  /** One or more of something, with commas between. */
  list<T>(read: () => T): T[] {
    const items = [read()];
    while (this.takesSign(',')) items.push(read());
    return items;
  }

  /** Something in parentheses. */
  inParentheses<T>(read: () => T): T {
    this.needsSign('(');
    const inner = read();
    this.needsSign(')');
    return inner;
  }

  seesName(distance = 0): boolean {
    const token = this.ahead(distance);
    if (token?.kind === 'identifier') return token.text.startsWith('`');
    return token?.kind === 'word' && !token.text.startsWith('@') && !reserved.has(token.text.toUpperCase());
  }

  name(): string {
    if (!this.seesName()) throw this.error();
    return nameOf(this.next()) ?? '';
  }

  /** Behind a dot every word is a name. */
  nameBehindDot(): string {
    if (this.token?.kind === 'word') return this.next().text;
    return this.name();
  }

  /** A name, or a string in its place. */
  alias(): string {
    return this.token?.kind === 'string' ? this.string() : this.name();
  }

  /** One string literal, or several side by side, which are one. */
  string(): string {
    if (this.token?.kind !== 'string') throw this.error();
    let value = '';
    while (this.token?.kind === 'string') value += nameOf(this.next()) ?? '';
    return value;
  }

  number(): string {
    if (this.token?.kind !== 'number') throw this.error();
    return this.next().text;
  }

  /** Reads something, and goes back to where it began when it is not there. */
  attempt<T>(read: () => T | undefined): T | undefined {
    const start = this.index;
    const result = read();
    if (result === undefined) this.index = start;
    return result;
  }

  /** Keeps nested text from using up the stack. */
  deeper<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > maxDepth) throw new MysqlError(stackOverrun);
    const result = read();
    this.depth -= 1;
    return result;
  }

  /** Passes over a pair of parentheses and everything in it. */
  skipParentheses(): void {
    this.needsSign('(');
    while (!this.takesSign(')')) {
      if (this.seesSign('(')) this.skipParentheses();
      else this.next();
    }
  }

  /** What was written from the token at `start` on to where the reader is now. */
  textFrom(start: number): string {
    const end = this.token?.at ?? this.sql.length;
    return this.sql.slice(start, end).trim();
  }
}

/** Well within SQLite's own limit of 1,000. */
export const maxDepth = 120;
