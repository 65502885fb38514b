/**
 * A text with everything shown that a screen would hide or obey: escape sequences and other control characters, marks
 * that turn the writing direction, characters without width. Line breaks and tabs stay. What a person approves must be
 * what they read (Trojan Source, CVE-2021-42574).
 */
export function visible(text: string): string {
  return text.replace(hidden, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : `\\u{${code.toString(16)}}`;
  });
}

// C0 without tab and line feed, DEL and C1, soft hyphen, and Unicode's format characters, variation tags included.
// oxlint-disable-next-line no-control-regex
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad]|\p{Cf}|[\u2028\u2029\u3164\uffa0]/gu;
