/**
 * File names are bytes, and not all of them are UTF-8. Here a byte that is not becomes U+DC00 plus the byte, a lone
 * surrogate that no UTF-8 ever yields: so every name is a string of its own, and the way back is exact (Python's PEP 383).
 */
export function nameOf(bytes: Uint8Array): string {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = whole.toString('utf8');
  if (!text.includes('\ufffd') || Buffer.from(text).equals(whole)) return text;
  let name = '';
  for (let start = 0; start < whole.length;) {
    const length = [1, 2, 3, 4].find((size) => isCharacter(whole.subarray(start, start + size)));
    name +=
      length === undefined
        ? String.fromCharCode(0xdc00 + (whole[start] ?? 0))
        : whole.toString('utf8', start, start + length);
    start += length ?? 1;
  }
  return name;
}

/** The bytes of a name, or of a path made of names. */
export function bytesOf(name: string): Buffer {
  if (name.isWellFormed()) return Buffer.from(name);
  return Buffer.concat(
    Array.from(name, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return code >= 0xdc80 && code <= 0xdcff ? Buffer.of(code - 0xdc00) : Buffer.from(character);
    }),
  );
}

function isCharacter(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  return Array.from(text).length === 1 && Buffer.from(text).equals(bytes);
}
