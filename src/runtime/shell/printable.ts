/**
 * Text that somebody else wrote, fit to be shown on a terminal: what a terminal would obey or a person would not see
 * (control characters, bidi overrides, zero-width characters) becomes `<U+202E>`. Line breaks and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(
    /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`,
  );
}
