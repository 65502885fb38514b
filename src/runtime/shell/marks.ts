/** What inband.sh says between the bytes of the terminal. */
export type Mark =
  /** `exitCode` is the one of the command before. */
  | { readonly kind: 'ready'; readonly exitCode: number }
  | { readonly kind: 'started' }
  /** Readline has the keyboard (userLine.sh). */
  | { readonly kind: 'editing' }
  /** Commands that export again what is exported now. */
  | { readonly kind: 'exports'; readonly commands: string }
  | { readonly kind: 'done'; readonly exitCode: number; readonly cwd: string };

/** A mark that has not ended after so many bytes is none. A path has 4,096 at most, */
const longestMark = 16 * 1024;
/** and Linux runs no program with more than 6 MB of variables. */
const longestExports = 8 * 1024 * 1024;

const exportsLetter = 'V'.charCodeAt(0);

/**
 * Parts the stream of a terminal into text and marks, in order. A mark may be split over any number of chunks; text is
 * held back only while it may be the beginning of a mark. Marks without the nonce are text.
 */
export function createMarkScanner(
  nonce: string,
  onText: (bytes: Buffer) => void,
  onMark: (mark: Mark) => void,
): (chunk: Buffer) => void {
  const opening = Buffer.from(`\x1b]633;${nonce};`);
  const closing = Buffer.from(`;${nonce}\x07`);
  let held: Buffer = Buffer.alloc(0);

  return (chunk) => {
    let rest = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (;;) {
      const start = rest.indexOf(opening);
      const textEnd = start === -1 ? rest.length - overlap(rest, opening) : start;
      if (textEnd > 0) onText(rest.subarray(0, textEnd));
      rest = rest.subarray(textEnd);
      if (start === -1) break;

      const end = rest.indexOf(closing, opening.length);
      const longest = rest[opening.length] === exportsLetter ? longestExports : longestMark;
      if (end === -1 && rest.length <= longest) break;
      const mark = end === -1 ? undefined : parseMark(rest.toString('utf8', opening.length, end));
      if (mark === undefined) {
        onText(rest.subarray(0, opening.length));
        rest = rest.subarray(opening.length);
      } else {
        rest = rest.subarray(end + closing.length);
        onMark(mark);
      }
    }
    held = Buffer.from(rest);
  };
}

/** How many bytes at the end of `bytes` may be the beginning of `opening`. */
function overlap(bytes: Buffer, opening: Buffer): number {
  for (let length = Math.min(bytes.length, opening.length - 1); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(opening.subarray(0, length))) return length;
  }
  return 0;
}

function parseMark(body: string): Mark | undefined {
  const [, letter, lastCode, exitCode, cwd] = /^(?:([CE])|R;(\d+)|D;(\d+);([^]*))$/.exec(body) ?? [];
  if (cwd !== undefined) return { kind: 'done', exitCode: Number(exitCode), cwd: printed(cwd) };
  if (body.startsWith('V;')) return { kind: 'exports', commands: printed(body.slice(2)) };
  if (lastCode !== undefined) return { kind: 'ready', exitCode: Number(lastCode) };
  switch (letter) {
    case 'C':
      return { kind: 'started' };
    case 'E':
      return { kind: 'editing' };
    default:
      return undefined;
  }
}

/** The terminal turns a line break, e.g. in the name of a folder, into CR LF. */
function printed(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
