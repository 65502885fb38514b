/** Whether a text follows a pattern of LIKE. */
export type LikeMatcher = (text: string) => boolean;

/** `%` */
const anyText = 0;
/** `_` */
const anyCharacter = 1;

type Step = string | typeof anyText | typeof anyCharacter;

/**
 * LIKE, to the letter: `%` stands for any text, `_` for one character, and behind `escape` both stand for themselves. The
 * time it takes grows with the product of both lengths at most, whatever the pattern.
 */
export function likeMatcher(pattern: string, escape: string): LikeMatcher {
  const steps: Step[] = [];
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === escape && at + 1 < characters.length) steps.push(characters[(at += 1)] ?? '');
    else steps.push(character === '%' ? anyText : character === '_' ? anyCharacter : character);
  }
  return (text) => follows(ascii.test(text) ? text : Array.from(text), steps);
}

const ascii = /^[\0-\x7f]*$/;

/** Where it goes wrong behind a `%`, that one takes a character more; an earlier one need not be asked again. */
function follows(text: string | readonly string[], steps: readonly Step[]): boolean {
  let [at, step] = [0, 0];
  let [retryAt, retryStep] = [-1, -1];
  while (at < text.length) {
    const wanted = steps[step];
    if (wanted === anyText) {
      [retryAt, retryStep] = [at, step];
      step += 1;
    } else if (wanted === anyCharacter || (wanted !== undefined && wanted === text[at])) {
      at += 1;
      step += 1;
    } else if (retryStep !== -1) {
      retryAt += 1;
      at = retryAt;
      step = retryStep + 1;
    } else {
      return false;
    }
  }
  while (steps[step] === anyText) step += 1;
  return step === steps.length;
}
