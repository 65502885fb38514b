import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../../src/agent/errors';
import type { TaskResult } from '../../../src/agent/evaluation';
import { readSuite } from '../../../src/runtime/evaluation/readSuite';
import { reportOf } from '../../../src/runtime/evaluation/report';
import type { Results } from '../../../src/runtime/evaluation/resultFile';
import { startEvaluation, type EvaluationRequest } from '../../../src/runtime/evaluation/startEvaluation';
import { startFakeEndpoint, type FakeScript } from '../../fakeEndpoint';
import { sharedText } from '../../sharedData';
import { processesWith } from '../shell/shells';
import { hostState, never, skipWithoutRootView } from './hosts';
import { referencePlayer } from './referencePlayer';

const scripts = path.resolve('test/runtime/evaluation/scripts');
const osSuite = path.resolve('test/runtime/evaluation/suites/machine.agentlm-suite.json');
const databaseSuite = path.resolve('test/runtime/evaluation/suites/shop.agentlm-suite.json');

const bash = (command: string): string => `Think: go on\n\nAct: bash\n\n\`\`\`bash\n${command}\n\`\`\``;
const says = (text: string): string => `Think: I know.\n\nAct: answer(${text})`;
const sql = (text: string): string => `I look.\nAction: Operation\n\`\`\`sql\n${text}\n\`\`\``;
const values = (text: string): string => `I know.\nAction: Answer\nFinal Answer: ${text}`;

type Wishes = Partial<Omit<EvaluationRequest, 'suite' | 'endpoint'>> & {
  kind: 'os' | 'db';
  place: string;
  signal?: AbortSignal;
  onResult?: (result: TaskResult) => void;
};

/** Evaluates with an endpoint that says what the script says. */
async function evaluateWith(
  script: FakeScript,
  { kind, place, signal = never, onResult = () => {}, ...wishes }: Wishes,
): Promise<Results & { readonly faults: number; readonly url: string }> {
  const endpoint = await startFakeEndpoint(script);
  let faults = 0;
  try {
    const results = await startEvaluation(
      {
        suite: { kind, place, scripts: kind === 'os' && place.endsWith('dev.json') ? scripts : undefined },
        endpoint: { baseUrl: endpoint.url, patienceMs: 0 },
        rules: 'old',
        concurrency: 2,
        retries: 0,
        machine: {
          network: false,
          writeLimitBytes: 256 * 1024 * 1024,
          commandTimeoutMs: 30_000,
          scriptTimeoutMs: 30_000,
        },
        database: { statementTimeoutMs: 10_000, sqlWorker: path.resolve('dist/sqlWorker.js') },
        ...wishes,
      },
      signal,
      {
        suite: (suite) => (faults = suite.faults.length),
        event: (event) => {
          if (event.type === 'result') onResult(event);
        },
      },
    );
    return { ...results, faults, url: endpoint.url };
  } finally {
    await endpoint.close();
  }
}

const passedOf = ({ results }: Results): Record<string, boolean> =>
  Object.fromEntries(results.map(({ task, passed }) => [task, passed]));
const failuresOf = ({ results }: Results): string[] =>
  results.filter(({ passed }) => !passed).map(({ task, detail }) => `${task}: ${detail}`);

describe('An evaluation', function () {
  this.timeout(120_000);
  let folder: string;
  const systemFolder = process.env['TMPDIR'];
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-eval-'));
    process.env['TMPDIR'] = folder;
  });
  afterEach(() => {
    if (systemFolder === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = systemFolder;
    const left = readdirSync(folder).filter((name) => !name.endsWith('.jsonl') && !name.startsWith('node-compile'));
    rmSync(folder, { recursive: true, force: true });
    assert.deepEqual(left, [], 'nothing is left behind');
  });

  const player = async (kind: 'os' | 'db', place: string) => {
    const { problems } = await readSuite({ kind, place, scripts: place.endsWith('dev.json') ? scripts : undefined });
    return referencePlayer(problems);
  };

  describe('of a database suite', () => {
    it('gives all points to a model that plays the references, by every kind of check', async () => {
      const results = await evaluateWith(await player('db', databaseSuite), { kind: 'db', place: databaseSuite });
      assert.deepEqual(failuresOf(results), []);
      assert.equal(reportOf(results).score, 100);
    });

    it('gives all points on the 60 published tasks, the hashes of the changing ones included', async function () {
      sharedText(this, 'agentbench/db/dev.jsonl');
      const place = path.resolve('../shared/data/agentbench/db/dev.jsonl');
      const results = await evaluateWith(await player('db', place), { kind: 'db', place });
      assert.deepEqual(failuresOf(results), []);
      const { score, total, categories } = reportOf(results);
      assert.deepEqual([score, total, categories['INSERT']?.passed, categories['UPDATE']?.passed], [100, 60, 20, 20]);
    });

    it('gives none to a model that answers nonsense', async function () {
      sharedText(this, 'agentbench/db/dev.jsonl');
      const place = path.resolve('../shared/data/agentbench/db/dev.jsonl');
      const results = await evaluateWith(() => values('["nonsense"]'), { kind: 'db', place });
      const { score, passed, outcomes } = reportOf(results);
      assert.deepEqual([score, passed, outcomes.completed], [0, 0, 60]);
    });

    it('asks in the words of the suite, and shows results as they are', async () => {
      const asked: string[] = [];
      const replies = [sql('SELECT name FROM product ORDER BY price DESC LIMIT 1'), values('["Lamp"]')];
      const { results } = await evaluateWith(
        ({ prompt }, index) => {
          asked.push(prompt);
          return replies[index] ?? '';
        },
        { kind: 'db', place: databaseSuite, limit: 1, concurrency: 1 },
      );
      assert.match(
        asked[0] ?? '',
        /The name of this table is product, and the headers of this table are name,price,stock\. \[\/INST\]$/,
      );
      assert.match(asked[1] ?? '', /\[INST\] \[\('Lamp',\)\] \[\/INST\]$/);
      assert.deepEqual(
        results.map(({ passed, steps, answer, expected }) => ({ passed, steps, answer, expected })),
        [{ passed: true, steps: 2, answer: ['Lamp'], expected: 'Lamp' }],
      );
    });

    it('judges what was done, by the old rules also where the model did not come to an end', async () => {
      const change = sql("UPDATE product SET stock = '9' WHERE name = 'Chair'");
      const script: FakeScript = ({ prompt }) => (prompt.includes("WHERE name = 'Chair'") ? 'I am done now.' : change);
      const wishes = { kind: 'db', place: databaseSuite, concurrency: 1 } as const;
      const old = await evaluateWith(script, wishes);
      const newer = await evaluateWith(script, { ...wishes, rules: 'new' });
      assert.equal(passedOf(old)['restock'], true);
      assert.equal(passedOf(newer)['restock'], false);
      assert.ok(old.results.every(({ ending }) => ending === 'invalid-format'));
    });
  });

  describe('tells how a task ended', () => {
    const endings = async (script: FakeScript, wishes: Partial<Wishes> = {}) => {
      const { results } = await evaluateWith(script, { kind: 'db', place: databaseSuite, limit: 1, ...wishes });
      return results.map(({ ending, steps, outcome, detail }) => ({ ending, steps, outcome, detail }))[0];
    };

    it('without a word of the format', async () => {
      const found = await endings(() => 'I would say it is the lamp.');
      assert.deepEqual(found, { ending: 'invalid-format', steps: 1, outcome: 'malformed', detail: null });
    });

    it('with an action that does not exist', async () => {
      assert.equal((await endings(() => 'Hm.\nAction: Dance\n'))?.ending, 'invalid-action');
    });

    it('at the step limit', async () => {
      const found = await endings(() => sql('SELECT 1'));
      assert.deepEqual(found, { ending: 'step-limit', steps: 15, outcome: 'step-limit', detail: null });
    });

    it('where the window was too small', async () => {
      const small = { status: 400, body: { error: { message: "This model's maximum context length is 200 tokens" } } };
      const found = await endings(() => small);
      assert.equal(found?.ending, 'context-limit');
      assert.match(found?.detail ?? '', /window|room/);
    });

    it('where the endpoint failed', async () => {
      const found = await endings(() => ({ status: 500, body: { error: { message: 'CUDA error' } } }));
      assert.equal(found?.ending, 'error');
      assert.match(found?.detail ?? '', /CUDA error/);
    });
  });

  describe('that meets trouble', () => {
    it('begins an attempt again that failed through the endpoint, and never one that failed by itself', async () => {
      let failures = 1;
      const { results } = await evaluateWith(
        () => (failures-- > 0 ? { text: 'I lo', ending: 'reset' } : values('["Lamp"]')),
        { kind: 'db', place: databaseSuite, limit: 1, retries: 2 },
      );
      assert.deepEqual(
        results.map(({ passed, retries }) => [passed, retries]),
        [[true, 1]],
      );
      let asked = 0;
      await evaluateWith(() => ((asked += 1), values('["wrong"]')), {
        kind: 'db',
        place: databaseSuite,
        limit: 1,
        retries: 2,
      });
      assert.equal(asked, 1);
    });

    it('gives up when nothing works any more, keeps what was done, and goes on from there', async () => {
      const out = path.join(folder, 'out.jsonl');
      const place = path.join(folder, 'many.jsonl');
      const table = { table_name: 't', table_info: { columns: [{ name: 'a' }], rows: [['1']] } };
      const task = { description: 'Q?', type: ['other'], table, label: ['1'] };
      writeFileSync(place, Array.from({ length: 20 }, () => JSON.stringify(task)).join('\n'));
      let working = true;
      let asked = 0;
      const script: FakeScript = () => {
        if (++asked > 5 && working) return { status: 500, body: { error: 'Out of memory' } };
        return values('[1]');
      };
      const wishes = { kind: 'db', place, out, concurrency: 1 } as const;
      await assert.rejects(
        evaluateWith(script, wishes),
        (error) => UserError.is(error) && error.code === 'evaluation.surrender',
      );
      working = false;
      const results = await evaluateWith(script, { ...wishes, resume: true });
      assert.equal(asked, 5 + 6 + 15, 'only what failed and what was missing was asked again');
      assert.deepEqual([reportOf(results).passed, results.results.length], [20, 20]);
    });

    it('leaves nothing when it is stopped, and tells the reason', async () => {
      const stopping = new AbortController();
      const stopped = evaluateWith(() => ({ text: 'I think', ending: 'stall' }), {
        kind: 'db',
        place: databaseSuite,
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(1500)]),
      });
      await assert.rejects(stopped, { name: 'TimeoutError' });
    });

    it('says so before anything runs when the results exist or are of other settings', async () => {
      const out = path.join(folder, 'out.jsonl');
      const wishes = { kind: 'db', place: databaseSuite, limit: 1, out } as const;
      const lamp: FakeScript = () => values('["Lamp"]');
      await evaluateWith(lamp, wishes);
      const known = readFileSync(out, 'utf8');
      await assert.rejects(evaluateWith(lamp, wishes), { code: 'evaluation.resultsExist' });
      await assert.rejects(evaluateWith(lamp, { ...wishes, resume: true, rules: 'new' }), (error) => {
        assert.ok(UserError.is(error));
        assert.match(error.message, /rules was old and is new/);
        return true;
      });
      assert.equal(readFileSync(out, 'utf8'), known);
    });

    it('goes on after a line that was not written to its end', async () => {
      const out = path.join(folder, 'out.jsonl');
      const wishes = { kind: 'db', place: databaseSuite, out } as const;
      const play = await player('db', databaseSuite);
      const whole = await evaluateWith(play, wishes);
      const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
      writeFileSync(out, `${lines.slice(0, 3).join('\n')}\n${lines[3]?.slice(0, 40)}`);
      const again = await evaluateWith(play, { ...wishes, resume: true });
      assert.deepEqual(
        again.results.map(({ task, passed }) => [task, passed]),
        whole.results.map(({ task, passed }) => [task, passed]),
      );
      const tasks = readFileSync(out, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as TaskResult).index);
      assert.deepEqual(tasks, [undefined, ...whole.results.map(({ index }) => index)]);
    });
  });

  it('gives each database task a copy of its file, which stays as it was', async () => {
    const given = path.join(folder, 'given');
    const file = path.join(given, 'stock.csv');
    const place = path.join(given, 'own.agentlm-suite.json');
    mkdirSync(given);
    writeFileSync(file, 'name,stock\nChair,1\nLamp,3\n');
    const task = {
      task: 'There are 9 chairs now.',
      check: { tableHash: 'reference' },
      reference: "UPDATE stock SET stock = 9 WHERE name = 'Chair'",
    };
    const suite = { kind: 'db', database: 'stock.csv', tasks: [task, { ...task, task: 'Nine chairs.' }] };
    writeFileSync(place, JSON.stringify(suite));
    const results = await evaluateWith(await player('db', place), { kind: 'db', place });
    assert.deepEqual(failuresOf(results), []);
    assert.equal(readFileSync(file, 'utf8'), 'name,stock\nChair,1\nLamp,3\n');
    rmSync(given, { recursive: true });
  });

  it('repeats each task with a seed of its own', async () => {
    const seeds: unknown[] = [];
    const { results, setting } = await evaluateWith(
      ({ body }) => {
        seeds.push(body?.['seed']);
        return values(seeds.length % 2 === 0 ? '["Lamp"]' : '["Chair"]');
      },
      { kind: 'db', place: databaseSuite, limit: 1, concurrency: 1, repeat: 4, seed: 10, temperature: 0.7 },
    );
    assert.deepEqual(seeds, [10, 11, 12, 13]);
    assert.deepEqual(reportOf({ setting, results }).passAt['1'], 50);
    assert.equal(reportOf({ setting, results }).passAt['4'], 100);
  });

  it('takes a shard of the tasks, and all shards together are all of them', async () => {
    const play = await player('db', databaseSuite);
    const parts: string[][] = [];
    for (const index of [1, 2, 3]) {
      const { results } = await evaluateWith(play, { kind: 'db', place: databaseSuite, shard: { index, count: 3 } });
      parts.push(results.map(({ task }) => task));
    }
    const { problems } = await readSuite({ kind: 'db', place: databaseSuite });
    assert.deepEqual(parts.flat().sort(), problems.map(({ id }) => id).sort());
  });

  describe('of an OS suite', () => {
    before(async function () {
      await skipWithoutRootView(this);
    });

    it('gives all points to a model that plays the references, by every kind of check, and the host stays as it was', async () => {
      const before = hostState();
      const results = await evaluateWith(await player('os', osSuite), { kind: 'os', place: osSuite });
      assert.deepEqual(failuresOf(results), []);
      assert.deepEqual(hostState(), before);
      assert.deepEqual(processesWith('sleep 1001'), []);
    });

    it('gives none to a model that answers nonsense', async () => {
      const results = await evaluateWith(() => says('nonsense'), { kind: 'os', place: osSuite });
      assert.deepEqual(Object.values(passedOf(results)), Array(results.results.length).fill(false));
    });

    it('gives each task a copy of its folder, without its suites, and the folder stays as it was', async () => {
      const given = path.join(folder, 'given');
      mkdirSync(path.join(given, 'sub'), { recursive: true });
      writeFileSync(path.join(given, 'sub/run.sh'), 'echo ran', { mode: 0o755 });
      symlinkSync('/etc/shadow', path.join(given, 'link'));
      const task = { task: 'Run it.', check: { scripts: ['test "$(cat done)" = ran && ! ls *.json'] } };
      const place = path.join(given, 'own.agentlm-suite.json');
      writeFileSync(place, JSON.stringify({ kind: 'os', folder: '.', tasks: [task, { ...task, task: 'Again.' }] }));
      const results = await evaluateWith(
        ({ prompt }) =>
          /output of the OS[^]*\[\/INST\]$/.test(prompt.split('new OS').at(-1) ?? '')
            ? 'Think: d\n\nAct: finish'
            : bash('pwd; test -e done; echo $?; sub/run.sh >done'),
        { kind: 'os', place },
      );
      assert.deepEqual(failuresOf(results), []);
      for (const { turns } of results.results) assert.match(turns.at(-2)?.value ?? '', /\/workspace\n1\n/);
      assert.deepEqual(readdirSync(given).sort(), ['link', 'own.agentlm-suite.json', 'sub']);
      rmSync(given, { recursive: true });
    });

    it('gives all points on the 26 published tasks but one that nobody can pass, and the host stays as it was', async function () {
      sharedText(this, 'agentbench/os/dev.json');
      if (process.getuid?.() !== 0) this.skip();
      const place = path.resolve('../shared/data/agentbench/os/dev.json');
      const before = hostState();
      const results = await evaluateWith(await player('os', place), { kind: 'os', place });
      assert.equal(results.results.length, 26);
      assert.deepEqual(failuresOf(results), [
        // Its reference is du -h, which prints 4.0K; its judge is size-match.py, which reads whole numbers only.
        'dev-8: Check 2 exited with 1. The reference printed: 4.0K',
      ]);
      assert.deepEqual(hostState(), before);
      assert.ok(!existsSync('/usr/stock.log'));
    });

    it('has a shell that is its own: state stays, what the start script began is there, exit loses nothing', async () => {
      const replies = [
        bash('cd /tmp; x=7; pgrep -f "sleep 1001" >/dev/null && echo runs'),
        bash('exit'),
        bash('pwd; cat /marker'),
      ];
      const { results } = await evaluateWith((_, index) => replies[index] ?? says('x'), {
        kind: 'os',
        place: osSuite,
        limit: 1,
        concurrency: 1,
      });
      const observations = results[0]?.turns.filter(({ from }) => from === 'human').map(({ value }) => value) ?? [];
      assert.match(observations.at(-3) ?? '', /runs\n\S+:\/tmp#$/);
      assert.match(observations.at(-1) ?? '', /\/tmp\nmade by init\n\S+:\/tmp#$/);
    });
  });
});
