import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import path from 'node:path';
import { parseArguments } from '../../src/cli/arguments';
import { UsageError } from '../../src/cli/usageError';

const parse = (line: string[], environment: NodeJS.ProcessEnv = {}, interactive = true) =>
  parseArguments(line, environment, interactive);

describe('The command line', () => {
  it('reads an OS task', () => {
    assert.deepEqual(
      parse([
        'run',
        'os',
        'Count',
        '--cwd',
        '/tmp',
        '--endpoint',
        'http://x',
        '--steps',
        '3',
        '--approve',
        'all',
        '--json',
      ]),
      {
        command: 'run',
        request: { kind: 'os', problem: 'Count', place: '/tmp' },
        exportTo: undefined,
        dialect: undefined,
        endpoint: 'http://x',
        local: undefined,
        model: undefined,
        apiKey: undefined,
        steps: 3,
        context: undefined,
        approve: 'all',
        sandbox: {
          kind: undefined,
          network: false,
          image: undefined,
          engine: undefined,
          storage: path.join(homedir(), '.local/state/agentlm/runs'),
        },
        record: undefined,
        trainedFrom: undefined,
        promptTail: true,
        json: true,
      },
    );
  });

  it('reads what holds the commands', () => {
    const sandbox = (...line: string[]) => {
      const args = parse(['run', 'os', 'x', '--endpoint', 'e', ...line], { XDG_STATE_HOME: '/state' });
      assert.ok(args.command === 'run');
      return args.sandbox;
    };
    const rest = { network: false, image: undefined, engine: undefined, storage: '/state/agentlm/runs' };
    assert.deepEqual(sandbox('--network'), { ...rest, kind: undefined, network: true });
    assert.deepEqual(sandbox('--sandbox', 'off'), { ...rest, kind: 'off' });
    const container = ['--sandbox', 'container', '--image', 'i'];
    assert.deepEqual(sandbox(...container), { ...rest, kind: 'container', image: 'i' });
    const engine = ['podman', '--runtime', 'runc'];
    assert.deepEqual(sandbox(...container, '--container-engine', engine.join(' ')), {
      ...rest,
      kind: 'container',
      image: 'i',
      engine,
    });
  });

  it('reads what becomes of changes', () => {
    const action = (...line: string[]) => {
      const args = parse(['changes', ...line]);
      assert.ok(args.command === 'changes');
      return args.action;
    };
    assert.deepEqual(action(), { name: 'list' });
    assert.deepEqual(action('show', 'os_1'), { name: 'show', id: 'os_1' });
    assert.deepEqual(action('discard', 'os_1'), { name: 'discard', id: 'os_1' });
    const apply = { name: 'apply', id: 'os_1', includeGit: false, overwrite: false };
    assert.deepEqual(action('apply', 'os_1'), { ...apply, paths: 'all' });
    assert.deepEqual(action('apply', 'os_1', 'a', 'b/c', '--overwrite'), {
      ...apply,
      paths: ['a', 'b/c'],
      overwrite: true,
    });
  });

  it('reads a database task, its path made absolute', () => {
    const args = parse(['run', 'db', 'How many?', '--database', 'a.sqlite', '--endpoint', 'demo']);
    assert.ok(args.command === 'run');
    assert.deepEqual(args.request, { kind: 'db', problem: 'How many?', place: path.resolve('a.sqlite') });
    assert.equal(args.approve, 'ask');
  });

  it('reads where the rows of the last query go', () => {
    const args = parse(['run', 'db', 'x', '--database', 'a.db', '--endpoint', 'demo', '--export', 'out.csv']);
    assert.ok(args.command === 'run');
    assert.equal(args.exportTo, path.resolve('out.csv'));
  });

  it('reads what statements are written in', () => {
    const line = ['run', 'db', 'x', '--database', 'a.db', '--endpoint', 'demo', '--dialect'];
    const args = parse([...line, 'sqlite']);
    assert.ok(args.command === 'run');
    assert.equal(args.dialect, 'sqlite');
    assert.throws(() => parse([...line, 'oracle']), /^UsageError: --dialect is mysql or sqlite\.$/);
    assert.throws(
      () => parse(['run', 'os', 'x', '--endpoint', 'demo', '--dialect', 'mysql']),
      /--dialect does not go with run os/,
    );
  });

  it('reads which tables a task is about', () => {
    const line = ['run', 'db', 'x', '--database', 'a.db', '--endpoint', 'demo', '--tables'];
    const tables = (text: string) => {
      const args = parse([...line, text]);
      return args.command === 'run' ? args.request.tables : undefined;
    };
    assert.deepEqual(tables('orders, order items'), ['orders', 'order items']);
    assert.deepEqual(tables('`a,b`,`c``d`'), ['a,b', 'c`d']);
    assert.throws(() => tables(' , '), /^UsageError: Say which tables/);
    assert.throws(
      () => parse(['run', 'os', 'x', '--endpoint', 'demo', '--tables', 'a']),
      /--tables does not go with run os/,
    );
  });

  it('reads what becomes of changed databases', () => {
    const read = (...line: string[]) => {
      const args = parse(['db-changes', ...line], { XDG_STATE_HOME: '/state' });
      assert.ok(args.command === 'db-changes');
      return args;
    };
    assert.deepEqual(read().action, { name: 'list' });
    assert.deepEqual(read('show', '1a2b', '--json'), {
      command: 'db-changes',
      storage: '/state/agentlm/databases',
      action: { name: 'show', id: '1a2b' },
      json: true,
    });
    assert.deepEqual(read('apply', '1a2b').action, { name: 'apply', id: '1a2b', conflicts: 'refuse' });
    assert.deepEqual(read('apply', '1a2b', '--skip-conflicts').action, {
      name: 'apply',
      id: '1a2b',
      conflicts: 'skip',
    });
    assert.deepEqual(parse(['db-changes', '--help']), { command: 'help' });
  });

  it('takes the key from the environment, and the endpoint where none is said', () => {
    const args = parse(['run', 'os', 'x', '--api-key-env', 'K'], { K: 'secret', AGENTLM_ENDPOINT: 'http://e' });
    assert.ok(args.command === 'run');
    assert.equal(args.apiKey, 'secret');
    assert.equal(args.endpoint, 'http://e');
  });

  it('leaves the prompt of the shell out where it is told to', () => {
    const args = parse(['run', 'os', 'x', '--endpoint', 'demo', '--no-prompt-tail']);
    assert.ok(args.command === 'run');
    assert.equal(args.promptTail, false);
  });

  it('reads what is to be tested', () => {
    assert.deepEqual(
      parse(['doctor', '--endpoint', 'http://x', '--model', 'm', '--api-key-env', 'K', '--json'], { K: 's' }),
      { command: 'doctor', endpoint: 'http://x', model: 'm', apiKey: 's', json: true },
    );
  });

  for (const [line, message] of [
    [['dance'], /no command "dance"/],
    [['changes', 'list', 'os_1'], /changes show os_1/],
    [['changes', 'eat', 'os_1'], /list, show, apply or discard/],
    [['changes', 'apply'], /of which run/],
    [['changes', 'show', 'os_1', 'a'], /"a" is too much/],
    [['changes', 'discard', 'os_1', '--overwrite'], /go with "changes apply"/],
    [['changes', '--cwd', '/'], /--cwd does not go/],
    [['changes', 'discard', ''], /of which run/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--sandbox', 'cage'], /workspace, container or off/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--sandbox', 'container'], /--image IMAGE/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--image', 'x'], /--sandbox container/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--container-engine', 'docker'], /--sandbox container/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--sandbox', 'off', '--network'], /leave --network out/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--overwrite'], /--overwrite does not go with run/],
    [['run', 'db', 'a', '--endpoint', 'demo', '--database', 'x', '--network'], /--network does not go with run db/],
    [['run'], /os or db/],
    [['run', 'web', 'x', '--endpoint', 'demo'], /os or db/],
    [['run', 'os', '--endpoint', 'demo'], /task is missing/],
    [['run', 'os', ' ', '--endpoint', 'demo'], /task is missing/],
    [['run', 'os', 'a', 'b', '--endpoint', 'demo'], /whole task into quotes/],
    [['run', 'os', 'a'], /--endpoint/],
    [['run', 'db', 'a', '--endpoint', 'demo'], /--database/],
    [['run', 'db', 'a', '--endpoint', 'demo', '--database', 'x', '--cwd', '.'], /--cwd does not go with run db/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--database', 'x'], /--database does not go with run os/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--steps', '0'], /--steps/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--context', 'many'], /--context/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--context', '9999'], /--context/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--approve', 'some'], /--approve/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--api-key-env', 'NONE'], /NONE/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--colour'], /colour/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--export', 'x.csv'], /--export does not go with run os/],
    [['run', 'db', 'a', '--endpoint', 'demo', '--database', 'x', '--apply'], /--apply/],
    [['run', 'db', 'a', '--endpoint', 'demo', '--database', 'x', '--no-prompt-tail'], /does not go with run db/],
    [['demo', '--export', 'x.csv'], /--export does not go with demo/],
    [['demo', '--prompt', 'own'], /--prompt does not go with demo/],
    [['--json', 'run', 'os', 'a'], /command comes before --json/],
    [['constructor'], /no command "constructor"/],
    [['policy', 'ls', '-la'], /whole command into quotes/],
    [['db-changes', 'forget'], /list, show, apply or discard/],
    [['db-changes', 'list', 'x'], /"x" is too much/],
    [['db-changes', 'show'], /of which run/],
    [['db-changes', 'apply', 'x', 'y'], /"y" is too much/],
    [['db-changes', 'discard', 'x', '--skip-conflicts'], /goes with "db-changes apply"/],
    [['doctor'], /--endpoint/],
    [['doctor', 'vllm', '--endpoint', 'demo'], /"vllm" is too much/],
    [['doctor', '--endpoint', 'demo', '--steps', '3'], /--steps does not go with doctor/],
  ] as const) {
    it(`refuses ${line.join(' ')}`, () => {
      assert.throws(
        () => parse([...line]),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }

  it('gives the demo its own endpoint and runs everything, unless told', () => {
    const args = parse(['demo', '--json'], {}, false);
    assert.ok(args.command === 'demo');
    assert.deepEqual([args.endpoint, args.approve, args.json], ['demo', 'all', true]);
    const careful = parse(['demo', '--approve', 'none', '--endpoint', 'http://x']);
    assert.ok(careful.command === 'demo');
    assert.deepEqual([careful.endpoint, careful.approve], ['http://x', 'none']);
    assert.throws(() => parse(['demo', 'os']), UsageError);
  });

  it('takes the key out of the environment, which the commands of the model get', () => {
    const environment: NodeJS.ProcessEnv = { MY_BEARER: 'secret' };
    const args = parse(['run', 'os', 'x', '--endpoint', 'demo', '--api-key-env', 'MY_BEARER'], environment);
    assert.ok(args.command === 'run');
    assert.equal(args.apiKey, 'secret');
    assert.deepEqual(environment, {});
  });

  it('reads where recorded commands run again, and what statements are written in', () => {
    const args = parse(['replay', 'rows.jsonl', '--sandbox', 'off', '--dialect', 'sqlite']);
    assert.ok(args.command === 'replay');
    assert.deepEqual([args.sandbox.kind, args.dialect, args.approve], ['off', 'sqlite', 'ask']);
  });

  it('asks nobody where nobody is', () => {
    assert.throws(() => parse(['run', 'os', 'a', '--endpoint', 'demo'], {}, false), /Nobody can be asked here/);
    assert.doesNotThrow(() => parse(['run', 'os', 'a', '--endpoint', 'demo', '--approve', 'all'], {}, false));
  });

  it('helps when nothing is said, and wherever help is asked for', () => {
    for (const line of [[], ['help'], ['-h'], ['run', '--help'], ['eval', 'os', '-h']]) {
      assert.deepEqual(parse(line), { command: 'help' });
    }
  });

  it('tells its version', () => assert.deepEqual(parse(['--version']), { command: 'version' }));
});
