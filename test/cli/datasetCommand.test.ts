import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatDialogue, gpt, human, type Dialogue } from '../../src/agent/conversation';
import { datasetCommand } from '../../src/cli/datasetCommand';
import { parseDatasetArguments } from '../../src/cli/datasetArguments';
import { UsageError } from '../../src/cli/usageError';
import { changed, osTurns } from '../dataset/rows';

describe('agentlm dataset', () => {
  let folder: string;
  let good: string;
  let general: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
    good = await fileOf('good.jsonl', rows('os', 6));
    general = path.join(folder, 'general.json');
    const chats = Array.from({ length: 40 }, (_, index) => ({
      id: `c${index}`,
      conversations: [
        { from: 'human', value: `Question ${index}?` },
        { from: 'gpt', value: 'Answer.' },
      ],
    }));
    await writeFile(general, JSON.stringify(chats));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  function rows(name: string, many: number): Dialogue[] {
    return Array.from({ length: many }, (_, index) => ({
      id: `${name}_${index}`,
      conversations: osTurns.map((turn, at) =>
        at === 2 ? { ...turn, value: `${turn.value} Look at shelf ${index}.` } : turn,
      ),
    }));
  }

  async function fileOf(name: string, dialogues: readonly Dialogue[], rest = ''): Promise<string> {
    const file = path.join(folder, name);
    await writeFile(file, dialogues.map((row) => `${formatDialogue(row)}\n`).join('') + rest);
    return file;
  }

  async function run(...line: string[]): Promise<{ code: number; text: string; lines: unknown[] }> {
    let text = '';
    const write = async (piece: string): Promise<void> => {
      text += piece;
    };
    const code = await datasetCommand(parseDatasetArguments(line, {}), write, new AbortController().signal);
    return {
      code,
      text,
      lines: line.includes('--json')
        ? text
            .trim()
            .split('\n')
            .map((json) => JSON.parse(json) as unknown)
        : [],
    };
  }

  it('validates row by row, names a bad line, and goes on', async () => {
    const bad = rows('os', 2).map((row) => ({ ...row, conversations: row.conversations.slice(0, 5) }));
    const file = await fileOf('mixed.jsonl', [...rows('os', 1), ...bad], '{"id": \n');
    const { code, lines } = await run('validate', file, '--json');
    assert.equal(code, 1);
    assert.equal(lines.length, 5);
    assert.deepEqual(lines[0], { id: 'os_0', ok: true, problems: [] });
    assert.deepEqual(
      (lines[1] as { problems: { code: string }[] }).problems.map(({ code }) => code),
      ['last-not-learnt'],
    );
    assert.match(JSON.stringify(lines[3]), /"id":null.*unreadable.*mixed\.jsonl:4/);
    assert.deepEqual(lines[4], { summary: { rows: 4, ok: 1, problems: { 'last-not-learnt': 2, unreadable: 1 } } });
    assert.match((await run('validate', file)).text, /1 of 4 rows are sound\./);
  });

  it('exits with 0 when every row is sound', async () => {
    const { code, text } = await run('validate', good);
    assert.deepEqual([code, text], [0, '6 of 6 rows are sound.\n']);
  });

  it('prints statistics and errors, for people and for programs', async () => {
    const { lines } = await run('stats', good, '--json');
    assert.deepEqual((lines[0] as { table: unknown }).table, [
      { task: 'os', model: null, instructions: 6, rows: 6, kept: 6, averageTurns: 2, keptRatio: null },
    ]);
    assert.match((await run('stats', good)).text, /^task .*\nos /);
    assert.deepEqual((await run('errors', good, '--json')).lines, [{ rows: 6, unreadable: 0, errors: [] }]);
  });

  it('counts what is there of files without a row, and exits with 1', async () => {
    const none = [await fileOf('empty.jsonl', []), await fileOf('notes.jsonl', [], 'no data\n')];
    const stats = await run('stats', ...none, '--json');
    assert.deepEqual([stats.code, (stats.lines[0] as { unreadable: unknown }).unreadable], [1, 1]);
    const errors = await run('errors', ...none, '--json');
    assert.deepEqual([errors.code, errors.lines], [1, [{ rows: 0, unreadable: 1, errors: [] }]]);
  });

  it('converts, and leaves beside the file what the trainer wants', async () => {
    const out = path.join(folder, 'factory.json');
    const { code, lines } = await run('convert', good, '--to', 'llama-factory', '--out', out, '--json');
    assert.equal(code, 0);
    const info = path.join(folder, 'dataset_info.json');
    const yaml = path.join(folder, 'factory.llama-factory.yaml');
    assert.deepEqual(lines, [
      {
        summary: { rows: 6, written: 6, examples: 12, refused: 0, testRows: 0, reasons: {}, files: [out, info, yaml] },
      },
    ]);
    assert.equal((JSON.parse(await readFile(out, 'utf8')) as unknown[]).length, 12);
    assert.match(await readFile(yaml, 'utf8'), /mask_history: true/);
  });

  it('writes the kept rows and names the refused ones, or under --strict nothing', async () => {
    const file = await fileOf('separator.jsonl', [
      ...rows('os', 2),
      { id: 'os_bad', conversations: [human('a </s>'), gpt('b', { loss: true })] },
    ]);
    const out = path.join(folder, 'kept.jsonl');
    const strict = await run('convert', file, '--to', 'axolotl', '--out', out, '--strict', '--json');
    assert.equal(strict.code, 1);
    await assert.rejects(readFile(out), { code: 'ENOENT' });
    const { code, lines } = await run('convert', file, '--to', 'axolotl', '--out', out, '--json');
    assert.equal(code, 0);
    assert.match(JSON.stringify(lines[0]), /"id":"os_bad","refused":\{"code":"separator","turn":0/);
    assert.equal((await readFile(out, 'utf8')).trim().split('\n').length, 2);
  });

  it('writes for FastChat what begins every row as learnt, and other replies that are not only when told to', async () => {
    const out = path.join(folder, 'fastchat.json');
    const bad = await fileOf('given.jsonl', [{ id: 'os_1', conversations: changed(osTurns, 3, { loss: false }) }]);
    assert.equal((await run('convert', bad, '--to', 'fastchat', '--out', out)).code, 1);
    assert.equal((await run('convert', bad, '--to', 'fastchat', '--out', out, '--learn-given')).code, 0);
    assert.equal((await run('convert', good, '--to', 'fastchat', '--out', out, '--force')).code, 0);
  });

  it('replaces no file without being told to', async () => {
    const out = await fileOf('taken.jsonl', []);
    assert.equal((await run('convert', good, '--to', 'agentinstruct-jsonl', '--out', out)).code, 2);
    assert.equal(await readFile(out, 'utf8'), '');
    assert.equal((await run('convert', good, '--to', 'agentinstruct-jsonl', '--out', out, '--force')).code, 0);
    assert.equal(await readFile(out, 'utf8'), await readFile(good, 'utf8'));
  });

  it('mixes, and makes the same file again from its recipe', async () => {
    const [first, second, recipe] = [
      path.join(folder, 'mix.jsonl'),
      path.join(folder, 'again.jsonl'),
      path.join(folder, 'mix.recipe.json'),
    ];
    const mixed = await run(
      'mix',
      '--agent',
      good,
      '--general',
      general,
      '--eta',
      '0.2',
      '--seed',
      '5',
      '--out',
      first,
      '--recipe',
      recipe,
      '--json',
    );
    assert.equal(mixed.code, 0);
    assert.deepEqual((mixed.lines[0] as { rows: number; agent: number }).rows, 30);
    assert.equal((await run('mix', '--from-recipe', recipe, '--out', second)).code, 0);
    assert.equal(await readFile(second, 'utf8'), await readFile(first, 'utf8'));
    const text = await readFile(recipe, 'utf8');
    assert.ok(!text.includes(folder), 'a recipe holds no absolute path');
    // What is read is never written over.
    assert.equal((await run('mix', '--from-recipe', recipe, '--out', general, '--force')).code, 2);
    await writeFile(general, '[]');
    assert.equal((await run('mix', '--from-recipe', recipe, '--out', second, '--force')).code, 2);
  });

  for (const [line, message] of [
    [[], /After "dataset" comes/],
    [['sort', 'a'], /After "dataset" comes/],
    [['validate'], /Say which file/],
    [['validate', 'a', '--to', 'dpo'], /--to does not go with dataset validate/],
    [['validate', 'a', '--max-tokens', '0'], /--max-tokens wants a whole number from 1/],
    [['convert', 'a', '--out', 'b'], /Say which format: --to agentinstruct-jsonl, /],
    [['convert', 'a', '--to', 'fastchat'], /Say where to write/],
    [['convert', 'a', '--to', 'dpo', '--out', 'b', '--learn-given'], /goes with --to fastchat/],
    [['mix', 'a', '--out', 'b'], /Say whether "a" is --agent or --general/],
    [['mix', '--agent', 'a', '--out', 'b'], /A mixture has two sides/],
    [['mix', '--agent', 'a', '--general', 'b', '--out', 'c', '--eta', '2'], /--eta wants a share/],
    [['mix', '--from-recipe', 'a', '--out', 'b', '--eta', '0.1'], /leave --eta out/],
    [['stats', 'a', '--wings'], /wings/],
  ] as const) {
    it(`refuses: dataset ${line.join(' ')}`, () => {
      assert.throws(
        () => parseDatasetArguments(line, {}),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }

  it('takes several files behind --agent and --general', () => {
    const args = parseDatasetArguments(
      ['mix', '--agent', 'a', 'b', '--general', 'c', '--out', 'o', '--general', 'd', 'e'],
      {},
    );
    assert.ok(args.command === 'mix');
    assert.deepEqual(
      [args.agent, args.general].map((files) => files.map((file) => path.basename(file))),
      [
        ['a', 'b'],
        ['c', 'd', 'e'],
      ],
    );
  });
});
