import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Turn } from '../../src/agent/conversation';
import { gpt } from '../../src/agent/conversation';
import { UserError } from '../../src/agent/errors';
import { writeLine, type RecordLine } from '../../src/agent/runRecord';
import type { ReviewLine } from '../../src/agent/runReview';
import type { ExportName } from '../../src/agent/trainingExport';
import { createTrainingExporter } from '../../src/composition/trainingExport';
import { changed, osTurns } from '../dataset/rows';

const never = new AbortController().signal;
const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
const accepted: ReviewLine = { type: 'verdict', verdict: 'accepted' };
const rejected: ReviewLine = { type: 'verdict', verdict: 'rejected' };

describe('Exporting runs', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'agentlm-export-'))));
  afterEach(() => rm(folder, { recursive: true }));

  async function keep(id: string, turns: readonly Turn[], ...review: readonly ReviewLine[]): Promise<void> {
    const lines: RecordLine[] = [
      { run: id, type: 'begun', version: 1, kind: 'os', problem: 'p', place: '/', askedAt: 0, product: '0.1.0' },
      ...turns.map((turn): RecordLine => ({ run: id, at: 1, type: 'turn', turn })),
      ...review.map((line): RecordLine => ({ run: id, at: 2, ...line })),
    ];
    await writeFile(path.join(folder, `${id}.trajectory.jsonl`), lines.map((line) => `${writeLine(line)}\n`).join(''));
  }

  const exporter = () => createTrainingExporter([folder, path.join(folder, 'missing')]);
  const choice = (format: ExportName, learnGiven = false) => ({ format, files: undefined, learnGiven });

  async function linesOf(format: ExportName): Promise<unknown[]> {
    const out = path.join(folder, 'out.jsonl');
    await exporter().write(choice(format), out, never);
    const text = await readFile(out, 'utf8');
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  }

  it('takes what was accepted, as it was left, and nothing else', async () => {
    const withToken = changed(osTurns, 4, { value: `The output of the OS:\n\n${token}` });
    const replaced = [{ kind: 'github-token', secret: token, replacement: 'REDACTED_GITHUB_TOKEN_1' }];
    await keep('os_a', withToken, { type: 'redaction', replaced, kept: [] }, accepted);
    await keep('os_b', osTurns);
    await keep('os_c', osTurns, rejected);
    const rows = (await linesOf('agentinstruct-jsonl')) as { id: string; conversations: Turn[] }[];
    assert.deepEqual(
      rows.map(({ id }) => id),
      ['os_a'],
    );
    assert.equal(rows[0]?.conversations[4]?.value, 'The output of the OS:\n\nREDACTED_GITHUB_TOKEN_1');
  });

  it('refuses a run with a secret that nobody has decided on, however it was accepted', async () => {
    const withToken = changed(osTurns, 4, { value: `The output of the OS:\n\n${token}` });
    await keep('os_a', withToken, accepted);
    await keep('os_b', withToken, { type: 'redaction', replaced: [], kept: [token] }, accepted);
    const preview = await exporter().preview(choice('axolotl'), never);
    assert.deepEqual([preview.rows, preview.refusedRows], [1, 1]);
    const [refused] = preview.refused;
    assert.deepEqual([refused?.id, refused?.code, refused?.turn], ['os_a', 'secret', 4]);
    assert.doesNotMatch(refused?.detail ?? '', /ghp_/);
  });

  it('makes a pair of a corrected reply, and of an accepted and a rejected run, whose secrets are replaced', async () => {
    const worse = changed(osTurns, 5, { value: `Think: It is ${token}.\n\nAct: answer(4)` });
    await keep('os_a', osTurns, accepted);
    await keep('os_b', worse, rejected);
    const pairs = (await linesOf('dpo')) as { chosen: { content: string }[]; rejected: { content: string }[] }[];
    assert.deepEqual(
      pairs.map((pair) => [pair.chosen[0]?.content, pair.rejected[0]?.content]),
      [['Think: There are three.\n\nAct: answer(3)', 'Think: It is REDACTED_GITHUB_TOKEN_1.\n\nAct: answer(4)']],
    );
    await keep('os_a', osTurns, { type: 'correction', turn: 5, value: 'Act: answer(three)' }, accepted);
    const corrected = (await linesOf('dpo')) as typeof pairs;
    assert.equal(corrected[0]?.chosen[0]?.content, 'Act: answer(three)');
    assert.equal(corrected[0]?.rejected[0]?.content, 'Think: There are three.\n\nAct: answer(3)');
  });

  it('shows what is learnt token by token, by the rules of the trainer', async () => {
    await keep('os_a', osTurns, accepted);
    const { samples, examples } = await exporter().preview(choice('axolotl'), never);
    assert.equal(examples, 1);
    const learnt = samples[0]?.tokens.filter((each) => each.learnt).map(({ text }) => text) ?? [];
    assert.ok(learnt.length > 20);
    assert.match(learnt.join(''), /^Think: I count them\.\n\nAct: bash\n\n```bash\nls lamps \| wc -l\n```/);
    const all = samples[0]?.tokens.map(({ text }) => text).join('') ?? '';
    for (const { value } of osTurns) assert.ok(all.includes(value), value);
  });

  it('lets FastChat learn what is not to be learnt only when it is told to', async () => {
    await keep('os_a', [...osTurns.slice(0, 3), gpt('What?', { loss: false }), ...osTurns.slice(4)], accepted);
    const refused = await exporter().preview(choice('fastchat'), never);
    assert.deepEqual([refused.rows, refused.refused[0]?.code], [0, 'mask']);
    assert.equal((await exporter().preview(choice('fastchat', true), never)).rows, 1);
  });

  it('writes what belongs beside it, and nothing where there is nothing', async () => {
    const out = path.join(folder, 'out', 'train.json');
    const nothing = await exporter()
      .write(choice('llama-factory'), path.join(folder, 'train.json'), never)
      .then(
        () => assert.fail(),
        (error: unknown) => error,
      );
    assert.ok(UserError.is(nothing) && nothing.code === 'export.nothing');
    assert.deepEqual(await readdir(folder), []);
    await keep('os_a', osTurns, accepted);
    const written = await exporter().write(choice('llama-factory'), path.join(folder, 'train.json'), never);
    assert.deepEqual(
      written.map((file) => path.basename(file)),
      ['train.json', 'dataset_info.json', 'train.llama-factory.yaml'],
    );
    await assert.rejects(exporter().write(choice('axolotl'), out, never), { code: 'dataset.unwritable' });
  });

  it('reads files of the user’s own instead', async () => {
    const file = path.join(folder, 'rows.jsonl');
    await writeFile(file, `${JSON.stringify({ id: 'os_x', conversations: osTurns })}\n{"no": "row"}\n`);
    const preview = await exporter().preview({ format: 'openai', files: [file], learnGiven: false }, never);
    assert.deepEqual([preview.rows, preview.refused[0]?.code], [1, 'unreadable']);
  });
});
