import assert from 'node:assert/strict';
import { createMarkScanner, type Mark } from '../../../src/runtime/shell/marks';

/** Feeds a stream in chunks of `step` bytes and returns what came out, neighbouring texts joined. */
function scan(stream: string, step = stream.length): (string | Mark)[] {
  const parts: (Buffer | Mark)[] = [];
  const feed = createMarkScanner(
    'n0nce',
    (bytes) => parts.push(Buffer.from(bytes)),
    (mark) => parts.push(mark),
  );
  const bytes = Buffer.from(stream);
  for (let start = 0; start < bytes.length; start += step) feed(bytes.subarray(start, start + step));
  return parts.reduce<(string | Mark)[]>((joined, part) => {
    if (!Buffer.isBuffer(part)) return [...joined, part];
    const last = joined.at(-1);
    return typeof last === 'string'
      ? [...joined.slice(0, -1), last + part.toString('latin1')]
      : [...joined, part.toString('latin1')];
  }, []);
}
const mark = (body: string, nonce = 'n0nce') => `\x1b]633;${nonce};${body};${nonce}\x07`;

describe('the marks of the framing', () => {
  const stream = `${mark('R;7')}${mark('C')}a\x1b[31mb${mark('D;130;/a;b/c')}${mark('V;declare -x A="1\r\n2"\r\n')}${mark('R;130')}${mark('E')}x`;
  const parts = [
    { kind: 'ready', exitCode: 7 },
    { kind: 'started' },
    'a\x1b[31mb',
    { kind: 'done', exitCode: 130, cwd: '/a;b/c' },
    { kind: 'exports', commands: 'declare -x A="1\n2"\n' },
    { kind: 'ready', exitCode: 130 },
    { kind: 'editing' },
    'x',
  ];

  it('are found wherever the stream is split', () => {
    for (let step = 1; step <= stream.length; step++) assert.deepEqual(scan(stream, step), parts, `step ${step}`);
  });

  it('are text without the nonce, or with another body', () => {
    const fakes = `${mark('D;0;/', '')}${mark('C', 'n0ncf')}${mark('X')}${mark('R')}${mark('D;x;/')}${mark('D')}\x1b]633;D;0\x07`;
    for (const step of [1, 7, 1000]) assert.deepEqual(scan(`${fakes}z`, step), [`${fakes}z`]);
  });

  it('that never end are text after a while', () => {
    const text = `\x1b]633;n0nce;D;0;${'x'.repeat(20_000)}`;
    const [start] = scan(`${text}${mark('C')}`, 1000);
    assert.equal(start, text);
  });

  it('may hold a folder with any name', () => {
    assert.deepEqual(scan(mark('D;0;/ü\x07\r\n;n0nc\x1b]633;')), [
      { kind: 'done', exitCode: 0, cwd: '/ü\x07\n;n0nc\x1b]633;' },
    ]);
  });

  it('hold back no more than what may be the start of one', () => {
    assert.deepEqual(scan('abc\x1b]63'), ['abc']);
    assert.deepEqual(scan('abc\x1b[0m'), ['abc\x1b[0m']);
  });
});
