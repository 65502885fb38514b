import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatDialogue, gpt, human } from '../../src/agent/conversation';
import { UserError } from '../../src/agent/errors';
import type { MixChoice } from '../../src/agent/trainingMix';
import { mixBuilder } from '../../src/composition/trainingMix';

const never = new AbortController().signal;
const quiet = (): void => {};

describe('Building a training mix in the editor', () => {
  let folder: string;
  let choice: MixChoice;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-test-mix-'));
    choice = {
      agent: [await rowsIn('runs.jsonl', 'os', 20)],
      general: [await rowsIn('chats.jsonl', 'chat', 3000)],
      eta: 0.2,
      seed: 7,
      validation: 0.1,
    };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function rowsIn(name: string, id: string, many: number): Promise<string> {
    const file = path.join(folder, name);
    const row = (index: number) => ({
      id: `${id}_${index}`,
      conversations: [human(`${id} question ${index}`), gpt('It is so.', { loss: true })],
    });
    await writeFile(file, Array.from({ length: many }, (_, index) => `${formatDialogue(row(index))}\n`).join(''));
    return file;
  }

  const hasCode = (code: string) => (error: unknown) => UserError.is(error) && error.code === code;
  const to = (name: string, expected?: string) => ({ out: path.join(folder, name), expected });

  it('tells before anything is written what it would come to, and how far the reading is', async () => {
    const told: unknown[] = [];
    const before = await readdir(folder);
    const preview = await mixBuilder.preview(choice, (progress) => told.push(progress), never);
    assert.deepEqual(await readdir(folder), before);
    assert.deepEqual(told.slice(-1), [{ rows: 3000, of: 3020 }]);
    const { sha256: _, files: __, ...written } = await mixBuilder.write(choice, to('mix.jsonl'), quiet, never);
    assert.deepEqual(written, preview);
    assert.ok(preview.validation > 0 && preview.tokens.agent > 0);
  });

  it('leaves beside it what was held out, and a recipe that makes the same bytes again', async () => {
    const { files, sha256 } = await mixBuilder.write(choice, to('mix.jsonl'), quiet, never);
    assert.deepEqual(
      files.map((file) => path.basename(file)),
      ['mix.jsonl', 'mix.validation.jsonl', 'mix.recipe.json'],
    );
    const recipe = path.join(folder, 'mix.recipe.json');
    const followed = await mixBuilder.openRecipe(recipe, never);
    assert.deepEqual(followed, { choice: { ...choice, total: undefined, leakCheck: undefined }, expected: sha256 });
    const again = await mixBuilder.write(followed.choice, to('again.jsonl', followed.expected), quiet, never);
    assert.equal(again.sha256, sha256);
    const [one, two] = await Promise.all(['mix', 'again'].map((name) => readFile(path.join(folder, `${name}.jsonl`))));
    assert.ok(one && two && one.equals(two));
  });

  it('names a recipe whose files have changed, and what is none', async () => {
    await mixBuilder.write(choice, to('mix.jsonl'), quiet, never);
    const recipe = path.join(folder, 'mix.recipe.json');
    await writeFile(path.join(folder, 'chats.jsonl'), '');
    await assert.rejects(mixBuilder.openRecipe(recipe, never), hasCode('dataset.recipe-input'));
    await writeFile(recipe, '{"recipe": "agentlm-mix", "version": 1}');
    await assert.rejects(mixBuilder.openRecipe(recipe, never), hasCode('dataset.recipe'));
  });

  it('leaves nothing behind where it is stopped, or a file that it reads is in the way', async () => {
    const before = await readdir(folder);
    const stopping = new AbortController();
    const stop = ({ of }: { of: number | undefined }): void => {
      if (of !== undefined) stopping.abort();
    };
    const large = { ...choice, general: [await rowsIn('many.jsonl', 'talk', 20_000)] };
    await assert.rejects(mixBuilder.write(large, to('mix.jsonl'), stop, stopping.signal));
    await assert.rejects(mixBuilder.write(choice, to('runs.jsonl'), quiet, never), hasCode('dataset.mix-input'));
    assert.deepEqual(await readdir(folder), [...before, 'many.jsonl'].toSorted());
  });
});
