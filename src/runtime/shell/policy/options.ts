import type { Argument } from './scene';
import { literalOf, mayBeOption, text } from './value';

/** The options of a program that can do no harm; any other one asks. */
export interface Options {
  /** Letters that stand alone or together, as in `-la`. */
  readonly flags?: string;
  /** Letters that take a value, attached or as the next word. */
  readonly values?: string;
  /** Long options without a value, or with one behind `=`. */
  readonly long?: readonly string[];
  /** Long options whose value can also be the next word. */
  readonly longValues?: readonly string[];
  /** Options of a form of their own, such as `-20`. */
  readonly other?: RegExp;
  /** No option at all can do harm: a word that may be one is taken for what it looks like. */
  readonly lenient?: boolean;
  /** The first operand ends the options, as where another command follows. */
  readonly commandFollows?: boolean;
}

export interface ReadOptions {
  readonly operands: readonly Argument[];
  /** The options that were given, without their dashes. */
  readonly given: ReadonlySet<string>;
  /** Values of options, by the option. */
  readonly values: readonly { readonly option: string; readonly value: Argument }[];
  /** Options that are not in the list, and words of which nobody knows whether they are options. */
  readonly wrong: readonly { readonly argument: Argument; readonly is: 'option' | 'uncertain' }[];
}

/** Reads the words behind the name of a program as getopt does. */
export function readOptions(args: readonly Argument[], options: Options): ReadOptions {
  const operands: Argument[] = [];
  const given = new Set<string>();
  const values: { option: string; value: Argument }[] = [];
  const wrong: { argument: Argument; is: 'option' | 'uncertain' }[] = [];
  let at = 0;
  let ended = false;

  const take = (option: string, own: Argument, attached: string | undefined): void => {
    const value = attached === undefined ? args[++at] : { ...own, value: text(attached) };
    if (value) values.push({ option, value });
  };

  const readLong = (argument: Argument, word: string): void => {
    const [name = '', ...rest] = word.slice(2).split('=');
    const attached = rest.length > 0 ? rest.join('=') : undefined;
    if (options.longValues?.includes(name) === true) take(name, argument, attached);
    else if (options.long?.includes(name) !== true) wrong.push({ argument, is: 'option' });
    else if (attached !== undefined) take(name, argument, attached);
    given.add(name);
  };

  const readShort = (argument: Argument, word: string): void => {
    for (let index = 1; index < word.length; index++) {
      const letter = word.charAt(index);
      given.add(letter);
      if (options.values?.includes(letter) === true) {
        take(letter, argument, word.slice(index + 1) || undefined);
        return;
      }
      if (options.flags?.includes(letter) !== true) {
        wrong.push({ argument, is: 'option' });
        return;
      }
    }
  };

  for (; at < args.length; at++) {
    const argument = args[at];
    if (!argument) break;
    const word = literalOf(argument.value);
    if (ended || word === '-' || (word !== undefined && !word.startsWith('-'))) {
      operands.push(argument);
      ended ||= options.commandFollows === true;
    } else if (word === undefined) {
      operands.push(argument);
      if (options.lenient !== true && mayBeOption(argument.value)) wrong.push({ argument, is: 'uncertain' });
      ended ||= options.commandFollows === true;
    } else if (word === '--') ended = true;
    else if (options.other?.test(word) === true) given.add(word.slice(1));
    else if (word.startsWith('--')) readLong(argument, word);
    else readShort(argument, word);
  }
  return { operands, given, values, wrong };
}
