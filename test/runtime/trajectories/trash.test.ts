import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { emptyTrash, moveToTrash } from '../../../src/runtime/trajectories/trash';

describe('The trash of trajectories', () => {
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
    await writeFile(at('a.jsonl'), 'a');
    await writeFile(at('b.jsonl'), 'b');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('takes files out of the folder, and gives them back', async () => {
    const restore = await moveToTrash([at('a.jsonl'), at('b.jsonl')]);
    assert.deepEqual(await readdir(folder), ['.trash']);
    await restore();
    assert.equal(await readFile(at('a.jsonl'), 'utf8'), 'a');
    assert.equal(await readFile(at('b.jsonl'), 'utf8'), 'b');
  });

  it('never replaces what stands there meanwhile, and keeps what it has', async () => {
    const restore = await moveToTrash([at('a.jsonl')]);
    await writeFile(at('a.jsonl'), 'new');
    await assert.rejects(restore(), { code: 'library.trash' });
    assert.equal(await readFile(at('a.jsonl'), 'utf8'), 'new');
    assert.equal((await readdir(at('.trash'))).length, 1);
  });

  it('is emptied for good, also where there is none', async () => {
    await moveToTrash([at('a.jsonl')]);
    await emptyTrash([folder, at('nowhere')]);
    assert.deepEqual(await readdir(folder), ['b.jsonl']);
  });

  it('says which file is not there', async () => {
    await assert.rejects(moveToTrash([at('none.jsonl')]), /none\.jsonl could not be moved/);
  });
});
