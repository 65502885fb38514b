import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../../src/agent/errors';
import { createAtomicFile } from '../../../src/runtime/trajectories/atomicFile';
import { secretlintFindings } from '../../../src/runtime/trajectories/secretlint';
import { createShuffledFile } from '../../../src/runtime/trajectories/shuffledFile';

describe('A file that is written', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
    file = path.join(folder, 'rows.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const hasCode = (code: string) => (error: unknown) => UserError.is(error) && error.code === code;

  it('is not there before it is whole', async () => {
    const writing = await createAtomicFile(file, { force: false });
    await writing.write('a'.repeat(3_000_000));
    await assert.rejects(readFile(file), { code: 'ENOENT' });
    await writing.finish();
    assert.equal((await readFile(file, 'utf8')).length, 3_000_000);
    assert.deepEqual(await readdir(folder), ['rows.jsonl']);
  });

  it('leaves nothing when it is given up', async () => {
    const writing = await createAtomicFile(file, { force: false });
    await writing.write('half');
    await writing.discard();
    await writing.discard();
    assert.deepEqual(await readdir(folder), []);
  });

  it('takes no place that is taken, unless it may', async () => {
    await writeFile(file, 'old');
    await assert.rejects(createAtomicFile(file, { force: false }), hasCode('dataset.exists'));
    const writing = await createAtomicFile(file, { force: true });
    await writing.write('new');
    assert.equal(await readFile(file, 'utf8'), 'old');
    await writing.finish();
    assert.equal(await readFile(file, 'utf8'), 'new');
  });

  it('takes no place that was taken meanwhile', async () => {
    const writing = await createAtomicFile(file, { force: false });
    await writing.write('mine');
    await writeFile(file, 'theirs');
    await assert.rejects(writing.finish(), hasCode('dataset.exists'));
    await writing.discard();
    assert.equal(await readFile(file, 'utf8'), 'theirs');
    assert.deepEqual(await readdir(folder), ['rows.jsonl']);
  });

  it('says where it cannot be written', async () => {
    const missing = path.join(folder, 'none/rows.jsonl');
    await assert.rejects(createAtomicFile(missing, { force: false }), hasCode('dataset.unwritable'));
    await chmod(folder, 0o755);
  });

  it('is ordered by the places of its lines, in one bucket or in many', async () => {
    const lines = Array.from({ length: 5_000 }, (_, index) => ({
      line: `line ${index} ä`,
      place: ((index * 7919) % 5_003) / 5_003,
    }));
    const expected = lines
      .toSorted((a, b) => a.place - b.place)
      .map(({ line }) => `${line}\n`)
      .join('');
    for (const expectedBytes of [0, 10 ** 9]) {
      const writing = await createShuffledFile(file, expectedBytes, { force: true });
      for (const { line, place } of lines) await writing.write(line, place);
      await writing.finish();
      assert.equal(await readFile(file, 'utf8'), expected);
      assert.deepEqual(await readdir(folder), ['rows.jsonl']);
    }
  });

  it('leaves no bucket when it is given up', async () => {
    const writing = await createShuffledFile(file, 10 ** 9, { force: false });
    await writing.write('x'.repeat(200_000), 0.5);
    await writing.discard();
    assert.deepEqual(await readdir(folder), []);
  });
});

describe('What secretlint finds', () => {
  it('is told by kind and place', async () => {
    const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
    assert.deepEqual(await secretlintFindings(`x ${token}`), [{ kind: 'github', start: 2, end: 42 }]);
  });

  it('is nothing in a plain text', async () => {
    assert.deepEqual(await secretlintFindings('The output of the OS:\n\n3'), []);
  });
});
