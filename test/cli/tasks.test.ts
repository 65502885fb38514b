import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { proposalText } from '../../src/agent/proposal';
import { parseArguments } from '../../src/cli/arguments';
import { UsageError } from '../../src/cli/usageError';
import { readRows } from '../../src/dataset/formats/readRow';
import { isRow } from '../../src/dataset/row';
import { prepareSample } from '../../src/runtime/demo/sample';
import { readSuite } from '../../src/runtime/evaluation/readSuite';
import { readValues } from '../../src/runtime/trajectories/readValues';
import { startFakeEndpoint, type FakeEndpoint, type FakeScript } from '../fakeEndpoint';
import { referencePlayer } from '../runtime/evaluation/referencePlayer';
import { never } from '../runtime/evaluation/hosts';

const cli = path.resolve('dist/cli.js');

describe('The command line of tasks', () => {
  const parse = (line: string, interactive = true) =>
    parseArguments(['tasks', ...line.split(' ')], { AGENTLM_ENDPOINT: 'http://x' }, interactive);

  it('puts a task file beside what its tasks work on, unless told', () => {
    const fileOf = (line: string): string => {
      const args = parse(line);
      assert.ok(args.command === 'tasks-propose');
      return args.file;
    };
    assert.equal(fileOf('propose --cwd a'), path.resolve('a/tasks.agentlm-suite.json'));
    assert.equal(fileOf('propose --database a/shop.sqlite'), path.resolve('a/shop.agentlm-suite.json'));
    assert.equal(fileOf('propose --cwd a --out b.agentlm-suite.json'), path.resolve('b.agentlm-suite.json'));
  });

  for (const line of [
    'invent',
    'propose',
    'propose --cwd a --database b',
    'propose more --cwd a',
    'propose --database mysql://u@h/d',
    'propose --cwd a --count 0',
    'propose --cwd a --resume',
    'propose --cwd a --container-engine podman',
    'run',
    'run a.agentlm-suite.json',
    'run a.json --out o',
    'run a.agentlm-suite.json b --out o',
    'run a.agentlm-suite.json --out o --cwd a',
    'run a.agentlm-suite.json --out o --concurrency none',
  ]) {
    it(`refuses "${line}"`, () => assert.throws(() => parse(line), UsageError));
  }

  it('wants --yes where nobody can be asked', () => {
    assert.throws(() => parse('propose --cwd a', false), /Nobody can be asked here/);
    assert.ok(parse('propose --cwd a --yes', false));
  });
});

describe('agentlm tasks', function () {
  this.timeout(60_000);
  let folder: string;
  let endpoint: FakeEndpoint | undefined;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-tasks-'));
    writeFileSync(path.join(folder, 'stock.csv'), 'name,stock\nChair,1\nLamp,3\nSofa,7\n');
  });
  afterEach(async () => {
    await endpoint?.close();
    endpoint = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [cli, 'tasks', ...args], {
      env: { ...process.env, AGENTLM_ENDPOINT: endpoint?.url ?? '' },
      cwd: folder,
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

  const stock = (name: string) => ({
    id: name,
    task: `How many pieces of ${name} are there?`,
    check: { answer: [{ Chair: '1', Lamp: '3', Sofa: '7' }[name]] },
    reference: `SELECT stock FROM stock WHERE name = '${name}'`,
  });
  const suite = (): string => {
    const file = path.join(folder, 'own.agentlm-suite.json');
    const tasks = ['Chair', 'Lamp', 'Sofa'].map(stock);
    writeFileSync(file, JSON.stringify({ kind: 'db', database: 'stock.csv', tasks }));
    return file;
  };
  /** What a library finds in a folder, by task. */
  const recorded = async (out: string) => {
    const found: Record<string, unknown> = {};
    for (const name of readdirSync(out).filter((each) => each.endsWith('.trajectory.jsonl'))) {
      for await (const row of readRows(readValues(path.join(out, name), never))) {
        assert.ok(isRow(row));
        const { reward, verdict, tags, note } = row.about;
        const task = /pieces of (\w+)/.exec(JSON.stringify(row.dialogue))?.[1] ?? '';
        assert.ok(!(task in found), 'each task is there once');
        found[task] = [reward, verdict, tags, note];
      }
    }
    return found;
  };

  it('shows what was proposed whole before it is tried, with nothing hidden in it', async () => {
    const hidden = 'SELECT MIN(name) FROM stock -- ‮fine';
    await serve([proposalText({ kind: 'db', text: 'Which is the first name?\u001b[2J', reference: hidden })]);
    const { stdout, stderr, code } = await start('propose', '--database', 'stock.csv', '--count', '1', '--yes').ended;
    assert.equal(code, 0, stderr);
    assert.ok(
      stderr.includes('Which is the first name?<U+001B>[2J\nSQL:\n```sql\nSELECT MIN(name) FROM stock -- <U+202E>fine'),
    );
    assert.match(stdout, /^1 task was added to .*stock\.agentlm-suite\.json/);
  });

  it('says as JSON what became of proposals, and exits with 1 where there is no new task', async () => {
    await serve([
      proposalText({ kind: 'db', text: 'Which colour have they got?', reference: 'SELECT colour FROM stock' }),
    ]);
    const { stdout, code } = await start('propose', '--database', 'stock.csv', '--count', '1', '--yes', '--json').ended;
    const { added, refused } = JSON.parse(stdout) as { added: number; refused: { code: string; message: string }[] };
    assert.deepEqual([code, added, refused[0]?.code], [1, 0, 'proposal.statementFails']);
    assert.match(refused[0]?.message ?? '', /Unknown column/);
  });

  for (const [what, args, code, words] of [
    [
      'a folder that is not there',
      ['propose', '--cwd', 'none', '--yes'],
      2,
      /does not exist|no such file|is no folder/i,
    ],
    ['a database that is not there', ['propose', '--database', 'none.csv', '--yes'], 2, /does not exist|no such file/i],
    ['a task file that is not there', ['run', 'none.agentlm-suite.json', '--out', 'o', '--yes'], 2, /cannot be read/],
  ] as const) {
    it(`says what is wrong with ${what}`, async () => {
      await serve(() => 'x');
      const ended = await start(...args).ended;
      assert.match(ended.stderr, words);
      assert.equal(ended.code, code);
    });
  }

  it('keeps what passed for review, with reward 1, and the rest as rejected, with the reason', async () => {
    const file = suite();
    const { problems } = await readSuite({ kind: 'db', place: file });
    const right = referencePlayer(problems);
    await serve((request) => {
      if (/pieces of Lamp/.test(request.prompt)) return 'I know.\nAction: Answer\nFinal Answer: ["9"]';
      return /pieces of Sofa/.test(request.prompt) ? 'I do not know.' : right(request);
    });
    const { stdout, stderr, code } = await start('run', file, '--out', 'out', '--yes').ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /1 passed and wait for review, 2 were rejected, 0 could not be run/);
    assert.deepEqual(await recorded(path.join(folder, 'out')), {
      Chair: [1, undefined, ['own'], undefined],
      Lamp: [0, 'rejected', ['own'], 'The check did not pass. The answer was 9 instead of 3.'],
      Sofa: [0, 'rejected', ['own'], 'The run did not come to its end: invalid-format.'],
    });
  });

  it('goes on after kill -9 where it was, and keeps each task once', async () => {
    const file = suite();
    const right = referencePlayer((await readSuite({ kind: 'db', place: file })).problems);
    const args = ['run', file, '--out', 'out', '--concurrency', '1', '--yes'];
    let asked = 0;
    const stuck = Promise.withResolvers<void>();
    await serve((request) => {
      if (++asked < 4) return right(request);
      stuck.resolve();
      return { fault: 'hang' };
    });
    const { child, ended } = start(...args);
    await stuck.promise;
    child.kill('SIGKILL');
    await ended;
    assert.deepEqual(Object.keys(await recorded(path.join(folder, 'out'))), ['Chair']);
    await endpoint?.close();

    asked = 0;
    await serve((request) => ((asked += 1), right(request)));
    const refused = await start(...args).ended;
    assert.deepEqual([refused.code, asked], [2, 0], 'without --resume nothing is run');
    assert.match(refused.stderr, /Add --resume to go on/);
    const again = await start(...args, '--resume').ended;
    assert.equal(again.code, 0, again.stderr);
    assert.equal(asked, 4, 'only two tasks were missing');
    assert.deepEqual(Object.keys(await recorded(path.join(folder, 'out'))).sort(), ['Chair', 'Lamp', 'Sofa']);
  });

  it('keeps nothing of a task that failed through the endpoint: it is run again', async () => {
    const file = suite();
    const right = referencePlayer((await readSuite({ kind: 'db', place: file })).problems);
    const args = ['run', file, '--out', 'out', '--concurrency', '1', '--yes', '--json'];
    await serve((request) =>
      /pieces of Sofa/.test(request.prompt) ? { status: 400, body: { error: { message: 'no' } } } : right(request),
    );
    const { stdout } = await start(...args).ended;
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
    assert.deepEqual([last['passed'], last['rejected'], last['failed']], [2, 0, 1]);
    assert.deepEqual(Object.keys(await recorded(path.join(folder, 'out'))).sort(), ['Chair', 'Lamp']);
    await endpoint?.close();
    await serve(right);
    assert.equal((await start(...args, '--resume').ended).code, 0);
    assert.deepEqual(Object.keys(await recorded(path.join(folder, 'out'))).sort(), ['Chair', 'Lamp', 'Sofa']);
  });

  it('is at home in the sample with the demo: what that proposes can all be done', async () => {
    const { workspace } = await prepareSample('resources', path.join(folder, 'shop'));
    const database = path.join(workspace, 'shop.sqlite');
    const args = ['--endpoint', 'demo', '--yes'];
    const { stdout, stderr } = await start('propose', '--database', database, '--count', '3', ...args).ended;
    assert.match(stdout, /^3 tasks were added/, stderr);
    const file = path.join(workspace, 'shop.agentlm-suite.json');
    assert.match((await start('run', file, '--out', 'out', ...args).ended).stdout, /\n3 passed and wait for review/);
  });
});
