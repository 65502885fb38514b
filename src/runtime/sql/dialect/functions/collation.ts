/**
 * What two texts share exactly when MySQL's default collation, utf8mb4_0900_ai_ci, takes them for equal, and what sorts as
 * it sorts them: neither case nor accents count, punctuation stands before digits and digits before letters. Spaces at the
 * end count, as they do in MySQL 8.0.
 */
export function collationKey(text: string): string {
  const base = plain.test(text) ? text : withoutAccents(text);
  return base.toLowerCase().replace(punctuation, (sign) => String.fromCharCode(1 + order.indexOf(sign)));
}

const plain = /^[\0-\x7f]*$/;

function withoutAccents(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^\0-\x7f]/g, (letter) => ligatures.get(letter.toLowerCase()) ?? letter);
}

/** Letters that the Unicode collation algorithm sorts as others, though they do not decompose to them. */
const ligatures = new Map([
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ø', 'o'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['ł', 'l'],
  ['ħ', 'h'],
]);

/** The order of the default Unicode collation element table. */
const order = '\t\n\v\f\r _-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$';
const punctuation = /[\t-\r -/:-@[-`{-~]/g;

/** LIKE: `%` stands for any text, `_` for one character, and `escape` takes its meaning from the next. */
export function likeMatcher(pattern: string, escape: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    let character = pattern.charAt(at);
    if (character === escape && escape !== '' && at + 1 < pattern.length) {
      at += 1;
      character = pattern.charAt(at);
    } else if (character === '%') {
      if (!source.endsWith('[^]*?')) source += '[^]*?';
      continue;
    } else if (character === '_') {
      source += '[^]';
      continue;
    }
    source += literal(character);
  }
  return new RegExp(`^${source}$`, 'su');
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/, String.raw`\$&`);
}
