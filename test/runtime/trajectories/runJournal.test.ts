import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gpt, human } from '../../../src/agent/conversation';
import { UserError } from '../../../src/agent/errors';
import type { AgentEvent } from '../../../src/agent/events';
import type { RunHeader } from '../../../src/agent/runRecord';
import { unstarted } from '../../../src/agent/session';
import { deleteRun, reviewRun, listRuns, pruneRuns, readRun } from '../../../src/runtime/trajectories/runHistory';
import { openJournal } from '../../../src/runtime/trajectories/runJournal';

describe('The journal of a run', () => {
  let folder: string;
  beforeEach(() => (folder = path.join(mkdtempSync(path.join(tmpdir(), 'agentlm-journal-')), 'runs')));
  afterEach(() => rmSync(path.dirname(folder), { recursive: true }));

  const header: RunHeader = {
    version: 1,
    kind: 'os',
    problem: 'Count.\n“数”',
    place: '/tmp',
    askedAt: 1000,
    product: '0.1.0',
  };
  const started: AgentEvent = {
    type: 'started',
    id: 'os_1',
    kind: 'os',
    problem: header.problem,
    model: 'agentlm-7b',
    stepLimit: 8,
  };
  const fail = (error: UserError): never => assert.fail(error.message);
  const eventsOf = async (id = 'os_1') => (await readRun(folder, id))?.events.map(({ event }) => event);

  async function keep(events: readonly AgentEvent[], { askedAt = 1000 } = {}): Promise<void> {
    const journal = openJournal(folder, { ...header, askedAt }, fail);
    for (const event of events) journal.hear(event);
    await journal.flush();
  }

  it('gives back what was heard, the pieces of a reply as one', async () => {
    const events: AgentEvent[] = [
      started,
      { type: 'turn', turn: human('Count.') },
      { type: 'delta', text: 'Think: ' },
      { type: 'delta', text: 'I count.' },
      { type: 'turn', turn: gpt('Think: I count.', { loss: true }) },
      unstarted(new AbortController().signal),
    ];
    await keep(events);
    const expected = [...events.slice(0, 2), { type: 'delta', text: 'Think: I count.' }, ...events.slice(4)];
    assert.deepEqual(await eventsOf(), expected);
    const record = await readRun(folder, 'os_1');
    assert.deepEqual([record?.header, record?.review.verdict], [header, 'undecided']);
  });

  it('keeps an error as the sentence that it was, in any language, and a bug as what it said', async () => {
    const error = new UserError('endpoint.unreachable', 'No server answers at {0}.', ['http://gpu']);
    await keep([
      started,
      { type: 'notice', notice: { code: 'waiting', reason: error, waitMs: 5, attempt: 1 } },
      { type: 'failure', error: new TypeError('x is undefined') },
    ]);
    const [, waiting, failure] = (await eventsOf()) ?? [];
    assert.ok(waiting?.type === 'notice' && waiting.notice.code === 'waiting');
    const { reason } = waiting.notice;
    assert.ok(UserError.is(reason));
    assert.deepEqual([reason.code, reason.template, reason.values], [error.code, error.template, error.values]);
    assert.ok(failure?.type === 'failure' && failure.error instanceof Error && !UserError.is(failure.error));
    assert.equal(failure.error.message, 'x is undefined');
  });

  it('makes no file of a run that never started', async () => {
    await keep([{ type: 'failure', error: new Error('no') }]);
    assert.deepEqual(await listRuns(folder), []);
  });

  it('is for the user alone', async () => {
    await keep([started]);
    assert.equal(statSync(path.join(folder, 'os_1.trajectory.jsonl')).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
  });

  it('remembers what a person said of the run, also long afterwards', async () => {
    const journal = openJournal(folder, header, fail);
    journal.hear(started);
    await journal.flush();
    const verdictNow = async () => (await readRun(folder, 'os_1'))?.review.verdict;
    journal.review({ type: 'verdict', verdict: 'accepted' });
    journal.review({ type: 'verdict', verdict: 'rejected' });
    await journal.flush();
    assert.equal(await verdictNow(), 'rejected');
    await reviewRun(folder, 'os_1', { type: 'verdict', verdict: 'accepted' });
    assert.equal(await verdictNow(), 'accepted');
    await assert.rejects(reviewRun(folder, 'os_2', { type: 'verdict', verdict: 'accepted' }), {
      code: 'history.review',
    });
  });

  it('survives a line that was cut short, and files that are no runs', async () => {
    await keep([started, { type: 'turn', turn: human('Count.') }]);
    appendFileSync(path.join(folder, 'os_1.trajectory.jsonl'), '{"run":"os_1","at":5,"type":"tu');
    writeFileSync(path.join(folder, 'os_2.trajectory.jsonl'), '{"run":"os_2","type":"begun","version":7}\n');
    writeFileSync(path.join(folder, 'os_3.trajectory.jsonl'), '\u0000\u0000');
    writeFileSync(path.join(folder, 'notes.txt'), 'x');
    assert.equal((await eventsOf())?.length, 2);
    assert.equal(await readRun(folder, 'os_2'), undefined);
    assert.deepEqual(
      (await listRuns(folder)).map(({ id }) => id),
      ['os_1'],
    );
  });

  it('loses no finished turn when its process is killed', async () => {
    const script = `
      const { openJournal } = require(${JSON.stringify(path.resolve('dist/runHistory.js'))});
      const journal = openJournal(${JSON.stringify(folder)}, ${JSON.stringify(header)}, (error) => { throw error; });
      journal.hear(${JSON.stringify(started)});
      journal.hear({ type: 'turn', turn: { from: 'human', loss: null, value: 'Count.' } });
      journal.flush().then(() => { journal.hear({ type: 'delta', text: 'Thi' }); console.log('ready'); setInterval(() => {}, 1000); });
    `;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.deepEqual(await eventsOf(), [started, { type: 'turn', turn: human('Count.') }]);
  });

  it('says once that it cannot be written, and lets the run go on', async () => {
    writeFileSync(folder, 'a file where the folder should be');
    const failures: UserError[] = [];
    const journal = openJournal(folder, header, (error) => failures.push(error));
    journal.hear(started);
    await journal.flush();
    journal.hear({ type: 'turn', turn: human('Count.') });
    await journal.flush();
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['history.failed'],
    );
    assert.equal(readFileSync(folder, 'utf8'), 'a file where the folder should be');
  });

  it('lists the last run first, and forgets the oldest and those that are deleted', async () => {
    for (const [index, id] of ['os_a', 'os_b', 'os_c', 'os_d'].entries()) {
      await keep([{ ...started, id }], { askedAt: index * 10 });
    }
    await pruneRuns(folder, 3);
    await deleteRun(folder, 'os_c');
    await deleteRun(folder, 'os_c');
    assert.deepEqual(
      (await listRuns(folder)).map(({ id }) => id),
      ['os_d', 'os_b'],
    );
    assert.equal(readdirSync(folder).length, 2);
    await assert.rejects(deleteRun(folder, '../os_d'), /not the id/);
  });

  it('takes what is heard while it writes', async () => {
    const journal = openJournal(folder, header, fail);
    journal.hear(started);
    const written = journal.flush();
    for (let step = 1; step <= 50; step++) {
      journal.hear({ type: 'step', step, limit: 50 });
      if (step % 10 === 0) await Promise.resolve();
    }
    await written;
    await journal.flush();
    assert.equal((await eventsOf())?.length, 51);
  });
});
