/** Longer replies are not checked: a regular expression over hostile text should have an end. */
const textLimit = 32 * 1024;

/**
 * Checks replies against an action grammar on our side, since a server may ignore it without a word: `whole` for a reply that
 * the model ended, `beginning` for one that was cut or that nobody read to its end.
 *
 * @param regex portable: no anchors, lookaround, back-references, lazy or counted repeats, so that it can be taken apart
 */
export function grammarCheck(regex: string): Readonly<Record<'whole' | 'beginning', (reply: string) => boolean>> {
  const whole = new RegExp(`^(?:${regex})$`, 'u');
  const beginning = new RegExp(`^(?:${prefixesOf(regex)})$`, 'u');
  const test = (pattern: RegExp) => (reply: string) => reply.length > textLimit || pattern.test(reply);
  return { whole: test(whole), beginning: test(beginning) };
}

/**
 * The regular expression of everything that a text of the language can begin with. For a sequence `abc` that is
 * `a'|a(b'|b(c'))`, the prime marking the same for one item: an atom's prefixes are nothing or itself, those of `(x)*` are some
 * whole `x` and the beginning of another.
 */
function prefixesOf(regex: string): string {
  const items = /\\.|\[(?:\\.|[^\]\\])*\]|[()|*+?]|[^\\[\]()|*+?]/gsuy;
  const next = (): string => items.exec(regex)?.[0] ?? '';
  let token = next();

  function alternatives(): { whole: string; prefixes: string } {
    const options = [sequence()];
    while (token === '|') {
      token = next();
      options.push(sequence());
    }
    const all = (kind: 'whole' | 'prefixes') => `(?:${options.map((option) => option[kind]).join('|')})`;
    return { whole: all('whole'), prefixes: all('prefixes') };
  }

  function sequence(): { whole: string; prefixes: string } {
    const parts: { whole: string; prefixes: string }[] = [];
    while (token !== '' && token !== '|' && token !== ')') parts.push(repeated());
    return {
      whole: parts.map(({ whole }) => whole).join(''),
      prefixes: parts.reduceRight((rest, part) => `(?:${part.prefixes}|${part.whole}${rest})`, ''),
    };
  }

  function repeated(): { whole: string; prefixes: string } {
    const { whole, prefixes } = atom();
    const quantifier = /^[*+?]$/.test(token) ? token : '';
    if (quantifier) token = next();
    const more = quantifier === '*' || quantifier === '+' ? `${whole}*` : '';
    return { whole: whole + quantifier, prefixes: `${more}${prefixes}?` };
  }

  function atom(): { whole: string; prefixes: string } {
    const first = token;
    token = next();
    if (first !== '(') return { whole: first, prefixes: first };
    const inner = alternatives();
    token = next();
    return inner;
  }

  return alternatives().prefixes;
}
