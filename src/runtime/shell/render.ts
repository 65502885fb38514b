import type { TerminalSize } from './bash';
import type { Captured } from './capture';
import { decodeText } from './decode';

export interface Rendered {
  readonly output: string;
  /** Bytes that `output` leaves out of the middle; a line in their place says so. */
  readonly omittedBytes: number;
}

/** Characters kept at each end of an output that is too long. */
const outputLimit = 64 * 1024;
/** How far the edge of a gap is moved to come to lie between two lines. */
const edgeLimit = 4 * 1024;

/** What a terminal does not show, and what does not move its cursor: colours, titles, modes, NUL, BEL, DEL. */
const decoration =
  // oxlint-disable-next-line no-control-regex
  /\x1b\[[\d;:]*m|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[\?(?:1|7|12|25|2004)[hl]|\x1b[=>]|\x1b[()][AB0]|[\0\x07\x7f]/g;
/** A control character that needs a terminal to be understood. */
const control = /[^\P{Cc}\n\t]/u;
const controls = new RegExp(control, 'gu');
// oxlint-disable-next-line no-control-regex
const otherSequence = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[^[])/g;
/** What the next text of a line was written over. */
const overwritten = /[^\n\r]*\r(?=[^\n])/g;

/**
 * Turns what a command sent to the terminal into the text that a person sees there: no escape sequences, progress bars in
 * their last state, CR LF as LF, other charsets than UTF-8 as decode.ts reads them. Blanks and line breaks stay as they were printed, the last line
 * break too; so do tabs, unless something moved the cursor about.
 */
export async function render(
  { head, tail, omittedBytes }: Captured,
  size: TerminalSize,
  charset?: string,
): Promise<Rendered> {
  const toText = async (bytes: Buffer): Promise<string> => textOn(decodeText(bytes, charset), size);
  if (omittedBytes === 0) {
    const text = await toText(Buffer.concat([head, tail]));
    if (text.length <= 2 * outputLimit) return { output: text, omittedBytes: 0 };
    return join(text, text, Buffer.byteLength(text.slice(outputLimit, -outputLimit)));
  }
  const first = head.subarray(0, endOfLastLine(head));
  const last = tail.subarray(startOfSecondLine(tail));
  const start = await toText(first);
  const end = await toText(last);
  const gap = head.length - first.length + omittedBytes + tail.length - last.length;
  const cut = start.slice(outputLimit) + end.slice(0, -outputLimit);
  return join(start, end, gap + Buffer.byteLength(cut));
}

/** An output as text without a terminal: good enough for a glance at its last lines, and never slow. */
export function plainText(bytes: Buffer): string {
  return decodeText(bytes)
    .replace(decoration, '')
    .replace(otherSequence, '')
    .replace(/\r+\n/g, '\n')
    .replace(overwritten, '')
    .replace(controls, '');
}

async function textOn(output: string, size: TerminalSize): Promise<string> {
  const text = output.replace(decoration, '').replace(/\r+\n/g, '\n');
  if (!control.test(text)) return text;
  const { emulate } = await import('./emulator');
  return emulate(output, size);
}

function join(start: string, end: string, omittedBytes: number): Rendered {
  const first = start.slice(0, outputLimit).toWellFormed();
  const last = end.slice(-outputLimit).toWellFormed();
  const lineBreak = first.endsWith('\n') ? '' : '\n';
  return { output: `${first}${lineBreak}[${omittedBytes.toLocaleString('en')} bytes left out]\n${last}`, omittedBytes };
}

function endOfLastLine(bytes: Buffer): number {
  const end = bytes.lastIndexOf('\n') + 1;
  return end > bytes.length - edgeLimit ? end : bytes.length;
}

function startOfSecondLine(bytes: Buffer): number {
  const start = bytes.indexOf('\n') + 1;
  return start < edgeLimit ? start : 0;
}
