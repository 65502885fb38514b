/**
 * What two texts share exactly when MySQL's default collation, utf8mb4_0900_ai_ci, takes them for equal, and what sorts as
 * it sorts them: neither case nor accents count, punctuation stands before digits and digits before letters. Spaces at the
 * end count, as they do in MySQL 8.0.
 */
export function collationKey(text: string): string {
  // Called for every row that a statement looks at: most text is letters and digits.
  if (lettersAndDigits.test(text)) return text.toLowerCase();
  const base = ascii.test(text) ? text : withoutAccents(text).toLowerCase();
  let key = '';
  for (let at = 0; at < base.length; at += 1) key += asciiKeys[base.charCodeAt(at)] ?? base.charAt(at);
  return key;
}

const lettersAndDigits = /^[\da-z]*$/i;
const ascii = /^[\0-\x7f]*$/;

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

/** Signs in the order of the default Unicode collation element table; they are told by the numbers below the digits'. */
const signs = '\t\n\v\f\r _-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$';

const asciiKeys = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  const place = signs.indexOf(character);
  return place === -1 ? character.toLowerCase() : String.fromCharCode(1 + place);
});
