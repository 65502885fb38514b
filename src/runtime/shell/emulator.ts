import { Terminal, type IBuffer } from '@xterm/headless';
import type { TerminalSize } from './bash';

/** Characters written at a time. What they scroll off is read out before the next, so that memory stays bounded. */
const sliceLength = 4096;

/**
 * The text on a terminal after this output: what scrolled off, then the screen, up to the cursor or the last character,
 * whichever is lower. Lines that the terminal wrapped are whole again. Tabs become blanks, as on any screen.
 */
export async function emulate(output: string, { columns, rows }: TerminalSize): Promise<string> {
  const terminal = new Terminal({
    cols: columns,
    rows,
    scrollback: 4 * sliceLength,
    allowProposedApi: true,
    logLevel: 'off',
  });
  const { normal, alternate } = terminal.buffer;
  const write = async (data: string) => new Promise<void>((resolve) => terminal.write(data, resolve));
  try {
    let scrolledOff = '';
    for (let start = 0; start < output.length; start += sliceLength) {
      await write(output.slice(start, start + sliceLength));
      if (normal.baseY < sliceLength || terminal.buffer.active !== normal) continue;
      scrolledOff = append(scrolledOff, normal, normal.baseY);
      await write('\x1b[3J'); // drops what scrolled off
    }
    const text = append(scrolledOff, normal, writtenRows(normal));
    // A full-screen program that was stopped has not gone back: both screens are what a person saw.
    return terminal.buffer.active.type === 'alternate'
      ? append(text.replace(/\n$/, ''), alternate, writtenRows(alternate))
      : text;
  } finally {
    terminal.dispose();
  }
}

function append(text: string, buffer: IBuffer, rows: number): string {
  let result = text;
  for (let row = 0; row < rows; row++) {
    const line = buffer.getLine(row);
    if (line === undefined) break;
    if (!line.isWrapped && (row > 0 || text !== '')) result += '\n';
    result += line.translateToString(true);
  }
  return result;
}

function writtenRows(buffer: IBuffer): number {
  let rows = buffer.length;
  while (rows - 1 > buffer.baseY + buffer.cursorY && buffer.getLine(rows - 1)?.translateToString(true) === '') rows--;
  return rows;
}
