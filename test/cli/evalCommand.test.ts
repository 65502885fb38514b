import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { formatDialogue, gpt, human, type Dialogue } from '../../src/agent/conversation';
import type { EvaluationReport, TaskResult } from '../../src/agent/evaluation';
import { readSuite } from '../../src/runtime/evaluation/readSuite';
import { startFakeEndpoint, type FakeEndpoint, type FakeScript } from '../fakeEndpoint';
import { referencePlayer } from '../runtime/evaluation/referencePlayer';
import { skipWithoutRootView } from '../runtime/evaluation/hosts';
import { processesWith } from '../runtime/shell/shells';

const cli = path.resolve('dist/cli.js');
const shop = path.resolve('test/runtime/evaluation/suites/shop.agentlm-suite.json');
const machine = path.resolve('test/runtime/evaluation/suites/machine.agentlm-suite.json');

const lastTurn = (prompt: string): string => prompt.slice(prompt.lastIndexOf('[INST]'));

describe('agentlm eval', function () {
  this.timeout(60_000);
  let folder: string;
  let endpoint: FakeEndpoint | undefined;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-evalcli-'))));
  afterEach(async () => {
    await endpoint?.close();
    endpoint = undefined;
    const left = readdirSync(folder).filter((name) => name.startsWith('agentlm-'));
    rmSync(folder, { recursive: true, force: true });
    assert.deepEqual(left, [], 'nothing is left among temporary files');
  });

  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [cli, 'eval', ...args], {
      env: { ...process.env, TMPDIR: folder, AGENTLM_ENDPOINT: endpoint?.url ?? '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve) => child.once('close', resolve)),
    ]);
    return { child, ended: ended.then(([stdout, stderr, code]) => ({ stdout, stderr, code })) };
  };
  const serve = async (script: FakeScript) => (endpoint = await startFakeEndpoint(script));
  const play = async (kind: 'os' | 'db', place: string) => referencePlayer((await readSuite({ kind, place })).problems);
  const lines = (stdout: string) =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as TaskResult | EvaluationReport);
  /** What of a results file does not depend on the time it took. */
  const essence = (file: string) =>
    lines(readFileSync(file, 'utf8')).map((line) =>
      line.type === 'result'
        ? [line.index, line.task, line.passed, line.ending, line.steps, line.answer, line.turns.length]
        : line.type,
    );

  const resultsIn = (file: string) =>
    lines(readFileSync(file, 'utf8')).filter((line): line is TaskResult => line.type === 'result');

  it('prints one result a line and the report last, and exits with 0 whatever the score', async () => {
    await serve(() => 'I would say it is the lamp.');
    const { stdout, stderr, code } = await start('db', '--suite', shop, '--json', '--price', '1,2').ended;
    assert.deepEqual([code, stderr], [0, '']);
    const all = lines(stdout);
    const report = all.pop();
    assert.ok(report?.type === 'report');
    assert.deepEqual(
      all.map(({ type }) => type),
      Array(4).fill('result'),
    );
    assert.deepEqual([report.suite, report.total, report.passed, report.score], ['shop', 4, 0, 0]);
    assert.equal(report.outcomes['invalid-format'], 4);
    assert.deepEqual(
      [typeof report.cost, typeof report.tokens.prompt, typeof report.time.total, report.averageSteps],
      ['number', 'number', 'number', 1],
    );
    for (const key of ['categories', 'interval', 'passAt']) assert.ok(key in report, key);
  });

  for (const [kind, suite] of [
    ['db', shop],
    ['os', machine],
  ] as const) {
    it(`gives the same results after kill -9 in the middle and --resume as without: ${kind}`, async function () {
      this.timeout(120_000);
      if (kind === 'os') await skipWithoutRootView(this);
      const whole = path.join(folder, 'whole.jsonl');
      const torn = path.join(folder, 'torn.jsonl');
      const reference = await play(kind, suite);
      let asked = 0;
      await serve((request) => ((asked += 1), reference(request)));
      assert.equal((await start(kind, '--suite', suite, '--out', whole).ended).code, 0);
      const ofWhole = asked;
      await endpoint?.close();

      asked = 0;
      let stuck: (() => void) | undefined;
      const isStuck = new Promise<void>((resolve) => (stuck = resolve));
      await serve((request) => {
        if (++asked < 5) return reference(request);
        stuck?.();
        return { fault: 'hang' };
      });
      const { child, ended } = start(kind, '--suite', suite, '--out', torn);
      await isStuck;
      child.kill('SIGKILL');
      await ended;
      const done = resultsIn(torn);
      assert.ok(done.length > 0);
      await endpoint?.close();

      asked = 0;
      await serve((request) => ((asked += 1), reference(request)));
      const again = await start(kind, '--suite', suite, '--out', torn, '--resume').ended;
      assert.equal(again.code, 0, again.stderr);
      assert.equal(asked, ofWhole - done.reduce((sum, { steps }) => sum + steps, 0), 'only what was missing was asked');
      assert.deepEqual(essence(torn), essence(whole));
    });
  }

  it('opens each task with the trained prompt where it is told to, and says so in the results', async () => {
    const rows = path.join(folder, 'rows.jsonl');
    const out = path.join(folder, 'out.jsonl');
    const row: Dialogue = {
      id: 'db_0',
      conversations: [
        human('Words that were learnt. Action: Operation'),
        gpt('Ok.', { loss: false }),
        human('How many?'),
        gpt('Action: Answer\nFinal Answer: ["1"]', { loss: true }),
      ],
    };
    writeFileSync(rows, formatDialogue(row));
    const { completions } = await serve(await play('db', shop));
    const { code } = await start('db', '--suite', shop, '--prompt', 'trained', '--trained-from', rows, '--out', out)
      .ended;
    assert.equal(code, 0);
    for (const { prompt } of completions) {
      assert.match(prompt, /^\[INST\] Words that were learnt\. Action: Operation \[\/INST\] Ok\. <\/s>/);
    }
    assert.match(readFileSync(out, 'utf8'), /^\{.*"prompt":"trained [0-9a-f]{8}","promptTail":false,/);
  });

  for (const [tail, options] of [
    [true, []],
    [false, ['--no-prompt-tail']],
  ] as const) {
    it(`shows ${tail ? 'the' : 'no'} prompt of the shell at the end of an output`, async function () {
      await skipWithoutRootView(this);
      const { completions } = await serve(await play('os', machine));
      assert.equal((await start('os', '--suite', machine, '--limit', '2', ...options).ended).code, 0);
      const observed = completions.filter(({ prompt }) => /The output of the OS:/.test(lastTurn(prompt)));
      assert.ok(observed.length > 0);
      for (const { prompt } of observed) assert.equal(/\n\S+@\S+:\S*# \[\/INST\]$/.test(prompt), tail, prompt);
    });
  }

  it('leaves no process and no file when an OS task is interrupted, and says how to go on', async function () {
    await skipWithoutRootView(this);
    const out = path.join(folder, 'out.jsonl');
    const reply = 'Think: w\n\nAct: bash\n\n```bash\nsleep 1002 & sleep 1003\n```';
    await serve(() => reply);
    const { child, ended } = start('os', '--suite', machine, '--out', out);
    while (processesWith('sleep 1003').length === 0) await new Promise((go) => setTimeout(go, 50));
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    assert.deepEqual([code, /--resume goes on/.test(stderr)], [130, true]);
    for (const name of ['sleep 1001', 'sleep 1002', 'sleep 1003']) assert.deepEqual(processesWith(name), []);
  });

  it('shares tasks among machines, and report puts them together', async () => {
    await serve(await play('db', shop));
    const files = ['a', 'b'].map((name) => path.join(folder, `${name}.jsonl`));
    for (const [index, out] of files.entries()) {
      const { code } = await start('db', '--suite', shop, '--shard', `${index + 1}/2`, '--out', out).ended;
      assert.equal(code, 0);
    }
    const page = path.join(folder, 'report.html');
    const { stdout, code } = await start('report', ...files, '--json', '--html', page).ended;
    const [report, ...more] = lines(stdout);
    assert.ok(report?.type === 'report' && more.length === 0 && code === 0);
    assert.deepEqual([report.total, report.passed, report.score, report.missing], [4, 4, 100, 0]);
    assert.match(readFileSync(page, 'utf8'), /agentlm-7b/);
    const words = (await start('report', ...files).ended).stdout;
    assert.match(words, /100\.0 %[^]*4 of 4 passed/);
  });

  it('names tasks that cannot be read, and runs the rest', async () => {
    await serve(() => 'x');
    const { stderr, stdout, code } = await start('db', '--suite', path.resolve('test/runtime/evaluation/suites')).ended;
    assert.match(stderr, /machine\.agentlm-suite\.json:4: kind is os: run it with "agentlm eval os"/);
    assert.match(stdout, /4 tasks/);
    assert.equal(code, 0);
  });

  for (const [what, args, code, words] of [
    [
      'a suite that is not there',
      ['db', '--suite', '/nowhere', '--endpoint', 'http://127.0.0.1:9'],
      2,
      /cannot be read/,
    ],
    [
      'an endpoint that is not there',
      ['db', '--suite', shop, '--endpoint', 'http://127.0.0.1:9'],
      3,
      /No server answers/,
    ],
    [
      'a database server that is not there',
      ['db', '--suite', shop, '--endpoint', 'demo', '--database-url', 'mysql://root@127.0.0.1:9'],
      1,
      /^The database server cannot be reached: .*Check --database-url/,
    ],
    ['no suite', ['os', '--endpoint', 'demo'], 2, /--suite/],
    ['no kind', [], 2, /os, db or report/],
    [
      'an option of the other kind',
      ['os', '--suite', shop, '--database-url', 'mysql://x'],
      2,
      /does not go with eval os/,
    ],
    ['a shard beyond the last', ['db', '--suite', shop, '--endpoint', 'demo', '--shard', '3/2'], 2, /--shard/],
    ['--resume of nothing', ['db', '--suite', shop, '--endpoint', 'demo', '--resume'], 2, /--resume needs --out/],
    ['results that are none', ['report', shop], 1, /is no results file/],
    ['no results', ['report'], 2, /RESULTS/],
  ] as const) {
    it(`answers ${what} with a sentence and exit code ${code}`, async () => {
      const { stderr, code: found } = await start(...args).ended;
      assert.match(stderr, words);
      assert.equal(found, code);
    });
  }
});
