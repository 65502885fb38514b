import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { createCapture, createTail } from './capture';
import { decodeText } from './decode';
import { visible } from '../../agent/hiddenCharacters';

/** What the terminal of a run shows, for any number of listeners, early or late. */
export interface Display {
  write(output: Buffer | string): void;
  /** Undoes what a full-screen program leaves behind that could not end by itself. */
  restore(): void;
  /** Says something on a line of its own. */
  notice(text: string): void;
  /** Shows that the shell waits for a command in this folder. */
  prompt(folder: string): void;
  /** Calls the listener with what was shown so far, then with everything new. Returns the way to stop listening. */
  listen(listener: (data: string) => void): () => void;
  close(): void;
}

/** Bytes that a late listener gets to see. */
const replayLimit = 256 * 1024;
/** Bytes shown at once; more than an eye can follow, less than an editor's memory feels. Then so many a millisecond. */
const burst = 1024 * 1024;
const rate = 512;
/** Of what comes faster, so many bytes of the beginning and of the end are shown, every so many milliseconds. */
const floodLimit = 4 * 1024;
const floodMs = 50;

/** Main screen, colours, cursor, keypad, mouse and paste as they are in a new terminal. */
const restored = '\x1b[?1047l\x1b[0m\x1b[?25h\x1b[?1l\x1b>\x1b[?1000;1002;1003;1006l\x1b[?2004l';
/** Ends a half escape sequence and the colours of what was left out. */
const cancelled = '\x18\x1b[0m';
/** The terminal is at the start of a line, though it may have changed colours since. */
// oxlint-disable-next-line no-control-regex
const lineStart = /(?:^|\n)(?:\x1b\[[\d;?]*[a-zA-Z])*$/;

export function createDisplay(): Display {
  const listeners = new Set<(data: string) => void>();
  /** As bytes in one place: strings that live this long would make the heap grow. */
  const replay = createTail(replayLimit);
  const decoder = new StringDecoder('utf8');
  let lastWritten = '';
  let allowance = burst;
  let lastTime = performance.now();
  let flood: ReturnType<typeof createCapture> | undefined;
  let timer: NodeJS.Timeout | undefined;

  function show(bytes: Buffer): void {
    replay.append(bytes);
    const text = decoder.write(bytes);
    const data = text.includes('\ufffd') ? decodeText(bytes) : text;
    if (data !== '') for (const listener of listeners) listener(data);
  }

  function write(output: Buffer | string): void {
    const bytes = typeof output === 'string' ? Buffer.from(output) : output;
    lastWritten = (lastWritten + bytes.toString('latin1', Math.max(0, bytes.length - 64))).slice(-64);
    const now = performance.now();
    allowance = Math.min(burst, allowance + (now - lastTime) * rate);
    lastTime = now;
    if (flood === undefined && bytes.length <= allowance) {
      allowance -= bytes.length;
      return show(bytes);
    }
    flood ??= createCapture(floodLimit);
    flood.append(bytes);
    timer ??= setTimeout(endFlood, floodMs).unref();
  }

  function endFlood(): void {
    clearTimeout(timer);
    timer = undefined;
    if (flood === undefined) return;
    const { head, tail, omittedBytes } = flood.end();
    flood = undefined;
    show(head);
    if (omittedBytes > 0) {
      const gap = dim(`[${omittedBytes.toLocaleString('en')} bytes not shown]`);
      show(Buffer.from(`${cancelled}\r\n${gap}\r\n`));
    }
    show(tail);
  }

  function endLine(): void {
    if (!lineStart.test(lastWritten)) write('\r\n');
  }

  return {
    write,

    restore: () => write(restored),

    notice(text) {
      endLine();
      write(`${dim(`[${visible(text)}]`)}\r\n`);
    },

    prompt(folder) {
      endLine();
      write(dim(`${visible(path.basename(folder) || '/')} $ `));
    },

    listen(listener) {
      if (replay.length > 0) listener(decodeText(replay.bytes()));
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    close() {
      endFlood();
      listeners.clear();
    },
  };
}

function dim(text: string): string {
  return `\x1b[2m${text}\x1b[22m`;
}
