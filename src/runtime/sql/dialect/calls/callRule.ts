import type { ValueType } from '../../mysqlType';
import type { Typed } from '../typed';

/** How a function of MySQL is called in SQLite. */
export interface CallRule {
  /**
   * A letter an argument: `t` text, `b` text or bytes, `n` number, `i` whole number, `v` whatever it is. Those behind `?` may be left out; a
   * `*` at the end says that the last kind goes on.
   */
  readonly takes: string;
  readonly gives: ValueType | ((args: readonly Typed[]) => ValueType);
  /** Left out: `mysql_NAME(…)`. */
  readonly sql?: (args: readonly string[], typed: readonly Typed[]) => string;
  /** With more than one argument it is SQLite's function of that name. */
  readonly isSqlites?: boolean;
}

export function rule(takes: string, gives: CallRule['gives'], sql?: CallRule['sql']): CallRule {
  return sql ? { takes, gives, sql } : { takes, gives };
}

/** A function that SQLite has itself, under this name. */
export function native(takes: string, gives: CallRule['gives'], name: string): CallRule {
  return { takes, gives, sql: (args) => `${name}(${args.join(', ')})` };
}

/** A registered function of another name. */
export function named(takes: string, gives: CallRule['gives'], name: string, ...more: readonly string[]): CallRule {
  return { takes, gives, sql: (args) => `mysql_${name}(${[...args, ...more].join(', ')})` };
}
