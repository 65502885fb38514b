import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gpt, human, type Turn } from '../../src/agent/conversation';
import type { Evaluated } from '../../src/agent/evaluatedRun';
import { TrajectoryRecorder, obstacles } from '../../src/agent/trajectory';
import { isTestTask } from '../../src/agent/testTask';
import { checkCandidate } from '../../src/composition/candidateCheck';
import { evaluatedRun } from '../../src/composition/evaluatedRuns';
import { storageIn, runStore, trainingExporter } from '../../src/composition/storage';
import { History } from '../../src/vscode/runs/history';
import { Runs } from '../../src/vscode/runs/runs';
import type { Settings } from '../../src/vscode/settings';
import { osTurns } from '../dataset/rows';
import { resultOf, settingOf } from '../runtime/evaluation/results';

const product = '0.1.0';
const attempt = (some: Partial<Evaluated['result']> = {}): Evaluated => ({
  setting: settingOf({ suite: 'os dev: 26' }),
  result: resultOf({ answer: '3', turns: osTurns, ...some }),
});

describe('An attempt at a task of a suite', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'))));
  afterEach(() => rm(folder, { recursive: true }));

  function openHistory(recording: boolean, kept = 0): History {
    const settings = { get: () => kept } as unknown as Settings;
    const log = { error: assert.fail } as never;
    const runs = new Runs(() => Promise.reject(new Error('Nothing starts here.')));
    return new History(runs, runStore(storageIn(folder)), settings, { on: recording }, product, log, {} as never);
  }

  it('becomes a run that says what the model said and did', () => {
    const { id, record } = evaluatedRun(attempt(), product);
    assert.match(id, /^os_test_os-dev-26-dev-0_[\da-f]{12}$/);
    assert.equal(record.header.problem, 'How many lamps are there?');
    const recorder = new TrajectoryRecorder();
    for (const { event } of record.events) recorder.hear(event);
    const { trajectory } = recorder;
    assert.ok(trajectory);
    assert.deepEqual(trajectory.turns, osTurns);
    assert.deepEqual(obstacles(trajectory), []);
    const told = record.events.flatMap(({ event }) => {
      if (event.type === 'action') return [`${event.step} ${event.kind} ${event.text}`];
      return event.type === 'observation' ? [`${event.step} ${event.text}`] : [];
    });
    assert.deepEqual(told, ['1 bash ls lamps | wc -l', '1 The output of the OS:\n\n3', '2 answer 3']);
  });

  it('begins with its first reply, also where that held no action', () => {
    const turns: readonly Turn[] = [...osTurns.slice(0, 3), gpt('I do not know.', { loss: false })];
    const { record } = evaluatedRun(attempt({ turns, outcome: 'malformed', steps: 1 }), product);
    const types = record.events.map(({ event }) => event.type);
    assert.deepEqual(types, ['started', 'turn', 'turn', 'turn', 'step', 'turn', 'notice', 'finished']);
  });

  it('of a database is a run as well', () => {
    const turns = [
      human('You answer questions.\n\nAction: Operation'),
      gpt('Ok.', { loss: false }),
      human('How many chairs?\nThe name of this table is product, and the headers of this table are name,stock.'),
      gpt('I know.\nAction: Answer\nFinal Answer: ["4"]', { loss: true }),
    ];
    const setting = settingOf({ kind: 'db' });
    const { id, record } = evaluatedRun({ setting, result: resultOf({ turns, answer: ['4'] }) }, product);
    assert.match(id, /^db_test_/);
    assert.match(record.header.problem, /^How many chairs\?/);
  });

  it('is the same run whenever it is accepted, and another one when the model said something else', () => {
    const idOf = (evaluated: Evaluated): string => evaluatedRun(evaluated, product).id;
    assert.equal(idOf(attempt()), idOf(attempt()));
    assert.notEqual(idOf(attempt()), idOf(attempt({ turns: osTurns.slice(0, 4) })));
    assert.notEqual(idOf(attempt()), idOf({ ...attempt(), setting: settingOf({ model: 'other' }) }));
  });

  it('is kept once in the library, with its verdict as the reward, and can be opened again', async () => {
    const { id, record } = evaluatedRun(attempt({ passed: false }), product);
    const run = await openHistory(true).adopt(id, record);
    assert.equal(run.id, id);
    const file = path.join(folder, 'trajectories', `${id}.trajectory.jsonl`);
    const written = await readFile(file, 'utf8');
    const again = await openHistory(true).adopt(id, record);
    assert.equal(await readFile(file, 'utf8'), written);
    assert.deepEqual(again.trajectory, run.trajectory);
    assert.equal(again.review.reward, 0);
  });

  it('leaves nothing on the disk where nothing is kept, and can be looked at all the same', async () => {
    const { id, record } = evaluatedRun(attempt(), product);
    const run = await openHistory(false).adopt(id, record);
    assert.deepEqual(run.trajectory?.turns, osTurns);
    assert.equal(await openHistory(false).open(id), undefined);
  });

  it('is warned of: before it is accepted, and in every export, by its id', async () => {
    const { id, record } = evaluatedRun(attempt(), product);
    assert.ok(isTestTask(id));
    assert.ok(!isTestTask('os_12') && !isTestTask('os_test_0'));
    const candidate = { dialogue: { id, conversations: osTurns }, corrections: [], review: { replaced: [], kept: [] } };
    const { problems } = await checkCandidate(candidate, []);
    assert.deepEqual(
      problems.map(({ code, blocks }) => [code, blocks]),
      [['test-task', false]],
    );
    await openHistory(true).adopt(id, record);
    await runStore(storageIn(folder)).review(id, { type: 'verdict', verdict: 'accepted' });
    const preview = await trainingExporter(storageIn(folder)).preview(
      { format: 'axolotl', files: undefined, learnGiven: false },
      new AbortController().signal,
    );
    assert.deepEqual([preview.rows, preview.testRows], [1, 1]);
  });
});
