import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { proposalText, type Proposal } from '../../../src/agent/proposal';
import { readSuite } from '../../../src/runtime/evaluation/readSuite';
import type { Drafts } from '../../../src/runtime/proposals/draftTasks';
import { proposeTasks, type ProposeRequest } from '../../../src/runtime/proposals/proposeTasks';
import { startFakeEndpoint, type FakeScript } from '../../fakeEndpoint';
import { skipWithoutRootView } from '../evaluation/hosts';

const os = (text: string, reference: string, check?: string): Proposal => ({
  kind: 'os',
  text,
  reference,
  ...(check !== undefined && { check }),
});
const db = (text: string, reference: string): Proposal => ({ kind: 'db', text, reference });
const say = (...proposals: Proposal[]): string => proposals.map(proposalText).join('\n\n');

describe('Proposing tasks', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-propose-'));
    writeFileSync(path.join(folder, 'stock.csv'), 'name,stock\nChair,1\nLamp,3\nSofa,3\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const suiteFile = () => path.join(folder, 'own.agentlm-suite.json');
  const read = (): { tasks: Record<string, unknown>[] } => JSON.parse(readFileSync(suiteFile(), 'utf8'));

  async function propose(
    script: FakeScript,
    wishes: Partial<ProposeRequest> & {
      readonly mayTry?: (drafts: Drafts) => boolean;
      readonly signal?: AbortSignal;
    } = {},
  ) {
    const endpoint = await startFakeEndpoint(script);
    const { mayTry = () => true, signal = new AbortController().signal, ...changed } = wishes;
    try {
      const request: ProposeRequest = {
        kind: 'db',
        place: path.join(folder, 'stock.csv'),
        file: suiteFile(),
        count: 4,
        endpoint: { baseUrl: endpoint.url, patienceMs: 0 },
        machine: { image: undefined, engine: undefined, network: false, writeLimitBytes: 64 * 1024 ** 2 },
        scriptTimeoutMs: 2000,
        database: { statementTimeoutMs: 10_000, sqlWorker: path.resolve('dist/sqlWorker.js') },
        ...changed,
      };
      const surface = { drafted: () => {}, mayTry: async (drafts: Drafts) => mayTry(drafts), tried: () => {} };
      const proposed = await proposeTasks(request, surface, signal);
      return { proposed, prompts: endpoint.completions.map(({ prompt }) => prompt) };
    } finally {
      await endpoint.close();
    }
  }

  const reasons = (result: Awaited<ReturnType<typeof propose>>): string[] =>
    result.proposed?.refused.map(({ proposal, reason }) => `${proposal.text}: ${reason.code}`) ?? [];

  it('adds what can be done and judged to a suite that the evaluation reads, and says why the rest is left out', async () => {
    const result = await propose(
      [
        say(
          db('How many lamps are in stock?', "SELECT stock FROM stock WHERE name = 'Lamp'"),
          db('Set the stock of sofas to nine.', "UPDATE stock SET stock = 9 WHERE name = 'Sofa'"),
          db('Which colour does the chair have?', "SELECT colour FROM stock WHERE name = 'Chair'"),
          db('Remove whatever costs nothing today.', "DELETE FROM stock WHERE name = 'Nothing'"),
        ),
        say(
          db('Throw the whole table away now.', 'DROP TABLE stock'),
          db('Show everything that there is here.', 'SELECT * FROM stock'),
          db('Give a number by pure chance.', 'SELECT RAND()'),
          db('Name the tables made of wood.', "SELECT name FROM stock WHERE name = 'Table'"),
        ),
      ],
      { count: 8 },
    );
    assert.equal(result.proposed?.added, 2);
    assert.deepEqual(reasons(result), [
      'Which colour does the chair have?: proposal.statementFails',
      'Remove whatever costs nothing today.: proposal.passesBefore',
      'Throw the whole table away now.: proposal.statement',
      'Show everything that there is here.: proposal.answer',
      'Give a number by pure chance.: proposal.check',
      'Name the tables made of wood.: proposal.noAnswer',
    ]);
    const { problems, faults } = await readSuite({ kind: 'db', place: suiteFile() });
    assert.deepEqual(faults, []);
    assert.deepEqual(
      problems.map(({ id, category, check }) => [id, category, check]),
      [
        ['proposed-1', 'SELECT', { kind: 'answer', values: ['3'] }],
        ['proposed-2', 'UPDATE', { kind: 'hash', md5: undefined }],
      ],
    );
    assert.equal(readFileSync(path.join(folder, 'stock.csv'), 'utf8').split('\n')[3], 'Sofa,3');
  });

  it('shows the model what is there and some of its own tasks, and asks again for what is missing', async () => {
    const first = db('How many lamps are in stock?', "SELECT stock FROM stock WHERE name = 'Lamp'");
    const { prompts } = await propose(
      [say(first, first), say(first), say(db('Which is the first name?', 'SELECT MIN(name) FROM stock'))],
      { count: 2 },
    );
    assert.equal(prompts.length, 3, 'it says the same twice, and is asked again');
    assert.match(prompts[0] ?? '', /Table stock \(name, stock\), 3 rows.*Chair/);
    assert.match(prompts[0] ?? '', /Task: How many rows does the table stock have\?\nSQL:\n```sql\nSELECT COUNT/);
    assert.match(prompts[0] ?? '', /Write 2 more tasks/);
    assert.ok(!prompts[0]?.includes(first.text) && prompts[1]?.includes(first.text));
    assert.match(prompts[2] ?? '', /Write 1 more task,/);
  });

  it('keeps to what was there: tasks of the file stay as they are, are shown, and are not proposed again', async () => {
    const old = { id: 'mine', task: 'How many chairs are in stock?', check: { match: '1' }, reference: 'SELECT 1' };
    writeFileSync(suiteFile(), JSON.stringify({ name: 'own', kind: 'db', database: 'stock.csv', tasks: [old] }));
    const fresh = db('Which is the first name?', 'SELECT MIN(name) FROM stock');
    const { proposed, prompts } = await propose([say(db('How many chairs are in stock now?', 'SELECT 1'), fresh)], {
      count: 1,
    });
    assert.match(prompts[0] ?? '', /Task: How many chairs are in stock\?/);
    assert.deepEqual([proposed?.added, proposed?.drafts.repeated], [1, 1]);
    assert.deepEqual(
      read().tasks.map(({ id, task }) => [id, task]),
      [
        ['mine', old.task],
        ['proposed-1', fresh.text],
      ],
    );
  });

  it('gives up where a model only says the same, or nothing that is a task', async () => {
    const again = db('How many rows does the table stock have?', 'SELECT 3');
    const same = await propose(() => say(again));
    assert.deepEqual([same.proposed?.added, same.proposed?.drafts.repeated, same.prompts.length], [0, 3, 3]);
    await assert.rejects(
      propose(() => 'As a language model I cannot do that.\0‮```'),
      { code: 'proposal.none' },
    );
    assert.ok(!existsSync(suiteFile()));
  });

  it('stops listening to an endpoint that never stops talking', async () => {
    const { proposed } = await propose(
      () => ({
        text: `${say(db('Which is the first name?', 'SELECT MIN(name) FROM stock'))}\n${'and so on '.repeat(20_000)}`,
        chunkSize: 500,
      }),
      { count: 1 },
    );
    assert.equal(proposed?.added, 1);
  });

  it('keeps what an endpoint had proposed when it died', async () => {
    const { proposed } = await propose([
      say(db('Which is the first name?', 'SELECT MIN(name) FROM stock')),
      { fault: 'reset' },
    ]);
    assert.equal(proposed?.added, 1);
    assert.match(proposed?.drafts.failure?.code ?? '', /^endpoint\./);
    await assert.rejects(
      propose(() => ({ fault: 'reset' })),
      /./,
    );
  });

  it('writes characters that nobody sees as escapes, so that the file shows what it holds', async () => {
    const text = 'Which is the first name?‮ eman\u200b';
    await propose([say(db(text, 'SELECT MIN(name) FROM stock'))], { count: 1 });
    const json = readFileSync(suiteFile(), 'utf8');
    assert.ok(json.includes('\\u202e eman\\u200b') && !json.includes('‮'));
    assert.equal(read().tasks[0]?.['task'], text.trim());
  });

  it('runs nothing that was proposed, and writes nothing, when it may not', async () => {
    let shown: Drafts | undefined;
    const { proposed } = await propose([say(db('Which is the first name?', 'SELECT MIN(name) FROM stock'))], {
      count: 1,
      mayTry: (drafts) => ((shown = drafts), false),
    });
    assert.deepEqual([proposed, shown?.proposals.length], [undefined, 1]);
    assert.deepEqual(readdirSync(folder), ['stock.csv']);
  });

  for (const [what, file, content, code] of [
    ['has another name', 'own.json', undefined, 'proposal.fileName'],
    [
      'lies further down than what its tasks work on',
      'sub/own.agentlm-suite.json',
      undefined,
      'proposal.fileElsewhere',
    ],
    ['lies in a folder that is not there', 'none/own.agentlm-suite.json', undefined, 'proposal.fileUnreadable'],
    ['is no JSON', 'own.agentlm-suite.json', '{ "tasks": [', 'proposal.fileUnreadable'],
    ['has no tasks', 'own.agentlm-suite.json', '{ "kind": "db" }', 'proposal.fileUnreadable'],
    [
      'is of another kind',
      'own.agentlm-suite.json',
      '{ "kind": "os", "folder": ".", "tasks": [] }',
      'proposal.fileOfOthers',
    ],
    [
      'is of another place',
      'own.agentlm-suite.json',
      '{ "kind": "db", "database": "a.csv", "tasks": [] }',
      'proposal.fileOfOthers',
    ],
  ] as const) {
    it(`asks nobody where the file ${what}, and leaves it alone`, async () => {
      mkdirSync(path.join(folder, 'sub'));
      const place = path.join(folder, file);
      if (content !== undefined) writeFileSync(place, content);
      let asked = 0;
      await assert.rejects(
        propose(() => ((asked += 1), ''), { file: place }),
        { code },
      );
      assert.equal(asked, 0);
      if (content !== undefined) assert.equal(readFileSync(place, 'utf8'), content);
    });
  }

  it('leaves nothing when it is stopped', async () => {
    const stopping = new AbortController();
    await assert.rejects(
      propose(
        () => {
          stopping.abort(new Error('enough'));
          return { fault: 'hang' };
        },
        { signal: stopping.signal },
      ),
      /enough/,
    );
    assert.deepEqual(readdirSync(folder), ['stock.csv']);
  });

  describe('for a folder', () => {
    before(async function () {
      await skipWithoutRootView(this);
    });

    it('tries each out in a machine of its own, where the worst of them reaches nothing', async () => {
      const canary = path.join(folder, 'canary');
      writeFileSync(canary, 'alive');
      const result = await propose(
        [
          say(
            os('How many chairs are in stock?', 'grep -c Chair stock.csv'),
            os('Make a folder named reports here.', 'mkdir reports', 'test -d reports'),
            os('Make sure that stock.csv is there.', 'true', 'test -f stock.csv'),
            os('Tell the time to the nanosecond.', 'date +%N'),
          ),
          say(
            os('Wait until the cows come home.', 'sleep 60'),
            os('Build it with the usual tool.', 'no-such-tool', 'test -f built'),
            os('Break the check of this task.', 'true', 'if then'),
            os('Take the whole house down quickly.', `rm -rf ${folder} /workspace; echo gone`, 'test ! -e canary'),
          ),
        ],
        { kind: 'os', place: folder, count: 8 },
      );
      assert.deepEqual(reasons(result), [
        'Make sure that stock.csv is there.: proposal.passesBefore',
        'Tell the time to the nanosecond.: proposal.check',
        'Wait until the cows come home.: proposal.slow',
        'Build it with the usual tool.: proposal.solution',
        'Break the check of this task.: proposal.check',
      ]);
      assert.equal(readFileSync(canary, 'utf8'), 'alive');
      assert.deepEqual(readdirSync(folder).sort(), ['canary', 'own.agentlm-suite.json', 'stock.csv']);
      assert.deepEqual((await readSuite({ kind: 'os', place: suiteFile() })).faults, []);
    });

    it('is refused before anybody is asked where there is no sandbox', async () => {
      let asked = 0;
      const machine = { image: 'x', engine: ['/nowhere/podman'], network: false, writeLimitBytes: 1024 };
      await assert.rejects(
        propose(() => ((asked += 1), ''), { kind: 'os', place: folder, machine }),
        { code: 'evaluation.noMachine' },
      );
      assert.equal(asked, 0);
    });
  });
});
