import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatDialogue, gpt, human, parseDialogue, type Dialogue } from '../../src/agent/conversation';
import { UserError } from '../../src/agent/errors';
import { openAgentInstruct, type AgentInstruct } from '../../src/composition/agentInstruct';
import { createParquet } from '../../src/runtime/trajectories/parquetFile';
import type { Settings } from '../../src/vscode/settings';
import { TrainedPromptChoice } from '../../src/vscode/runs/trainedPromptChoice';
import { startHub, type FakeHub } from '../hub';
import { agentInstructLines } from '../sharedData';

const never = new AbortController().signal;
const quiet = (): void => {};

const osOpening = [
  human('Instruction: Act: bash or Act: finish.\n\nNow, my problem is:\n\nThe example.'),
  gpt('Think: A “quoted” one.\n\nAct: answer(1)', { loss: false }),
];
const osRow: Dialogue = {
  id: 'os_3',
  conversations: [
    ...osOpening,
    human('Now, I will start a new problem in a new OS. My problem is:\n\nHow many?'),
    gpt('Think: C.\n\nAct: answer(2)', { loss: true }),
  ],
};
const databaseOpening = [human('Use Action: Operation or Action: Answer.\t'), gpt('Ok.', { loss: false })];
const databaseRow: Dialogue = {
  id: 'db_1',
  conversations: [...databaseOpening, human('How many?'), gpt('Action: Answer\nFinal Answer: ["1"]', { loss: true })],
};

describe('Importing AgentInstruct', () => {
  let folder: string;
  let here: AgentInstruct;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-test-import-'));
    here = openAgentInstruct(path.join(folder, 'storage'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function fileOf(name: string, text: string): Promise<string> {
    const file = path.join(folder, name);
    await writeFile(file, text);
    return file;
  }

  const lines = (...rows: readonly Dialogue[]): string => rows.map((row) => `${formatDialogue(row)}\n`).join('');
  const hasCode = (code: string) => (error: unknown) => UserError.is(error) && error.code === code;

  describe('from a hub', () => {
    let hub: FakeHub;
    let parquet: string;
    beforeEach(async () => {
      parquet = path.join(folder, 'os.parquet');
      const rows = await createParquet(parquet, { force: false });
      await rows.write(osRow);
      await rows.finish();
      hub = await startHub('THUDM/AgentInstruct', {
        'data/os-00000-of-00001-ab.parquet': await readFile(parquet),
        'data/db.jsonl': Buffer.from(lines(databaseRow)),
      });
      process.env['HF_ENDPOINT'] = `${hub.url}/`;
    });
    afterEach(async () => {
      delete process.env['HF_ENDPOINT'];
      await hub.close();
    });

    it('says how much it is and where it would go, fetches it whole, and takes both prompts out of it', async () => {
      const offer = await here.importer.look(never);
      const bytes = (await readFile(parquet)).length + Buffer.byteLength(lines(databaseRow));
      assert.deepEqual([offer.hub, offer.files, offer.bytes, offer.commit], [hub.url, 2, bytes, 'c0ffee1234567890']);
      const told: number[] = [];
      const files = await offer.fetch((percent) => told.push(percent), never);
      assert.deepEqual(
        files,
        ['db.jsonl', 'os-00000-of-00001-ab.parquet'].map((name) => path.join(here.datasets, name)),
      );
      assert.equal(told.at(-1), 100);
      assert.deepEqual(await here.importer.take(files, quiet, never), {
        files,
        unreadable: 0,
        splits: { db: 1, os: 1 },
        prompts: ['db', 'os'],
      });
      assert.deepEqual((await here.prompts.find('os'))?.turns, osOpening);
      assert.deepEqual((await here.prompts.find('db'))?.turns, databaseOpening);
    });

    it('says what to do where the hub has nothing, or nobody answers', async () => {
      process.env['HF_ENDPOINT'] = 'http://127.0.0.1:9';
      await assert.rejects(here.importer.look(never), hasCode('hub.unreachable'));
      const empty = await startHub('THUDM/AgentInstruct', { 'README.md': Buffer.from('x') });
      process.env['HF_ENDPOINT'] = empty.url;
      await assert.rejects(here.importer.look(never), hasCode('import.empty'));
      await empty.close();
    });
  });

  it('keeps the prompt of one task when only the other is imported later', async () => {
    await here.importer.take([await fileOf('os.jsonl', lines(osRow))], quiet, never);
    assert.equal(await here.prompts.find('db'), undefined);
    const found = await here.importer.take([await fileOf('db.json', `[${lines(databaseRow)}]`)], quiet, never);
    assert.deepEqual(found.prompts, ['db']);
    assert.deepEqual((await here.prompts.find('os'))?.turns, osOpening);
  });

  it('takes no prompt of rows that only look like it, and counts what cannot be read', async () => {
    const learnt = {
      ...osRow,
      conversations: osRow.conversations.map((turn) => ({ ...turn, loss: turn.from === 'gpt' || null })),
    };
    const shareGpt = '{"conversations": [{"from": "human", "value": "Act: bash"}, {"from": "gpt", "value": "x"}]}\n';
    const file = await fileOf('odd.jsonl', `${lines(learnt)}${shareGpt}{"id": \n`);
    assert.deepEqual(await here.importer.take([file], quiet, never), {
      files: [file],
      unreadable: 1,
      splits: { os: 2 },
      prompts: [],
    });
    assert.equal(await here.prompts.find('os'), undefined);
  });

  it('says what to choose where there is no conversation, and which file cannot be read', async () => {
    await assert.rejects(
      here.importer.take([await fileOf('notes.json', '[1, 2]')], quiet, never),
      hasCode('import.nothing'),
    );
    await assert.rejects(here.importer.take([path.join(folder, 'gone')], quiet, never), hasCode('dataset.unreadable'));
  });

  it('is what the published rows open with, byte for byte', async function () {
    const published = agentInstructLines(this);
    await here.importer.take([await fileOf('db.jsonl', published.join('\n'))], quiet, never);
    const kept = await here.prompts.find('db');
    for (const line of published) assert.deepEqual(parseDialogue(line).conversations.slice(0, 2), kept?.turns);
  });

  it('is missed by a task where the setting wants it and it was not imported', async () => {
    const prompt = { kind: 'os', turns: osOpening } as const;
    let imported = false;
    const settings = { get: () => 'trained' } as unknown as Settings;
    const prompts = { find: async () => (imported ? prompt : undefined) };
    const choice = new TrainedPromptChoice(settings, prompts, async () => (imported = true));
    await assert.rejects(choice.of('os'), hasCode('prompt.not-imported'));
    imported = true;
    assert.equal(await choice.of('os'), prompt);
    const own = { get: () => 'own' } as unknown as Settings;
    assert.equal(await new TrainedPromptChoice(own, prompts, async () => {}).of('os'), undefined);
  });
});
