import assert from 'node:assert/strict';
import { gpt, human } from '../../src/agent/conversation';
import { Overview } from '../../src/dataset/overview';
import type { About, Row } from '../../src/dataset/row';

/** Tokens of a conversation are its characters here. */
const options = {
  maxTokens: 1000,
  countTokens: (turns: readonly { readonly value: string }[]) =>
    turns.reduce((sum, { value }) => sum + value.length, 0),
};

function run(id: string, length: number, about: About): Row {
  const conversations = [
    human('Act: bash or Act: finish'),
    gpt(`Think: ${'x'.repeat(length)}\n\nAct: finish`, { loss: true }),
  ];
  const place = { file: 'runs', row: 1, line: 1 };
  return { place, format: 'recorded', dialogue: { id: `os_${id}`, conversations }, about };
}

describe('What trajectories come to', () => {
  it('is nothing before there is one', () => {
    const { rows, table, lengths, days, errors } = new Overview(options).result({ partial: false });
    assert.deepEqual([rows, table, lengths.buckets, days, errors], [0, [], [], [], []]);
  });

  it('is told by length, by day and by what went wrong', () => {
    const overview = new Overview(options);
    const noon = Date.UTC(2026, 10, 20, 12);
    overview.add(run('1', 10, { model: 'a', outcome: 'finished', verdict: 'accepted', at: noon }));
    overview.add(run('2', 10, { model: 'a', outcome: 'finished', verdict: 'rejected', at: noon + 3_600_000 }));
    overview.add(run('3', 600, { model: 'b', outcome: 'step-limit', at: noon + 48 * 3_600_000 }));
    overview.add({ place: { file: 'runs', row: 4, line: 4 }, unreadable: 'is not valid JSON' });
    const result = overview.result({ partial: true });
    assert.deepEqual([result.rows, result.unreadable, result.partial], [3, 1, true]);
    assert.deepEqual(result.lengths, {
      width: 256,
      buckets: [
        { from: 0, rows: 2 },
        { from: 256, rows: 0 },
        { from: 512, rows: 1 },
      ],
    });
    assert.deepEqual(
      result.days.map(({ day, outcomes }) => [new Date(day).toISOString().slice(0, 10), outcomes]),
      [
        ['2026-11-20', [{ name: 'finished', count: 2 }]],
        ['2026-11-22', [{ name: 'step-limit', count: 1 }]],
      ],
    );
    assert.deepEqual(
      result.errors.map(({ rule, model, rows, of }) => [rule, model, rows, of]),
      [
        ['wrong-answer', 'a', 1, 2],
        ['step-limit', 'b', 1, 1],
      ],
    );
    assert.deepEqual(
      result.table.map(({ task, model, rows, kept, averageTurns, keptRatio }) => [
        task,
        model,
        rows,
        kept,
        averageTurns,
        keptRatio,
      ]),
      [
        ['os', 'a', 2, 1, 1, 1],
        ['os', 'b', 1, 0, null, 0],
      ],
    );
  });

  it('draws no million bars for one row of a million tokens', () => {
    const overview = new Overview(options);
    overview.add(run('1', 10, {}));
    overview.add(run('2', 1_000_000, {}));
    const { buckets } = overview.result({ partial: false }).lengths;
    assert.equal(buckets.length, 101);
    assert.equal(
      buckets.reduce((sum, { rows }) => sum + rows, 0),
      2,
    );
  });
});
