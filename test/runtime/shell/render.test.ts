import assert from 'node:assert/strict';
import { createCapture } from '../../../src/runtime/shell/capture';
import { render } from '../../../src/runtime/shell/render';

const size = { columns: 20, rows: 5 };

async function rendered(raw: string | Buffer): Promise<string> {
  const { output, omittedBytes } = await render(
    { head: Buffer.from(raw), tail: Buffer.alloc(0), omittedBytes: 0 },
    size,
  );
  assert.equal(omittedBytes, 0);
  return output;
}

describe('the text of an output', () => {
  const cases: [title: string, raw: string | Buffer, text: string][] = [
    ['plain text with tabs', 'a\tb\r\n', 'a\tb\n'],
    ['blank lines and trailing blanks', '\r\n a  \r\n\r\n', '\n a  \n\n'],
    ['no line break at the end', 'a\r\nb', 'a\nb'],
    ['a bare LF', 'a\nb\n', 'a\nb\n'],
    ['colours', '\x1b[1;38;5;12ma\x1b[0mb\x1b[m\r\n', 'ab\n'],
    ['titles and links', '\x1b]0;t\x07a\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\\r\n', 'ab\n'],
    ['bells, NULs, modes and character sets', 'a\x07\0\x1b[?25l\x1b(B\x1b[?2004h\x1b=b\x7f\r\n', 'ab\n'],
    ['a progress bar', ' 10%\r 55%\r100%\r\ndone\r\n', '100%\ndone\n'],
    ['a shorter line over a longer one', 'abcdef\rxy\r\n', 'xycdef\n'],
    ['a cleared line', 'abcdef\r\x1b[Kxy\r\n', 'xy\n'],
    ['backspaces', 'abc\b\bX\r\n', 'aXc\n'],
    ['bold by overstriking', 'N\bNA\bAM\bM\r\n', 'NAM\n'],
    ['a spinner of several lines', 'one\r\ntwo\r\n\x1b[2A\x1b[KONE\r\n\x1b[KTWO\r\n', 'ONE\nTWO\n'],
    ['a line that the terminal wrapped', `${'0123456789'.repeat(5)}\r\nx\ry\r\n`, `${'0123456789'.repeat(5)}\ny\n`],
    ['a cursor sent to a column', 'a\x1b[10Gb\r\n', 'a        b\n'],
    ['a cleared screen', 'a\r\nb\r\n\x1b[H\x1b[2Jc\r\n', 'c\n'],
    ['a full-screen program that ended', 'a\r\n\x1b[?1049h\x1b[Hfull\x1b[?1049lb\r\n', 'a\nb\n'],
    ['invalid and cut UTF-8', Buffer.from([0x61, 0xff, 0xe2, 0x82, 0x0a]), 'a\ufffd\ufffd\n'],
    ['wide characters over the edge', `${'漢'.repeat(15)}\r\nx\ry`, `${'漢'.repeat(15)}\ny`],
    ['an escape sequence cut off', 'a\r\n\x1b[3', 'a\n'],
    ['more scrolled lines than any terminal keeps', `${'l\r\n'.repeat(60_000)}x\ry`, `${'l\n'.repeat(60_000)}y`],
  ];
  for (const [title, raw, text] of cases) {
    it(`is what a person sees: ${title}`, async () => {
      assert.equal(await rendered(raw), text);
    });
  }
});

describe('an output that is too long', () => {
  it('keeps both ends, with the number of bytes between them', async () => {
    const capture = createCapture();
    const line = (number: number) => `${number.toString().padStart(8, '0')}\r\n`;
    for (let number = 0; number < 100_000; number++) capture.append(Buffer.from(line(number)));
    const { output, omittedBytes } = await render(capture.end(), size);

    const [start = '', end = ''] = output.split(/^\[.*\]\n/m);
    assert.ok(output.includes(`\n[${omittedBytes.toLocaleString('en')} bytes left out]\n`));
    assert.ok(start.startsWith('00000000\n00000001\n') && end.endsWith('\n00099999\n'));
    assert.ok(output.length < 132_000);
    // Every line is ten bytes on the terminal and nine in the output.
    const cutLines = 100_000 - Math.floor(start.length / 9) - Math.floor(end.length / 9);
    assert.ok(Math.abs(omittedBytes - cutLines * 10) < 0.05 * omittedBytes, `${omittedBytes}, ${cutLines} lines`);
  });

  it('counts what it left out of a text that fitted into memory', async () => {
    const text = 'ü'.repeat(200_000);
    const { output, omittedBytes } = await render(
      { head: Buffer.from(text), tail: Buffer.alloc(0), omittedBytes: 0 },
      size,
    );
    const kept = output.replace(/\n\[.*\]\n/, '').length;
    assert.equal(omittedBytes, 2 * (200_000 - kept));
  });

  it('does not begin or end with half a line or half an escape sequence', async () => {
    const { output } = await render(
      { head: Buffer.from('one\r\n\x1b[3'), tail: Buffer.from('1mtwo\r\nthree\r\n'), omittedBytes: 5 },
      size,
    );
    assert.equal(output, 'one\n[15 bytes left out]\nthree\n');
  });
});

describe('a capture', () => {
  it('is whole up to twice its limit', () => {
    for (let length = 0; length <= 20; length++) {
      for (const step of [1, 3, 7, 20]) {
        const bytes = Buffer.from(Array.from({ length }, (_, index) => index));
        const capture = createCapture(10);
        for (let start = 0; start < length; start += step) capture.append(bytes.subarray(start, start + step));
        const { head, tail, omittedBytes } = capture.end();
        assert.deepEqual(Buffer.concat([head, tail]), bytes);
        assert.equal(omittedBytes, 0);
      }
    }
  });

  it('then keeps the first and the last bytes, whatever the size of the chunks', () => {
    for (let length = 21; length <= 90; length++) {
      for (const step of [1, 3, 10, 11, 25, 90]) {
        const bytes = Buffer.from(Array.from({ length }, (_, index) => index));
        const capture = createCapture(10);
        for (let start = 0; start < length; start += step) capture.append(bytes.subarray(start, start + step));
        const { head, tail, omittedBytes } = capture.end();
        assert.deepEqual([head, tail], [bytes.subarray(0, 10), bytes.subarray(-10)]);
        assert.equal(omittedBytes, length - 20);
      }
    }
  });
});
