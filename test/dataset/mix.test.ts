import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatDialogue, gpt, human, type Dialogue, type Turn } from '../../src/agent/conversation';
import { testTaskId } from '../../src/agent/testTask';
import { LeakCheck } from '../../src/dataset/leak';
import { repetitions, type Mix, type MixSettings } from '../../src/agent/trainingMix';
import { buildMix, type MixFiles } from '../../src/dataset/mix';
import { planMix, Sampler } from '../../src/dataset/mixture';
import { seededRandom } from '../../src/dataset/random';
import type { Row } from '../../src/dataset/row';
import { rowOf } from './rows';

const countTokens = (turns: readonly Turn[]): number => turns.length;

function rows(name: string, many: number): Row[] {
  return Array.from({ length: many }, (_, index) =>
    rowOf(
      [human(`${name} question number ${index} of all`), gpt('It is so.', { loss: true })],
      {},
      'agentinstruct',
      `${name}_${index}`,
    ),
  );
}

async function mix(
  settings: Partial<MixSettings>,
  sides: { agent: Row[]; general: Row[] },
  leakCheck = new LeakCheck(),
): Promise<Mix & { lines: string[]; heldOut: Dialogue[] }> {
  const placed: [string, number][] = [];
  const heldOut: Dialogue[] = [];
  const end = { finish: () => Promise.resolve(), discard: () => Promise.resolve() };
  const files: MixFiles = {
    async *rows(side) {
      yield* sides[side];
    },
    createMixture: () => Promise.resolve({ ...end, write: async (...line) => void placed.push(line) }),
    createValidation: () => Promise.resolve({ ...end, write: async (row) => void heldOut.push(row) }),
  };
  const result = await buildMix({ eta: 0.2, seed: 1, validation: 0, ...settings }, files, leakCheck, countTokens);
  return { ...result, lines: placed.toSorted(([, a], [, b]) => a - b).map(([line]) => line), heldOut };
}

describe('A mixture', () => {
  it('holds the share of agent rows that was asked for, to the row', async () => {
    const { plan, lines, tokens, splits } = await mix(
      { total: 100 },
      { agent: rows('db', 50), general: rows('chat', 500) },
    );
    assert.deepEqual([plan.agent, plan.general, lines.length], [20, 80, 100]);
    assert.deepEqual(tokens, { agent: 40, general: 160 });
    assert.deepEqual(splits, { db: 20, general: 80 });
    assert.equal(new Set(lines).size, 100);
    assert.deepEqual(repetitions(plan), []);
  });

  it('is as large as it can be with no row twice, unless a total is given', async () => {
    const { lines } = await mix({}, { agent: rows('os', 30), general: rows('chat', 1000) });
    assert.equal(lines.length, 150);
    assert.equal(new Set(lines).size, 150);
  });

  it('repeats all rows equally often, and warns when that is often', async () => {
    const { plan, lines } = await mix({ total: 500 }, { agent: rows('os', 10), general: rows('chat', 400) });
    const times = new Map<string, number>();
    for (const line of lines.filter((text) => text.includes('"os_'))) times.set(line, (times.get(line) ?? 0) + 1);
    assert.deepEqual(new Set(times.values()), new Set([10]));
    assert.deepEqual(repetitions(plan), [{ side: 'agent', repeats: 10, tooMany: true }]);
  });

  it('is the same for the same seed, and another for another', async () => {
    const sides = { agent: rows('os', 40), general: rows('chat', 200) };
    const [first, second, other] = [
      await mix({ total: 60 }, sides),
      await mix({ total: 60 }, sides),
      await mix({ total: 60, seed: 2 }, sides),
    ];
    assert.deepEqual(first.lines, second.lines);
    assert.notDeepEqual(first.lines, other.lines);
    const agents = first.lines.map((line) => line.includes('"os_'));
    assert.ok(agents.lastIndexOf(true) - agents.indexOf(true) > 20, 'the sides are shuffled among each other');
  });

  it('holds rows out for validation, by what they say, so that no copy stands on both sides', async () => {
    const agent = [...rows('os', 100), ...rows('os', 100)];
    const { lines, heldOut, validation } = await mix(
      { validation: 0.2, total: 300 },
      { agent, general: rows('chat', 300) },
    );
    const held = new Set(heldOut.map(formatDialogue));
    assert.equal(validation, heldOut.length);
    assert.ok(heldOut.length > 50 && heldOut.length < 150);
    assert.ok(lines.every((line) => !held.has(line)));
  });

  it('leaves out rows that hold a task of a suite, word for word or by half', async () => {
    const check = new LeakCheck();
    const task = 'Count all the red lamps in the cellar of the old house and tell me how many there are';
    assert.ok(check.addTask({ description: task }));
    assert.ok(check.addTask({ description: 'How old is Ada?' }));
    assert.ok(!check.addTask({ sql: 'x' }));
    const question = (id: string, text: string): Row =>
      rowOf([human(text), gpt('3', { loss: true })], {}, 'agentinstruct', id);
    const agent = [
      question('os_0', 'How many blue lamps are there in the new house?'),
      question('os_1', `Hello. ${task.toUpperCase()}!`),
      question('os_2', 'Please count all the red lamps in the cellar of the old house and paint them'),
      question('os_3', 'Tell me: how old is Ada?'),
    ];
    const { leaks, leftOut } = await mix({ eta: 0.5 }, { agent, general: rows('chat', 9) }, check);
    assert.deepEqual(
      leaks.map(({ id, share }) => [id, share === 1]),
      [
        ['os_1', true],
        ['os_2', false],
        ['os_3', true],
      ],
    );
    assert.equal(leftOut, 3);
  });

  it('counts the rows that were recorded on tasks of a suite', async () => {
    const [first, ...others] = rows('os', 3);
    assert.ok(first);
    const test = { ...first, dialogue: { ...first.dialogue, id: testTaskId('os', 'dev 7', '0123456789ab') } };
    const { testRows, leftOut } = await mix({}, { agent: [test, ...others], general: rows('chat', 12) });
    assert.deepEqual([testRows, leftOut], [1, 0]);
  });

  it('leaves out what no trainer can read', async () => {
    const broken = rowOf([gpt('I begin.', { loss: true })]);
    const { leftOut, plan } = await mix({}, { agent: [broken, ...rows('os', 2)], general: rows('chat', 8) });
    assert.deepEqual([leftOut, plan.agent], [1, 2]);
  });

  it('says so when a side is missing', async () => {
    await assert.rejects(mix({}, { agent: [], general: rows('chat', 8) }), { code: 'dataset.mix' });
  });

  it('draws exactly as many rows as are wanted, of any number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 0, max: 900 }),
        fc.string(),
        (available, wanted, seed) => {
          const sampler = new Sampler(available, wanted, seededRandom(seed));
          const times = Array.from({ length: available }, () => sampler.next());
          assert.equal(
            times.reduce((sum, one) => sum + one, 0),
            wanted,
          );
          assert.ok(Math.max(...times) - Math.min(...times) <= 1);
        },
      ),
    );
  });

  it('takes eta for what it is at its ends', () => {
    assert.deepEqual(pick(planMix({ agent: 5, general: 0 }, 1, undefined)), [5, 0]);
    assert.deepEqual(pick(planMix({ agent: 0, general: 7 }, 0, undefined)), [0, 7]);
  });
});

function pick({ agent, general }: { agent: number; general: number }): [number, number] {
  return [agent, general];
}
