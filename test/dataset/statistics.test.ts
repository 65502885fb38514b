import assert from 'node:assert/strict';
import { gpt, human, parseDialogue, type Turn } from '../../src/agent/conversation';
import { ErrorCounter, runErrors } from '../../src/dataset/errorAnalysis';
import type { About, Row } from '../../src/dataset/row';
import { StatisticsCounter } from '../../src/dataset/statistics';
import { agentInstructLines } from '../sharedData';
import { changed, osTurns, rowOf } from './rows';

const countTokens = (turns: readonly Turn[]): number => turns.reduce((sum, { value }) => sum + value.length, 0);
const options = { maxTokens: 1000, countTokens };

describe('Statistics', () => {
  it('are the table of the paper for one’s own runs: instructions, kept, turns, ratio', () => {
    const counter = new StatisticsCounter(options);
    const other = changed(osTurns, 2, {
      value: 'Now, I will start a new problem in a new OS. My problem is:\n\nWhat else?',
    });
    const about: About = { model: 'agentlm-7b', outcome: 'answered' };
    counter.add(rowOf(osTurns, { ...about, verdict: 'accepted' }, 'recorded'));
    counter.add(rowOf(osTurns, { ...about, verdict: 'rejected' }, 'recorded'));
    counter.add(rowOf(other, { ...about, reward: 0 }, 'recorded'));
    counter.add(rowOf(other.slice(0, 4), { model: 'other', outcome: 'step-limit' }, 'recorded'));
    counter.addUnreadable();
    const { table, actions, outcomes, unreadable, learntTokens } = counter.result();
    assert.deepEqual(table, [
      { task: 'os', model: 'agentlm-7b', instructions: 2, rows: 3, kept: 1, averageTurns: 2, keptRatio: 0.5 },
      { task: 'os', model: 'other', instructions: 1, rows: 1, kept: 0, averageTurns: null, keptRatio: 0 },
    ]);
    assert.deepEqual(actions, { bash: 4, answer: 3 });
    assert.deepEqual(outcomes, { answered: 3, 'step-limit': 1 });
    assert.equal(unreadable, 1);
    const learnt = countTokens(osTurns.filter(({ loss }) => loss === true));
    assert.equal(learntTokens, 3 * learnt + countTokens(osTurns.slice(3, 4)));
  });

  it('know no ratio where only kept rows are there', () => {
    const counter = new StatisticsCounter(options);
    counter.add(rowOf(osTurns));
    assert.deepEqual(counter.result().table, [
      { task: 'os', model: null, instructions: 1, rows: 1, kept: 1, averageTurns: 2, keptRatio: null },
    ]);
  });

  it('tell how a length is spread', () => {
    const counter = new StatisticsCounter({ maxTokens: 90, countTokens: (turns) => turns[0]?.value.length ?? 0 });
    for (let length = 1; length <= 100; length++) counter.add(rowOf([human('x'.repeat(length))]));
    const { tokens, overLimit } = counter.result();
    assert.deepEqual(tokens, { total: 5050, mean: 50.5, median: 50, p95: 95, largest: 100 });
    assert.equal(overLimit, 10);
  });

  it('count the published rows that are here', function () {
    const counter = new StatisticsCounter(options);
    for (const line of agentInstructLines(this))
      counter.add(rowOf(parseDialogue(line).conversations, {}, 'agentinstruct', parseDialogue(line).id));
    const [{ task, rows, kept, averageTurns } = assert.fail()] = counter.result().table;
    // The paper has 2.13 for its 178 self-instruct rows and 2.03 for the other 360; these are 180 of both.
    assert.deepEqual([task, rows, kept, averageTurns?.toFixed(2)], ['db', 180, 180, '2.13']);
  });
});

describe('The error analysis', () => {
  const rules = (row: Row): string[] => runErrors(row, options).map(({ rule, turn }) => `${rule} ${turn}`);
  const again = [...osTurns.slice(0, 5), ...osTurns.slice(3)];

  for (const [what, row, expected] of [
    ['a run without a flaw', rowOf(osTurns, { outcome: 'answered', reward: 1 }), []],
    ['a reply without an action', rowOf(changed(osTurns, 3, { value: 'Hm.', loss: false })), ['invalid-action 3']],
    ['an action done twice', rowOf(again), ['repeated-action 5']],
    ['a wrong answer by its reward', rowOf(osTurns, { outcome: 'answered', reward: 0 }), ['wrong-answer 5']],
    [
      'a wrong answer by what a person said',
      rowOf(osTurns, { outcome: 'answered', verdict: 'rejected' }),
      ['wrong-answer 5'],
    ],
    ['a run out of steps', rowOf(osTurns.slice(0, 5), { outcome: 'step-limit' }), ['step-limit null']],
    ['a run that was given up', rowOf(osTurns.slice(0, 5), { outcome: 'repeated' }), ['repeated-action null']],
    [
      'a command that failed',
      rowOf(changed(osTurns, 4, { value: 'The output of the OS:\n\nbash: lz: command not found' })),
      ['environment-error 4'],
    ],
    [
      'a window that was full',
      rowOf(changed(osTurns, 4, { value: 'The output of the OS:\n\n3\n\n[NOTICE] 2 messages are omitted.' })),
      ['context-limit 4'],
    ],
    ['a run longer than the window', rowOf(changed(osTurns, 0, { value: 'a'.repeat(2000) })), ['context-limit null']],
    [
      'an unfinished run of as many steps as the paper allows',
      rowOf([
        ...osTurns.slice(0, 3),
        ...Array.from({ length: 8 }, (_, index) => [
          gpt(`Think: So.\n\nAct: bash\n\n\`\`\`bash\nls ${index}\n\`\`\``, { loss: true }),
          human('The output of the OS is empty.'),
        ]).flat(),
      ]),
      ['step-limit null'],
    ],
  ] as const) {
    it(`finds in ${what}: ${expected.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(rules(row), expected);
    });
  }

  it('reads the errors of MySQL', () => {
    const turns = [
      human('Action: Operation'),
      gpt('Ok.', { loss: false }),
      human('How many?'),
      gpt('Action: Operation\n```sql\nSELECT x\n```', { loss: true }),
      human("1054 (42S22): Unknown column 'x' in 'field list'"),
    ];
    assert.deepEqual(rules(rowOf(turns, {}, 'recorded', 'db_1')), ['environment-error 4']);
  });

  it('counts by rule and by model, with rows to look at', () => {
    const counter = new ErrorCounter();
    for (const [id, model] of [
      ['os_1', 'a'],
      ['os_2', 'a'],
      ['os_3', 'b'],
    ] as const) {
      const row = rowOf(id === 'os_2' ? osTurns : [...again.slice(0, 7), ...again.slice(5)], { model }, 'recorded', id);
      counter.add(row, runErrors(row, options));
    }
    assert.deepEqual(counter.lines(), [
      { rule: 'repeated-action', model: 'a', rows: 1, of: 2, times: 2, examples: ['os_1'] },
      { rule: 'repeated-action', model: 'b', rows: 1, of: 1, times: 2, examples: ['os_3'] },
    ]);
  });
});
