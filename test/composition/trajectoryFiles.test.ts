import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatDialogue, gpt, human, type Dialogue } from '../../src/agent/conversation';
import { writeLine } from '../../src/agent/runRecord';
import { trainers, turnLength, type TrajectoryFile } from '../../src/agent/trajectoryFile';
import { countTrajectories } from '../../src/composition/trajectoryCounts';
import { openTrajectoryFile } from '../../src/composition/trajectoryFiles';
import { recordedRun } from '../recordedRun';
import { agentInstructLines } from '../sharedData';

const { signal } = new AbortController();

describe('A file of trajectories, as the viewer reads it', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function opened(name: string, text: string): Promise<TrajectoryFile> {
    const full = path.join(folder, name);
    await writeFile(full, text);
    const file = await openTrajectoryFile(full);
    await file.scan(() => {}, signal);
    return file;
  }

  async function found(file: TrajectoryFile, filter: Parameters<TrajectoryFile['find']>[0]): Promise<number[]> {
    const positions: number[] = [];
    await file.find(filter, (some) => positions.push(...some), signal);
    return positions;
  }

  const record = recordedRun({
    id: 'os_1',
    problem: 'Count the files.',
    commands: ['ls', 'ls'],
    answer: '2',
  });

  it('is a record with what was said of it later', async () => {
    const said = [
      writeLine({ run: 'os_1', at: 9000, type: 'correction', turn: 3, value: 'Think: Better.\n\nAct: finish' }),
      writeLine({ run: 'os_1', at: 9001, type: 'remark', tags: ['good'], note: 'Keep' }),
    ];
    const file = await opened('os_1.trajectory.jsonl', `${record}${said.join('\n')}\n`);
    assert.equal(file.count, 1);
    const row = await file.row(0, signal);
    assert.deepEqual([row?.summary.tags, row?.summary.note, row?.summary.corrected], [['good'], 'Keep', true]);
    assert.match(row?.turns[3]?.original ?? '', /Step 1/);
    assert.deepEqual(row?.turns[3]?.action, { kind: 'finish', text: '' });
    assert.equal(await file.positionOf('os_1', signal), 0);
  });

  it('tells what was given from what the model did, and where it went wrong', async () => {
    const file = await opened('os_1.trajectory.jsonl', record);
    const row = await file.row(0, signal);
    assert.deepEqual(
      row?.turns.map(({ given }) => given),
      [true, true, true, false, false, false, false, false],
    );
    assert.deepEqual(row?.turns[5]?.errors, ['repeated-action']);
  });

  it('lists rows that cannot be read, and goes on behind them', async () => {
    const file = await opened(
      'rows.jsonl',
      `${dialogueLine('db_1', 'one')}\nnonsense\n{"a":1}\n${dialogueLine('db_2', 'two')}\n`,
    );
    const heads = await file.heads([0, 1, 2, 3], signal);
    assert.deepEqual(
      heads.map((head) => ('summary' in head ? head.summary.id : head.unreadable.slice(0, 17))),
      ['db_1', 'is not valid JSON', 'has neither "conv', 'db_2'],
    );
    assert.equal(heads[3]?.place, 'rows.jsonl:4');
    assert.equal(await file.row(1, signal), undefined);
    assert.equal(await file.loss(1, 'agentinstruct', signal), undefined);
  });

  const said = [
    { role: 'user', content: 'Mend it.' },
    { role: 'assistant', content: 'I look.' },
  ];
  const turns = [
    { from: 'human', value: 'Mend it.' },
    { from: 'gpt', value: 'I look.' },
  ];
  for (const [name, value] of [
    ['sharegpt.json', [{ conversations: turns }]],
    ['fastchat.json', [{ id: 'identity_0', conversations: turns }]],
    ['openai.jsonl', { messages: said }],
    ['run.traj.json', { info: { exit_status: 'Submitted' }, messages: said, trajectory_format: 'mini-swe-agent-1' }],
    ['issue.traj', { trajectory: [], history: said, info: { exit_status: 'submitted' } }],
  ] as const) {
    it(`shows what other programs write: ${name}`, async () => {
      const text = JSON.stringify(value, null, name.endsWith('l') ? undefined : 2);
      const file = await opened(name, text);
      assert.equal(file.count, 1);
      const row = await file.row(0, signal);
      assert.deepEqual(
        row?.turns.map((turn) => [turn.from, turn.text]),
        turns.map(({ from, value: words }) => [from, words]),
      );
    });
  }

  it('is searched in what was said, whatever its size', async () => {
    const lines = Array.from({ length: 500 }, (_, index) => dialogueLine(`db_${index}`, `needle${index % 100} hay`));
    const file = await opened('rows.jsonl', lines.join('\n'));
    assert.deepEqual(await found(file, { text: 'NEEDLE42' }), [42, 142, 242, 342, 442]);
    assert.deepEqual(await found(file, { task: 'os' }), []);
    await assert.rejects(
      file.find({ text: 'x' }, () => {}, AbortSignal.abort()),
      { name: 'AbortError' },
    );
  });

  it('shows the beginning of a long turn, and all of it when asked', async () => {
    const long = 'x'.repeat(turnLength + 5);
    const file = await opened('rows.jsonl', dialogueLine('db_1', long));
    const turn = (await file.row(0, signal))?.turns[2];
    assert.equal(turn?.text.length, turnLength);
    assert.equal(turn.length, long.length);
    assert.equal(await file.turn(0, 2, signal), long);
  });

  it('shows what each trainer would learn, or why it would not', async () => {
    const file = await opened('rows.jsonl', dialogueLine('db_1', 'How many?'));
    for (const trainer of trainers) {
      const loss = await file.loss(0, trainer, signal);
      assert.ok(loss && 'examples' in loss, trainer);
      const learnt = loss.examples.flat().filter((stretch) => stretch.learnt);
      assert.ok(
        learnt.some(({ text }) => text.includes('SELECT 1')),
        trainer,
      );
      assert.ok(!learnt.some(({ text }) => text.includes('How many?')), trainer);
      assert.ok(loss.learntTokens > 0 && loss.learntTokens < loss.tokens, trainer);
    }
    const broken = await opened('broken.jsonl', dialogueLine('db_1', 'Say [INST] again'));
    const refused = await broken.loss(0, 'agentinstruct', signal);
    assert.ok(refused && 'refused' in refused && refused.refused.turn === 2);
  });

  it('is the published rows, one by one', async function () {
    const lines = agentInstructLines(this);
    const file = await opened('db.jsonl', lines.join('\n'));
    assert.equal(file.count, lines.length);
    const row = await file.row(100, signal);
    assert.equal(row?.raw, lines[100]);
    const { table, rows } = await countTrajectories([path.join(folder, 'db.jsonl')], () => {}, signal);
    assert.equal(rows, lines.length);
    assert.equal(table[0]?.task, 'db');
  });

  it('is counted as far as the counting came, when that is stopped', async () => {
    await opened(
      'rows.jsonl',
      Array.from({ length: 400 }, (_, index) => dialogueLine(`db_${index}`, 'hay')).join('\n'),
    );
    const stopping = new AbortController();
    const result = await countTrajectories([path.join(folder, 'rows.jsonl')], () => stopping.abort(), stopping.signal);
    assert.equal(result.partial, true);
    assert.ok(result.rows >= 100 && result.rows <= 400);
  });
});

function dialogueLine(id: string, question: string): string {
  const dialogue: Dialogue = {
    id,
    conversations: [
      human('Solve it by SQL. Action: Operation or Action: Answer.'),
      gpt('Ok.', { loss: false }),
      human(question),
      gpt('I look.\nAction: Operation\n```sql\nSELECT 1\n```', { loss: true }),
      human('[(1,)]'),
      gpt('So.\nAction: Answer\nFinal Answer: ["1"]', { loss: true }),
    ],
  };
  return formatDialogue(dialogue);
}
