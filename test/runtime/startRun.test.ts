import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Approve } from '../../src/agent/approval';
import { UserError } from '../../src/agent/errors';
import type { AgentEvent, EventOf } from '../../src/agent/events';
import type { TaskRequest } from '../../src/agent/session';
import { startDemoEndpoint } from '../../src/runtime/demo/server';
import { demoProblems } from '../../src/runtime/demo/script';
import { prepareSample, type Sample } from '../../src/runtime/demo/sample';
import { probeSandbox } from '../../src/runtime/shell/sandbox/probe';
import { startRun, type RunOptions } from '../../src/runtime/startRun';
import { startFakeEndpoint, type FakeEndpointOptions, type FakeScript } from '../fakeEndpoint';

const bash = (command: string): string => `Think: go on\n\nAct: bash\n\n\`\`\`bash\n${command}\n\`\`\``;
const answer = (text: string): string => `Think: I know.\n\nAct: answer(${text})`;
const runAll: Approve = () => Promise.resolve({ verdict: 'run' });

const options: Omit<RunOptions, 'endpoint'> = {
  replyTokens: 256,
  commandTimeoutMs: 60_000,
  statementTimeoutMs: 30_000,
  approval: { mode: 'ask' },
  sqlWorker: path.resolve('dist/sqlWorker.js'),
};

interface Result {
  readonly events: readonly AgentEvent[];
  readonly finished: EventOf<'finished'>;
  readonly observations: readonly EventOf<'observation'>[];
  readonly failure: unknown;
}

async function hear(
  request: TaskRequest,
  baseUrl: string,
  {
    signal = new AbortController().signal,
    apiKey,
    ...more
  }: Partial<RunOptions> & { signal?: AbortSignal; apiKey?: string } = {},
  onEvent?: (event: AgentEvent) => void,
): Promise<Result> {
  const session = await startRun(request, { ...options, ...more, endpoint: { baseUrl, apiKey } }, runAll, signal);
  const events: AgentEvent[] = [];
  for await (const event of session.events) {
    events.push(event);
    onEvent?.(event);
  }
  const finished = events.at(-1);
  assert.ok(finished?.type === 'finished');
  return {
    events,
    finished,
    observations: events.filter((event) => event.type === 'observation'),
    failure: events.find((event) => event.type === 'failure')?.error,
  };
}

describe('A run from the endpoint to the machine', () => {
  let folder: string;
  const systemFolder = process.env['TMPDIR'];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
    process.env['TMPDIR'] = path.join(folder, 'temporary');
    await mkdir(path.join(folder, 'temporary'));
  });
  afterEach(async () => {
    const left = await readdir(tmpdir());
    if (systemFolder === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = systemFolder;
    await rm(folder, { recursive: true, force: true });
    assert.deepEqual(left, [], 'nothing is left behind');
  });

  async function withEndpoint<T>(
    script: FakeScript,
    use: (url: string) => Promise<T>,
    endpointOptions?: FakeEndpointOptions,
  ): Promise<T> {
    const endpoint = await startFakeEndpoint(script, endpointOptions);
    try {
      return await use(endpoint.url);
    } finally {
      await endpoint.close();
    }
  }
  const os = (problem = 'Do it.'): TaskRequest => ({ kind: 'os', problem, place: folder });

  describe('with the demo and its sample', () => {
    let sample: Sample;
    beforeEach(async () => {
      sample = await prepareSample(path.resolve('resources'), path.join(folder, 'sample'));
    });

    async function withDemo(kind: 'os' | 'db', index: number): Promise<Result> {
      const demo = await startDemoEndpoint({ pieceMs: 0 });
      try {
        const problem = demoProblems(kind)[index] ?? '';
        return await hear({ kind, problem, place: kind === 'os' ? sample.workspace : sample.database }, demo.url);
      } finally {
        await demo.close();
      }
    }

    it('names the longest file, as wc would', async () => {
      const { finished } = await withDemo('os', 0);
      assert.deepEqual([finished.outcome, finished.answer], ['answered', 'stock.py']);
    });

    it('counts what is there, not what was recorded', async () => {
      assert.equal((await withDemo('os', 1)).finished.answer, '3');
      await writeFile(path.join(sample.workspace, 'more.py'), '# TODO one\n# TODO two\n');
      assert.equal((await withDemo('os', 1)).finished.answer, '5');
    });

    it('makes a folder and a file', async () => {
      assert.equal((await withDemo('os', 2)).finished.outcome, 'finished');
      assert.match(await readFile(path.join(sample.workspace, 'reports/date.txt'), 'utf8'), /^\d{4}-\d\d-\d\d\n$/);
    });

    it('finds the product with the most revenue', async () => {
      assert.deepEqual((await withDemo('db', 0)).finished.answer, ['Espresso Blend']);
    });

    it('counts the customers without orders', async () => {
      assert.deepEqual((await withDemo('db', 1)).finished.answer, ['3']);
    });

    it('changes prices in a copy: the file stays as it was', async () => {
      const bytes = await readFile(sample.database);
      const { finished, observations } = await withDemo('db', 2);
      assert.equal(finished.outcome, 'answered');
      assert.match(observations[1]?.text ?? '', /\('Sencha', 8\.69\)/);
      assert.deepEqual(await readFile(sample.database), bytes);
      assert.deepEqual(
        (await readdir(sample.workspace)).filter((name) => name.startsWith('shop')),
        ['shop.sqlite'],
      );
    });
  });

  it('keeps directory and variables from one command to the next', async () => {
    await mkdir(path.join(folder, 'inside'));
    await withEndpoint([bash('cd inside; export A=1'), bash('pwd; echo $A'), answer('1')], async (url) => {
      const { observations } = await hear(os(), url, { promptTail: false });
      assert.equal(observations[1]?.text, `The output of the OS:\n\n${folder}/inside\n1`);
      assert.equal(observations[1].cwd, `${folder}/inside`);
    });
  });

  it('leaves the folder as it is in a sandbox, and hands over what was changed', async function () {
    const storage = path.join(folder, 'storage');
    const workspace = path.join(folder, 'workspace');
    await mkdir(workspace);
    await writeFile(path.join(workspace, 'a'), 'a\n');
    await delay(50);
    if ((await probeSandbox(storage)) !== undefined) this.skip();
    const sandbox = { kind: 'workspace', network: false, writeLimitBytes: 1e9, storage } as const;
    const start = async (url: string) =>
      startRun(
        { kind: 'os', problem: 'Do it.', place: workspace },
        { ...options, sandbox, endpoint: { baseUrl: url } },
        runAll,
        new AbortController().signal,
      );

    await withEndpoint([bash('echo b >>a; mkdir c'), answer('x')], async (url) => {
      const { events, changes } = await start(url);
      for await (const event of events) {
        if (event.type === 'started') assert.equal(event.sandbox, 'workspace');
      }
      assert.equal(await readFile(path.join(workspace, 'a'), 'utf8'), 'a\n');
      assert.deepEqual(
        (await changes?.list())?.map(({ kind, path: file }) => `${kind} ${file}`),
        ['modified a', 'added c'],
      );
      assert.equal((await changes?.apply('all'))?.left, 0);
      assert.equal(await readFile(path.join(workspace, 'a'), 'utf8'), 'a\nb\n');
    });
    await withEndpoint([bash('cat a; touch a'), answer('x')], async (url) => {
      const { events, changes } = await start(url);
      for await (const event of events) void event;
      assert.deepEqual(await changes?.list(), []);
      assert.deepEqual(await readdir(storage), [], 'a run that changed nothing leaves nothing');
    });
    const gone = await startFakeEndpoint([]);
    await gone.close();
    await assert.rejects(start(gone.url), { code: 'endpoint.unreachable' });
    assert.deepEqual(await readdir(storage), [], 'nor does one that never began');
  });

  it('ends the output of a command with the prompt of the shell, as in the data of AgentLM', async () => {
    await withEndpoint([bash('cd /; echo 3'), bash('cd /tmp'), answer('1')], async (url) => {
      const [first, second] = (await hear(os(), url)).observations;
      assert.match(first?.text ?? '', /^The output of the OS:\n\n3\n[^@\s]+@[^:\s]+:\/[#$]$/);
      assert.match(second?.text ?? '', /^The output of the OS:\n\n[^@\s]+@[^:\s]+:\/tmp[#$]$/);
    });
  });

  it('tells a model that asks for input that it is not possible', async () => {
    await withEndpoint([bash('read x'), answer('1')], async (url) => {
      const { observations } = await hear(os(), url, { inputTimeoutMs: 100 });
      assert.match(
        observations[0]?.text ?? '',
        /\n\[The command was stopped because it waited for input, which is not possible\.\]$/,
      );
    });
  });

  it('answers a question about a CSV file', async () => {
    const file = path.join(folder, 'people.csv');
    await writeFile(file, 'name,age\nAda,36\nBob,41\n');
    const script = [
      'I sum.\nAction: Operation\n```sql\nSELECT SUM(age) FROM people\n```',
      ({ prompt }: { prompt: string }) => `Action: Answer\nFinal Answer: [${/Decimal\('(\d+)'\)/.exec(prompt)?.[1]}]`,
    ];
    const playing: FakeScript = (request, index) => {
      const reply = script[index];
      return typeof reply === 'function' ? reply(request) : (reply ?? '');
    };
    await withEndpoint(playing, async (url) => {
      const { finished, observations } = await hear({ kind: 'db', problem: 'Sum?', place: file }, url);
      assert.equal(observations[0]?.text, "[(Decimal('77'),)]");
      assert.deepEqual(finished.answer, ['77']);
    });
  });

  describe('on a database whose columns the window has no room for', () => {
    const columns = Array.from({ length: 1500 }, (_, index) => `column_${index + 1}`);
    const answerIt = 'Action: Answer\nFinal Answer: ["1"]';
    let request: TaskRequest;
    beforeEach(async () => {
      await mkdir(path.join(folder, 'files'));
      await writeFile(path.join(folder, 'files', 'wide.csv'), `${columns.join()}\n`);
      await writeFile(path.join(folder, 'files', 'small.csv'), 'a,b\n1,2\n');
      request = { kind: 'db', problem: 'How many?', place: path.join(folder, 'files') };
    });
    const asked = async (
      given: TaskRequest,
      chooseTables?: NonNullable<RunOptions['chooseTables']>,
    ): Promise<{ prompt: string; notices: unknown[] }> => {
      const prompts: string[] = [];
      const notices: unknown[] = [];
      const script: FakeScript = ({ prompt }) => {
        prompts.push(prompt);
        return answerIt;
      };
      await withEndpoint(script, async (baseUrl) => {
        const { signal } = new AbortController();
        const all = { ...options, chooseTables, endpoint: { baseUrl } };
        const session = await startRun(given, all, runAll, signal, (notice) => {
          // How long the copy takes is the machine's affair.
          if (notice.code !== 'copying') notices.push(notice);
        });
        for await (const event of session.events) assert.notEqual(event.type, 'failure');
      });
      return { prompt: prompts[0] ?? '', notices };
    };

    it('tells the model some of them and the user that it does', async () => {
      const { prompt, notices } = await asked(request);
      assert.match(
        prompt,
        /1st table is small, and the headers of this table are a,b\. .* and \d+ more, which DESCRIBE/,
      );
      assert.deepEqual(notices, [{ code: 'tables-shortened' }]);
    });

    it('asks which tables matter, and not again where they were named', async () => {
      const choices: string[][] = [];
      const choose = async (tables: readonly { readonly name: string }[]): Promise<string[]> => {
        choices.push(tables.map(({ name }) => name));
        return ['small'];
      };
      for (const given of [request, { ...request, tables: ['small'] }]) {
        const { prompt, notices } = await asked(given, choose);
        assert.match(
          prompt,
          /name of this table is small, .* are a,b\. There is 1 more table in this database: wide\./,
        );
        assert.deepEqual(notices, []);
      }
      assert.deepEqual(choices, [['small', 'wide']]);
    });

    it('leaves nothing open when a table is not there, or the user stops while choosing', async () => {
      await assert.rejects(asked({ ...request, tables: ['big'] }), (error) => {
        assert.ok(UserError.is(error) && error.code === 'database.noSuchTable');
        return true;
      });
      const stopping = new AbortController();
      await withEndpoint([answerIt], async (baseUrl) => {
        const chooseTables = async (): Promise<undefined> => {
          stopping.abort();
          return undefined;
        };
        const all = { ...options, chooseTables, endpoint: { baseUrl } };
        await assert.rejects(startRun(request, all, runAll, stopping.signal), { name: 'AbortError' });
      });
    });
  });

  describe('with bad input', () => {
    const code = (expected: string) => (error: unknown) => {
      assert.ok(UserError.is(error), String(error));
      assert.equal(error.code, expected);
      assert.match(error.message, /\.$/);
      return true;
    };

    it('says that nobody answers', async () => {
      const endpoint = await startFakeEndpoint([]);
      await endpoint.close();
      await assert.rejects(hear(os(), endpoint.url), code('endpoint.unreachable'));
    });

    it('says that a web page answers', async () => {
      const page = { status: 200, body: '<html><body>Log in</body></html>', headers: { 'content-type': 'text/html' } };
      await withEndpoint([], (url) => assert.rejects(hear(os(), url), code('endpoint.not-an-api')), { models: page });
    });

    it('says that the key is wrong, without telling it', async () => {
      await withEndpoint(
        [],
        (url) =>
          assert.rejects(hear(os(), url, { apiKey: 'sk-wrong' }), (error: Error) => {
            assert.ok(!JSON.stringify([error.message, error.stack, String(error.cause)]).includes('sk-wrong'));
            return code('endpoint.unauthorized')(error);
          }),
        { apiKey: 'right' },
      );
    });

    it('says that the folder is missing', async () => {
      await withEndpoint([], (url) =>
        assert.rejects(hear({ kind: 'os', problem: 'x', place: path.join(folder, 'none') }, url), (error) =>
          UserError.is(error),
        ),
      );
    });

    it('says that the database is missing, or is none', async () => {
      await writeFile(path.join(folder, 'text.sqlite'), 'This is a text, long enough to be looked at. '.repeat(40));
      for (const name of ['none.sqlite', 'text.sqlite']) {
        const request: TaskRequest = { kind: 'db', problem: 'x', place: path.join(folder, name) };
        await withEndpoint([], (url) =>
          assert.rejects(hear(request, url), (error: Error) => UserError.is(error) && error.message.includes(name)),
        );
      }
    });

    it('ends as malformed when the model never writes an action', async () => {
      await withEndpoint(['I am a poet.', 'Roses are red.', 'Violets are blue.'], async (url) => {
        assert.equal((await hear(os(), url)).finished.outcome, 'malformed');
      });
    });

    it('ends as repeated when the model repeats itself', async () => {
      await withEndpoint(
        Array.from({ length: 8 }, () => bash('ls')),
        async (url) => {
          assert.equal((await hear(os(), url)).finished.outcome, 'repeated');
        },
      );
    });

    it('stops a command that never ends, and everything it started', async () => {
      const marker = path.join(folder, 'alive');
      const endless = bash(
        `trap '' INT TERM; (while :; do date > ${marker}; sleep 0.05; done) & while :; do sleep 1; done`,
      );
      await withEndpoint([endless, answer('x')], async (url) => {
        const { finished, observations } = await hear(os(), url, { commandTimeoutMs: 700 });
        assert.equal(finished.outcome, 'answered');
        assert.match(observations[0]?.text ?? '', /stopped because/);
      });
      await rm(marker, { force: true });
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.equal(existsSync(marker), false, 'the loop in the background is gone');
    }).timeout(20_000);

    it('survives a flood of output', async () => {
      await withEndpoint(
        [bash('yes 0123456789012345678901234567890 | head -c 100000000'), answer('x')],
        async (url) => {
          const { observations, finished } = await hear(os(), url);
          assert.equal(finished.outcome, 'answered');
          assert.equal(observations[0]?.truncated, true);
          assert.ok((observations[0]?.text.length ?? 0) < 1000);
        },
      );
    }).timeout(60_000);

    it('never runs a reply that the token limit cut', async () => {
      const cut = { text: `Think: x\n\nAct: bash\n\n\`\`\`bash\ntouch ${folder}/ran`, finishReason: 'length' };
      const cutAgain = { text: ' and more', finishReason: 'length' };
      await withEndpoint(
        (_, index) => (index % 2 === 0 ? cut : cutAgain),
        async (url) => {
          const { finished, events } = await hear(os(), url);
          assert.equal(finished.outcome, 'repeated');
          const problems = events.flatMap((event) =>
            event.type === 'notice' && event.notice.code === 'malformed' ? [event.notice.problem.code] : [],
          );
          assert.deepEqual(problems, ['cut-off', 'cut-off', 'cut-off']);
        },
      );
      assert.equal(existsSync(path.join(folder, 'ran')), false);
    });

    it('never runs a reply whose stream broke', async () => {
      const broken = { text: `Think: x\n\nAct: bash\n\n\`\`\`bash\ntouch ${folder}/ran`, ending: 'cut' } as const;
      await withEndpoint([broken], async (url) => {
        const { finished, failure } = await hear(os(), url);
        assert.equal(finished.outcome, 'failed');
        code('endpoint.stream-cut')(failure);
      });
      assert.equal(existsSync(path.join(folder, 'ran')), false);
    });
  });

  describe('when it is stopped', () => {
    it('in the middle of a command, ends soon and kills it', async () => {
      const stopping = new AbortController();
      await withEndpoint([bash('echo started; sleep 600'), answer('x')], async (url) => {
        const { finished } = await hear(os(), url, { signal: stopping.signal }, ({ type }) => {
          if (type === 'approval') setTimeout(() => stopping.abort(), 300);
        });
        assert.equal(finished.outcome, 'stopped');
      });
    }).timeout(10_000);

    it('in the middle of a reply, closes the connection', async () => {
      const stopping = new AbortController();
      const endpoint = await startFakeEndpoint([{ text: 'Think: '.repeat(200), delayMs: 20 }]);
      try {
        const { finished } = await hear(os(), endpoint.url, { signal: stopping.signal }, ({ type }) => {
          if (type === 'delta') stopping.abort();
        });
        assert.equal(finished.outcome, 'stopped');
        assert.equal(await endpoint.completions[0]?.closedEarly, true);
      } finally {
        await endpoint.close();
      }
    });

    it('in the middle of a statement, kills the process that runs it', async () => {
      const sample = await prepareSample(path.resolve('resources'), path.join(folder, 'sample'));
      const stopping = new AbortController();
      const endless =
        'x\nAction: Operation\n```sql\nWITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n\n```';
      await withEndpoint([endless], async (url) => {
        const request: TaskRequest = { kind: 'db', problem: 'x', place: sample.database };
        const { finished } = await hear(request, url, { signal: stopping.signal }, ({ type }) => {
          if (type === 'approval') setTimeout(() => stopping.abort(), 300);
        });
        assert.equal(finished.outcome, 'stopped');
      });
    }).timeout(10_000);
  });
});
