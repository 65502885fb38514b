import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import {
  formatDialogue,
  gpt,
  human,
  parseDialogue,
  readDialogue,
  type Dialogue,
} from '../../../src/agent/conversation';
import { UserError } from '../../../src/agent/errors';
import { createParquet } from '../../../src/runtime/trajectories/parquetFile';
import { readValues } from '../../../src/runtime/trajectories/readValues';
import { createArray, createDialogueLines, type RowFile } from '../../../src/runtime/trajectories/rowFile';
import { agentInstructLines } from '../../sharedData';

const { signal } = new AbortController();

describe('The values of a file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** `row:line value` or `row:line !what is wrong`. */
  async function read(content: string | Buffer, name = 'rows.json'): Promise<string[]> {
    const file = path.join(folder, name);
    await writeFile(file, content);
    const found: string[] = [];
    for await (const item of readValues(file, signal)) {
      const what = 'value' in item ? JSON.stringify(item.value) : `!${item.unreadable}`;
      found.push(`${item.place.row}:${item.place.line ?? ''} ${what}`);
    }
    return found;
  }

  const cases: readonly (readonly [what: string, content: string | Buffer, expected: readonly string[]])[] = [
    ['an empty file', '', []],
    ['an empty array', '[]', []],
    ['lines', '{"a":1}\n\n{"a":2}\r\n{"a":3}', ['1:1 {"a":1}', '2:3 {"a":2}', '3:4 {"a":3}']],
    ['an array on one line', '[{"a":[1,{"b":2}]}, {"c":"]}"}]', ['1:1 {"a":[1,{"b":2}]}', '2:1 {"c":"]}"}']],
    [
      'an indented array',
      '[\n  {\n    "a": 1\n  },\n  {\n    "b": "\\"],"\n  }\n]\n',
      ['1:2 {"a":1}', '2:5 {"b":"\\"],"}'],
    ],
    ['one object over several lines', '{\n  "messages": [\n    1\n  ]\n}\n', ['1:1 {"messages":[1]}']],
    ['one object that begins on its first line', '{"messages": [\n1]}', ['1:1 {"messages":[1]}']],
    ['a byte order mark', '\ufeff[{"a":1}]', ['1:1 {"a":1}']],
    ['a byte order mark before lines', '\ufeff{"a":1}\n{"a":2}', ['1:1 {"a":1}', '2:2 {"a":2}']],
  ];
  for (const [what, content, expected] of cases) {
    it(`are read from ${what}`, async () => {
      assert.deepEqual(await read(content), expected);
    });
  }

  it('are read past a bad line, which is named', async () => {
    const found = await read('{"a":1}\n{"a":\n{"a":3}\n', 'rows.jsonl');
    assert.deepEqual([found[0], found[2]], ['1:1 {"a":1}', '3:3 {"a":3}']);
    assert.match(found[1] ?? '', /^2:2 !is not valid JSON/);
  });

  it('are read past a bad element, which is named', async () => {
    const found = await read('[{"a":1},\n{a:2},\n{"a":3},\n{"b" 4}]');
    assert.deepEqual([found[0], found[2]], ['1:1 {"a":1}', '3:3 {"a":3}']);
    assert.match(found[1] ?? '', /^2:2 !is not valid JSON/);
    assert.match(found[3] ?? '', /^4:4 !is not valid JSON/);
  });

  it('are read from an array that was cut off', async () => {
    assert.deepEqual(await read('[{"a":1},\n{"a":2'), ['1:1 {"a":1}', '2:2 !is cut off: the array never ends']);
  });

  it('are not read from bytes that are no UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n{"a":2}\n')]);
    assert.deepEqual(await read(bytes, 'rows.jsonl'), ['1:1 !is not valid UTF-8', '2:2 {"a":2}']);
  });

  it('are the same however the file is cut into pieces', async () => {
    const text = 'Zähle 😀 "],\\'.repeat(20_000);
    const values = [{ text }, { text: [text, { text }] }, { n: 1 }];
    for (const content of [
      JSON.stringify(values),
      values.map((value) => JSON.stringify(value)).join('\n'),
      JSON.stringify(values, null, 1),
    ]) {
      const found = await read(content);
      assert.deepEqual(
        found.map((line) => JSON.parse(line.slice(line.indexOf(' '))) as unknown),
        values,
      );
    }
  });

  it('come from no file that is missing, a folder, or broken Parquet, and it is said', async () => {
    const broken = path.join(folder, 'broken.parquet');
    await writeFile(broken, 'PAR1 and then nothing PAR1');
    for (const file of [path.join(folder, 'none.jsonl'), folder, broken]) {
      await assert.rejects(
        Array.fromAsync(readValues(file, signal)),
        (error) => UserError.is(error) && error.code === 'dataset.unreadable' && error.message.includes(file),
        file,
      );
    }
  });

  it('stop to come when they are no longer wanted', async () => {
    const file = path.join(folder, 'rows.jsonl');
    await writeFile(file, '{"a":1}\n'.repeat(1_000_000));
    const stopping = new AbortController();
    await assert.rejects(
      async () => {
        for await (const _ of readValues(file, stopping.signal)) stopping.abort();
      },
      { name: 'AbortError' },
    );
  });
});

describe('AgentInstruct in files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const kinds: readonly (readonly [
    string,
    (file: string, replace: { force: boolean }) => Promise<RowFile<Dialogue>>,
  ])[] = [
    ['JSONL', createDialogueLines],
    ['JSON', createArray],
    ['Parquet', createParquet],
  ];

  async function roundTrip(create: (typeof kinds)[number][1], rows: readonly Dialogue[]): Promise<Dialogue[]> {
    const file = path.join(folder, 'rows');
    const writing = await create(file, { force: true });
    for (const row of rows) await writing.write(row);
    await writing.finish();
    const values = await Array.fromAsync(readValues(file, signal));
    return values.map((item) => ('value' in item ? readDialogue(item.value) : assert.fail(item.unreadable)));
  }

  for (const [name, create] of kinds) {
    it(`round-trips the published rows through ${name}, to the byte`, async function () {
      const lines = agentInstructLines(this);
      const rows = await roundTrip(create, lines.map(parseDialogue));
      assert.deepEqual(rows.map(formatDialogue), lines);
    });

    it(`round-trips whatever was said through ${name}`, async () => {
      const text = fc.string({ unit: 'binary' }).filter((value) => !/\p{Surrogate}/u.test(value));
      const turn = fc.oneof(
        text.map(human),
        fc.tuple(text, fc.boolean()).map(([value, loss]) => gpt(value, { loss })),
      );
      const dialogue = fc.record(
        { id: text, conversations: fc.array(turn, { maxLength: 4 }) },
        { noNullPrototype: true },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(dialogue, { minLength: 1, maxLength: 5 }), async (rows) => {
          assert.deepEqual(await roundTrip(create, rows), rows);
        }),
        { numRuns: 30 },
      );
    });
  }

  it('spans several groups of Parquet', async () => {
    const rows = Array.from({ length: 2_345 }, (_, index) => ({
      id: `os_${index}`,
      conversations: [human(`number ${index}`)],
    }));
    assert.deepEqual(await roundTrip(createParquet, rows), rows);
  });

  it('is indented in JSON as FastChat indents it', async () => {
    const file = path.join(folder, 'rows.json');
    const writing = await createArray(file, { force: false });
    await writing.write({ id: 'ä', conversations: [] });
    await writing.write({ id: 'b', conversations: [{ from: 'human', loss: null }] });
    await writing.finish();
    assert.equal(
      await readFile(file, 'utf8'),
      '[\n  {\n    "id": "ä",\n    "conversations": []\n  },\n  {\n    "id": "b",\n    "conversations": [\n      {\n        "from": "human",\n        "loss": null\n      }\n    ]\n  }\n]',
    );
  });
});
