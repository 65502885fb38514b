/** A stretch of a text as it is, or the name of one character that would not be seen. */
export interface Piece {
  readonly text: string;
  readonly hidden: boolean;
}

/**
 * Control, format and unassigned characters, everything a font is free not to draw (zero width, bidirectional controls,
 * tags, fillers), and every space that is not the one of the keyboard: bash takes those for letters. Of the marks on one
 * letter, those beyond the fourth: no language writes more, and a pile of them covers the lines around it.
 */
const hiddenCharacter =
  /((?![\n\t])[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}|(?<=[\p{Mn}\p{Me}]{4})[\p{Mn}\p{Me}])/u;

/** Cuts a text so that nothing in it can hide: line breaks and tabs stay what they are. */
export function pieces(text: string): Piece[] {
  return text
    .split(hiddenCharacter)
    .map((part, index) => (index % 2 === 0 ? { text: part, hidden: false } : { text: codePoint(part), hidden: true }))
    .filter((piece) => piece.text !== '');
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * The text with every hidden character named, as in `<U+202E>`: what a person approves must be what they read, and a
 * terminal must find nothing to obey (Trojan Source, CVE-2021-42574).
 */
export function visible(text: string): string {
  return pieces(text)
    .map((piece) => (piece.hidden ? `<${piece.text}>` : piece.text))
    .join('');
}
