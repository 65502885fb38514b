/**
 * The text of what a command printed. Lines that are UTF-8 are read as such, whatever the others are. The others are read
 * in the charset of the shell's locale, where it has one; else as GB18030 or Latin-1 if they look like it, for old files
 * are in one of these more often than in any other. What looks like neither shows a U+FFFD for each byte that is wrong.
 */
export function decodeText(bytes: Buffer, charset?: string): string {
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd')) return text;
  const lines = linesOf(bytes);
  const foreign = lines.filter((line) => !isUtf8(line));
  const decoder = createDecoder(charset) ?? guess(foreign);
  if (decoder === undefined) return text;
  return lines.map((line) => (isUtf8(line) ? line.toString('utf8') : decoder.decode(line))).join('');
}

/** The charset that the variables of a locale name; undefined for UTF-8, and where they name none. */
export function charsetOf({
  LC_ALL,
  LC_CTYPE,
  LANG,
}: Readonly<Record<string, string | undefined>>): string | undefined {
  const [, charset] = /\.([^@]+)/.exec(LC_ALL || LC_CTYPE || LANG || '') ?? [];
  return charset === undefined || /^utf-?8$/i.test(charset) ? undefined : charset;
}

/** Undefined for a charset that nobody here knows. */
function createDecoder(charset: string | undefined): InstanceType<typeof TextDecoder> | undefined {
  if (charset === undefined) return undefined;
  try {
    return new TextDecoder(charset);
  } catch {
    return undefined;
  }
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf('\n', start) + 1 || bytes.length;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

function isUtf8(line: Buffer): boolean {
  try {
    strictUtf8.decode(line);
    return true;
  } catch {
    return false;
  }
}

function guess(lines: readonly Buffer[]): InstanceType<typeof TextDecoder> | undefined {
  if (lines.every(isChinese)) return new TextDecoder('gb18030');
  if (lines.every(isWestern)) return new TextDecoder('latin1');
  return undefined;
}

/** The share of pairs of bytes that are common Chinese characters or punctuation, from which a line is taken for Chinese. */
const commonShare = 0.7;

/** GB18030 in which most pairs are common: level 1 of GB 2312 (16 to 55 of its rows), or its punctuation (1 to 3). */
function isChinese(line: Buffer): boolean {
  let pairs = 0;
  let common = 0;
  for (let index = 0; index < line.length; index++) {
    const lead = line[index] ?? 0;
    if (lead < 0x80) continue;
    const trail = line[++index] ?? 0;
    if (lead === 0x80 || lead === 0xff || trail < 0x30 || trail === 0x7f || trail === 0xff) return false;
    pairs++;
    if (trail > 0xa0 && ((lead > 0xa0 && lead < 0xa4) || (lead > 0xaf && lead < 0xd8))) common++;
  }
  return common >= commonShare * pairs;
}

/**
 * Text of one byte a character: letters with accents, and none of the bytes that only binary data has (control characters,
 * 0x80 to 0x9F, 0xFF). Where there is true UTF-8 as well, it is UTF-8 with an error.
 */
function isWestern(line: Buffer): boolean {
  const text = line.toString('latin1');
  // oxlint-disable-next-line no-control-regex
  if (/[\0-\x06\x0e-\x1a\x1c-\x1f\x7f-\x9f\xff]/.test(text)) return false;
  return !/[\xc2-\xf4][\x80-\xbf]/.test(text);
}
