import assert from 'node:assert/strict';
import { createDisplay } from '../../../src/runtime/shell/display';

describe('the display', () => {
  it('joins characters that were split', () => {
    const display = createDisplay();
    const shown: string[] = [];
    display.listen((data) => shown.push(data));
    for (const byte of Buffer.from('ü🎉')) display.write(Buffer.of(byte));
    display.close();
    assert.deepEqual(shown, ['ü', '🎉']);
  });

  it('shows old charsets as a person can read them, early and late', () => {
    const display = createDisplay();
    const shown: string[] = [];
    display.listen((data) => shown.push(data));
    display.write(Buffer.from('caf\xe9\r\n', 'latin1'));
    display.write(Buffer.from('\xc4\xe3\xba\xc3\r\n', 'latin1'));
    assert.deepEqual(shown, ['café\r\n', '你好\r\n']);
    display.close();
  });

  it('keeps the last 256 KB for a late listener', () => {
    const display = createDisplay();
    display.write(`old${'x'.repeat(200_000)}`);
    display.write(`${'y'.repeat(100_000)}new`);
    let replayed = '';
    display.listen((data) => (replayed += data));
    display.close();
    assert.equal(replayed.length, 256 * 1024);
    assert.ok(replayed.startsWith('x') && replayed.endsWith('new'));
  });

  it('shows a megabyte whole, and of a flood the beginning, the end and how much is missing', () => {
    const display = createDisplay();
    let shown = '';
    display.listen((data) => (shown += data));
    const megabyte = 'a'.repeat(1_000_000);
    display.write(megabyte);
    assert.equal(shown, megabyte);
    for (let piece = 0; piece < 20; piece++) display.write(Buffer.alloc(100_000, 'b'));
    display.write('the end');
    display.close();
    const rest = shown.slice(megabyte.length);
    const [, missing = ''] =
      // oxlint-disable-next-line no-control-regex
      /b\x18\x1b\[0m\r\n\x1b\[2m\[([\d,]+) bytes not shown\]\x1b\[22m\r\nb+the end$/.exec(rest) ?? [];
    const bytesShown = rest.replace(/[^b]|bytes/g, '').length;
    assert.equal(Number(missing.replaceAll(',', '')) + bytesShown, 2_000_000);
  });

  it('begins a line for prompt and notice, unless it is at the start of one', () => {
    const display = createDisplay();
    let shown = '';
    display.listen((data) => (shown += data));
    display.prompt('/a/b');
    display.write('x');
    display.notice('y\x1b');
    display.write('z\r\n\x1b[0m');
    display.prompt('/');
    display.close();
    assert.equal(shown, '\x1b[2mb $ \x1b[22mx\r\n\x1b[2m[y<U+001B>]\x1b[22m\r\nz\r\n\x1b[0m\x1b[2m/ $ \x1b[22m');
  });
});
