import assert from 'node:assert/strict';
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
        endpoint: 'http://x',
        local: undefined,
        model: undefined,
        apiKey: undefined,
        steps: 3,
        context: undefined,
        approve: 'all',
        record: undefined,
        trainedFrom: undefined,
        json: true,
      },
    );
  });

  it('reads a database task, its path made absolute', () => {
    const args = parse(['run', 'db', 'How many?', '--database', 'a.sqlite', '--endpoint', 'demo']);
    assert.ok(args.command === 'run');
    assert.deepEqual(args.request, { kind: 'db', problem: 'How many?', place: path.resolve('a.sqlite') });
    assert.equal(args.approve, 'ask');
  });

  it('takes the key from the environment, and the endpoint where none is said', () => {
    const args = parse(['run', 'os', 'x', '--api-key-env', 'K'], { K: 'secret', AGENTLM_ENDPOINT: 'http://e' });
    assert.ok(args.command === 'run');
    assert.equal(args.apiKey, 'secret');
    assert.equal(args.endpoint, 'http://e');
  });

  it('reads what is to be tested', () => {
    assert.deepEqual(
      parse(['doctor', '--endpoint', 'http://x', '--model', 'm', '--api-key-env', 'K', '--json'], { K: 's' }),
      { command: 'doctor', endpoint: 'http://x', model: 'm', apiKey: 's', json: true },
    );
  });

  for (const [line, message] of [
    [['dance'], /no command "dance"/],
    [['run'], /os or db/],
    [['run', 'web', 'x', '--endpoint', 'demo'], /os or db/],
    [['run', 'os', '--endpoint', 'demo'], /task is missing/],
    [['run', 'os', ' ', '--endpoint', 'demo'], /task is missing/],
    [['run', 'os', 'a', 'b', '--endpoint', 'demo'], /whole task into quotes/],
    [['run', 'os', 'a'], /--endpoint/],
    [['run', 'db', 'a', '--endpoint', 'demo'], /--database/],
    [['run', 'db', 'a', '--endpoint', 'demo', '--database', 'x', '--cwd', '.'], /--cwd goes with/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--database', 'x'], /--database goes with/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--steps', '0'], /--steps/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--context', 'many'], /--context/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--context', '9999'], /--context/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--approve', 'some'], /--approve/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--api-key-env', 'NONE'], /NONE/],
    [['run', 'os', 'a', '--endpoint', 'demo', '--colour'], /colour/],
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

  it('asks nobody where nobody is', () => {
    assert.throws(() => parse(['run', 'os', 'a', '--endpoint', 'demo'], {}, false), /Nobody can be asked here/);
    assert.doesNotThrow(() => parse(['run', 'os', 'a', '--endpoint', 'demo', '--approve', 'all'], {}, false));
  });

  it('helps when nothing is said', () => assert.deepEqual(parse([]), { command: 'help' }));
});
