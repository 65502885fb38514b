import assert from 'node:assert/strict';
import path from 'node:path';
import { parseArguments } from '../../src/cli/arguments';
import { UsageError } from '../../src/cli/usageError';

const parse = (line: string, environment: NodeJS.ProcessEnv = {}) =>
  parseArguments(['eval', ...line.split(' ')], environment, false);

describe('The command line of eval', () => {
  it('reads a run, greedy and by the old rules unless told', () => {
    const args = parse('os --suite data --endpoint http://x');
    assert.ok(args.command === 'eval');
    assert.deepEqual(
      [
        args.kind,
        args.suite,
        args.temperature,
        args.rules,
        args.repeat,
        args.concurrency,
        args.retries,
        args.constrain,
      ],
      ['os', path.resolve('data'), 0, 'old', 1, 1, 2, false],
    );
    const more = parse(
      'os --suite d --endpoint x --shard 2/8 --repeat 3 --seed 0 --temperature 0.7 --container-engine podman',
    );
    assert.ok(more.command === 'eval');
    assert.deepEqual(
      [more.shard, more.repeat, more.seed, more.temperature, more.engine],
      [{ index: 2, count: 8 }, 3, 0, 0.7, ['podman']],
    );
  });

  it('takes secrets out of the environment', () => {
    const environment = { K: 's', AGENTLM_DATABASE_URL: 'mysql://root:p@h' };
    const args = parse('db --suite d --endpoint x --engine mysql --api-key-env K', environment);
    assert.ok(args.command === 'eval');
    assert.deepEqual([args.apiKey, args.databaseUrl], ['s', 'mysql://root:p@h']);
    assert.deepEqual(environment, {});
  });

  it('reads a report', () => {
    assert.deepEqual(parse('report a.jsonl /b.jsonl --html r.html --price 0.2,0.6 --json'), {
      command: 'eval-report',
      files: [path.resolve('a.jsonl'), '/b.jsonl'],
      html: path.resolve('r.html'),
      prices: { prompt: 0.2, completion: 0.6 },
      json: true,
    });
  });

  for (const line of [
    'web',
    'os x --suite d --endpoint e',
    'os --suite d',
    'db --suite d --endpoint e --image i',
    'db --suite d --endpoint e --scripts s',
    'db --suite d --endpoint e --engine oracle',
    'db --suite d --endpoint e --engine mysql',
    'db --suite d --endpoint e --engine sqlite --database-url mysql://h',
    'os --suite d --endpoint e --concurrency 0',
    'os --suite d --endpoint e --shard 0/2',
    'os --suite d --endpoint e --rules odd',
    'os --suite d --endpoint e --temperature hot',
    'os --suite d --endpoint e --seed -1',
    'os --suite d --endpoint e --price 1',
    'os --suite d --endpoint e --api-key-env NONE',
    'os --suite d --endpoint e --html x',
    'report a --suite d',
  ]) {
    it(`refuses ${line}`, () => assert.throws(() => parse(line), UsageError));
  }

  it('helps', () => {
    assert.deepEqual(parse('--help'), { command: 'help' });
  });
});
