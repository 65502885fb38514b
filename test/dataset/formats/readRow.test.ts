import assert from 'node:assert/strict';
import { gpt, human, type Turn } from '../../../src/agent/conversation';
import { readRow, readRows } from '../../../src/dataset/formats/readRow';
import type { RecordLine } from '../../../src/agent/runRecord';
import type { RawValue, Row, RowFormat } from '../../../src/dataset/row';

const place = { file: 'a.json', row: 7, line: 9 };

function read(value: unknown): Row {
  const row = readRow(place, value);
  assert.ok('dialogue' in row, JSON.stringify(row));
  return row;
}

describe('Reading rows', () => {
  const asked = [human('Hello'), gpt('Hi', { loss: true })];
  const shapes: readonly (readonly [format: RowFormat, value: unknown, id: string])[] = [
    ['agentinstruct', { id: 'os_1', conversations: asked }, 'os_1'],
    ['agentinstruct', { item_id: 'webshop_1', conversations: asked }, 'webshop_1'],
    [
      'sharegpt',
      {
        id: 'x',
        conversations: [
          { from: 'human', value: 'Hello' },
          { from: 'gpt', value: 'Hi' },
        ],
      },
      'x',
    ],
    [
      'sharegpt',
      {
        conversations: [
          { from: 'user', value: 'Hello' },
          { from: 'assistant', value: 'Hi', train: true },
        ],
      },
      'row_7',
    ],
    [
      'openai',
      {
        messages: [
          { role: 'user', content: 'Hello' },
          { role: 'assistant', content: 'Hi' },
        ],
      },
      'row_7',
    ],
    [
      'openai',
      {
        id: 3,
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
          { role: 'assistant', content: 'Hi', weight: 1 },
        ],
      },
      '3',
    ],
    [
      'mini-swe-agent',
      {
        info: { exit_status: 'Submitted' },
        instance_id: 'y',
        messages: [
          { role: 'user', content: 'Hello' },
          { role: 'assistant', content: 'Hi' },
          { role: 'exit', content: '' },
        ],
      },
      'y',
    ],
    [
      'swe-agent',
      {
        info: {},
        history: [
          { role: 'user', content: 'Hello' },
          { role: 'assistant', content: 'Hi' },
        ],
        trajectory: [],
      },
      'row_7',
    ],
  ];
  for (const [format, value, id] of shapes) {
    it(`knows ${format} by its shape`, () => {
      const row = read(value);
      assert.equal(row.format, format);
      assert.deepEqual(row.dialogue, { id, conversations: asked });
    });
  }

  it('puts a system text before what the user says, and joins what one speaker says twice', () => {
    const { dialogue } = read({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Hi' },
        { role: 'tool', content: 'a' },
        { role: 'user', content: 'b' },
      ],
    });
    assert.deepEqual(dialogue.conversations, [human('Be brief.\n\nHello'), gpt('Hi', { loss: true }), human('a\n\nb')]);
  });

  it('keeps what is not to be learnt: train, weight, demonstrations', () => {
    const given = gpt('Hi', { loss: false });
    assert.deepEqual(read({ conversations: [{ from: 'gpt', value: 'Hi', train: false }] }).dialogue.conversations, [
      given,
    ]);
    assert.deepEqual(read({ messages: [{ role: 'assistant', content: 'Hi', weight: 0 }] }).dialogue.conversations, [
      given,
    ]);
    assert.deepEqual(
      read({ info: {}, history: [{ role: 'assistant', content: 'Hi', is_demo: true }] }).dialogue.conversations,
      [given],
    );
  });

  it('reads the steps of a SWE-agent run without a history, its model and its end', () => {
    const { dialogue, about } = read({
      trajectory: [
        { response: 'ls', observation: 'a.txt' },
        { response: 'submit', observation: '' },
      ],
      info: { exit_status: 'exit_cost' },
      model: 'agentlm-7b',
    });
    assert.deepEqual(
      dialogue.conversations.map(({ from, value }) => `${from} ${value}`),
      ['gpt ls', 'human a.txt', 'gpt submit', 'human '],
    );
    assert.deepEqual(about, { model: 'agentlm-7b', outcome: 'step-limit' });
  });

  for (const [what, value, expected] of [
    ['a number', 7, 'is not a JSON object'],
    [
      'a row without a conversation',
      { text: 'x' },
      'has neither "conversations" nor "messages", so it is no conversation',
    ],
    [
      'an unknown speaker',
      { conversations: [{ from: 'owl', value: '' }] },
      'has an unknown speaker in conversations[0].from',
    ],
    ['an unknown role', { messages: [{ role: 'owl', content: '' }] }, 'has an unknown role in messages[0].role'],
    [
      'a picture',
      { messages: [{ role: 'user', content: [{ type: 'image' }] }] },
      'has something other than text in messages[0].content',
    ],
    [
      'a bad loss',
      { id: 'a', conversations: [{ from: 'gpt', loss: 1, value: '' }] },
      'is not AgentInstruct: conversations[0].loss is not null, false or true',
    ],
  ] as const) {
    it(`says what is wrong with ${what}`, () => {
      assert.deepEqual(readRow(place, value), { place, unreadable: expected });
    });
  }
});

describe('A recorded session', () => {
  async function rows(lines: readonly unknown[]): Promise<(Row | { unreadable: string })[]> {
    async function* values(): AsyncGenerator<RawValue> {
      for (const [index, value] of lines.entries())
        yield { place: { file: 's', row: index + 1, line: index + 1 }, value };
    }
    return Array.fromAsync(readRows(values()));
  }
  type Line = RecordLine extends infer One ? (One extends { run: string } ? Omit<One, 'run' | 'at'> : never) : never;
  const begun: Line = { type: 'begun', version: 1, kind: 'os', problem: 'p', place: '/', askedAt: 0, product: '0.1.0' };
  const started: Line = { type: 'started', id: '', kind: 'os', problem: 'p', model: 'agentlm-7b', stepLimit: 8 };
  const finished: Line = {
    type: 'finished',
    outcome: 'finished',
    answer: null,
    steps: 1,
    usage: { promptTokens: 0, completionTokens: 0, cachedTokens: null },
    time: { totalMs: 0, modelMs: 0, environmentMs: 0, overheadMs: 0 },
  };
  const turn = (value: Turn): Line => ({ type: 'turn', turn: value });
  const run = (id: string, ...lines: readonly Line[]): object[] => lines.map((line) => ({ run: id, at: 5, ...line }));

  it('is a row a run, with what a person decided later', async () => {
    const [first, second] = await rows([
      ...run('os_a', begun, started, turn(human('Do it.'))),
      ...run('os_b', begun, turn(human('Do that.')), turn(gpt('Act: finish', { loss: true }))),
      ...run('os_a', turn(gpt('Act: finsh', { loss: true })), finished),
      ...run('os_a', { type: 'verdict', verdict: 'rejected' }, { type: 'reward', reward: 1, by: 'check' }),
      ...run('os_a', { type: 'correction', turn: 1, value: 'Act: finish' }, { type: 'verdict', verdict: 'accepted' }),
      ...run('os_b', { type: 'loss', turn: 1, loss: false }, { type: 'remark', tags: ['short'], note: 'Fine.' }),
      { run: 'os_b', type: 'of-a-newer-version' },
    ]);
    assert.ok(first && 'dialogue' in first && second && 'dialogue' in second);
    assert.deepEqual(first.dialogue, {
      id: 'os_a',
      conversations: [human('Do it.'), gpt('Act: finish', { loss: true })],
    });
    assert.deepEqual(first.about, {
      at: 0,
      model: 'agentlm-7b',
      outcome: 'finished',
      reward: 1,
      verdict: 'accepted',
      corrections: [{ turn: 1, original: 'Act: finsh' }],
    });
    assert.deepEqual(second.dialogue.conversations[1], gpt('Act: finish', { loss: false }));
    assert.deepEqual(second.about, { at: 0, tags: ['short'], note: 'Fine.' });
  });

  it('has its secrets replaced, also in what a correction took the place of, and no verdict that was taken back', async () => {
    const replaced = [{ kind: 'password', secret: 'hunter2', replacement: 'REDACTED_PASSWORD_1' }];
    const [row] = await rows([
      ...run('os_a', begun, turn(human('Log in with hunter2.')), turn(gpt('echo hunter2', { loss: true }))),
      ...run('os_a', { type: 'redaction', replaced, kept: [] }, { type: 'correction', turn: 1, value: 'su hunter2' }),
      ...run('os_a', { type: 'verdict', verdict: 'accepted' }, { type: 'verdict', verdict: 'undecided' }),
      { run: 'os_a', type: 'redaction', replaced: 'everything', kept: [] },
    ]);
    assert.ok(row && 'dialogue' in row);
    assert.deepEqual(row.dialogue.conversations, [
      human('Log in with REDACTED_PASSWORD_1.'),
      gpt('su REDACTED_PASSWORD_1', { loss: true }),
    ]);
    assert.deepEqual(row.about, { at: 0, corrections: [{ turn: 1, original: 'echo REDACTED_PASSWORD_1' }] });
  });

  it('names a run whose beginning is missing, and reads the others', async () => {
    const found = await rows([...run('os_a', turn(human('Do it.'))), ...run('os_b', begun, turn(human('Hi.')))]);
    assert.deepEqual(
      found.map((row) => ('dialogue' in row ? row.dialogue.id : row.unreadable)),
      ['belongs to the run os_a, which has no first line of version 1', 'os_b'],
    );
  });
});
