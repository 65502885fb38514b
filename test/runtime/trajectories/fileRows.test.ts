import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { gpt, human } from '../../../src/agent/conversation';
import { openFileRows, type FileRows } from '../../../src/runtime/trajectories/fileRows';
import type { FileValue } from '../../../src/runtime/trajectories/fileValue';
import { createParquet } from '../../../src/runtime/trajectories/parquetFile';
import { readValues } from '../../../src/runtime/trajectories/readValues';

const { signal } = new AbortController();

describe('The rows of a file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function scanned(content: string | Buffer, name: string): Promise<FileRows> {
    await writeFile(path.join(folder, name), content);
    const rows = await openFileRows(path.join(folder, name));
    await rows.scan(() => {}, signal);
    return rows;
  }

  const inOrder = async (name: string): Promise<unknown[]> =>
    (await Array.fromAsync(readValues(path.join(folder, name), signal))).map(told);

  const cases: readonly (readonly [what: string, name: string, content: string | Buffer])[] = [
    ['no line', 'a.jsonl', ''],
    ['lines', 'a.jsonl', '{"a":1}\n{"a":2}\n'],
    ['a last line without its end', 'a.jsonl', '{"a":1}\n{"a":2}'],
    ['blank lines, and ends as Windows has them', 'a.jsonl', '\n{"a":1}\r\n \t\r\n\r\n{"a":"ü 界"}\r\n\n'],
    ['a byte order mark', 'a.jsonl', '\ufeff{"a":1}\n{"a":2}\n'],
    ['lines that are no JSON', 'a.jsonl', '{"a":1}\nnonsense\n{"a":3}\n'],
    ['bytes that are no UTF-8', 'a.jsonl', Buffer.from([0x22, 0xff, 0x22, 0x0a, 0x31])],
    ['an array', 'a.json', '[{"a":1}, {"b":[2,"]"]} ,\n 3]'],
    ['an array with a byte order mark', 'a.json', '\ufeff[{"a":1},{"a":2}]'],
    ['one object over several lines', 'a.json', '{\n  "messages": [\n    1\n  ]\n}\n'],
  ];
  for (const [what, name, content] of cases) {
    it(`are those that reading it in order gives: ${what}`, async () => {
      const rows = await scanned(content, name);
      const read = await Array.fromAsync(rows.read(0, rows.count, signal));
      assert.deepEqual(read.map(told), await inOrder(name));
    });
  }

  it('are found in any file of lines', async () => {
    const line = fc.oneof(fc.constant(''), fc.constant('  '), fc.json());
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.boolean(), async (lines, ended) => {
        const rows = await scanned(`${lines.join('\n')}${ended ? '\n' : ''}`, 'a.jsonl');
        const read = await Array.fromAsync(rows.read(0, rows.count, signal));
        assert.deepEqual(read.map(told), await inOrder('a.jsonl'));
      }),
      { numRuns: 60 },
    );
  });

  it('can be read from the middle of lines longer than a stretch', async () => {
    const lines = Array.from({ length: 40 }, (_, index) => JSON.stringify({ index, text: 'é'.repeat(200_000) }));
    const rows = await scanned(lines.join('\n'), 'a.jsonl');
    assert.equal(rows.count, 40);
    const read = await Array.fromAsync(rows.read(29, 31, signal));
    assert.deepEqual(
      read.map(told),
      [29, 30].map((index) => [index + 1, index + 1, JSON.parse(lines[index] ?? '')]),
    );
  });

  it('of Parquet can be read from the middle, over the end of a group', async () => {
    const file = path.join(folder, 'a.parquet');
    const parquet = await createParquet(file, { force: false });
    for (let row = 0; row < 2500; row++) {
      await parquet.write({ id: `db_${row}`, conversations: [human(`${row}`), gpt('yes', { loss: true })] });
    }
    await parquet.finish();
    const rows = await openFileRows(file);
    assert.equal(rows.count, 2500);
    const read = await Array.fromAsync(rows.read(1998, 2003, signal));
    assert.deepEqual(
      read.map(({ place }) => place.row),
      [1999, 2000, 2001, 2002, 2003],
    );
    assert.match(JSON.stringify(read), /db_2002/);
  });

  it('can be read while the rest is looked for, which can be stopped', async () => {
    const file = path.join(folder, 'a.jsonl');
    await writeFile(file, `${JSON.stringify({ text: 'x'.repeat(1000) })}\n`.repeat(12_000));
    const rows = await openFileRows(file);
    const stopping = new AbortController();
    const shares: number[] = [];
    const scan = rows.scan((share) => {
      shares.push(share);
      stopping.abort();
    }, stopping.signal);
    await assert.rejects(scan, { name: 'AbortError' });
    assert.equal(shares.length, 1);
    assert.ok(rows.count > 0 && rows.count < 12_000);
    assert.equal((await Array.fromAsync(rows.read(rows.count - 1, rows.count, signal))).length, 1);
  });

  it('that are no longer there are named', async () => {
    const rows = await scanned('{"a":1}\n{"a":2}\n', 'a.jsonl');
    await truncate(path.join(folder, 'a.jsonl'), 3);
    const read = await Array.fromAsync(rows.read(0, 2, signal));
    assert.ok(read.every((value) => 'unreadable' in value));
  });

  it('of a file that is missing are a failure that names it', async () => {
    await assert.rejects(openFileRows(path.join(folder, 'none.jsonl')), { code: 'dataset.unreadable' });
  });
});

/** Row, line, and the value or what is wrong with it. */
function told(value: FileValue): unknown {
  return [value.place.row, value.place.line, 'value' in value ? value.value : value.unreadable];
}
