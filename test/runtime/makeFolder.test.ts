import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../src/agent/errors';
import { makeFolder, makeStateFolder } from '../../src/runtime/makeFolder';

describe('A folder for what runs leave behind', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made with all that it lies in, for its owner alone, by several at the same time', async () => {
    const deep = path.join(folder, 'a/b/c/d');
    await Promise.all(Array.from({ length: 8 }, async () => makeStateFolder(deep)));
    for (const made of ['a', 'a/b', 'a/b/c/d']) {
      const stats = statSync(path.join(folder, made));
      assert.ok(stats.isDirectory());
      if (process.platform !== 'win32') assert.equal(stats.mode & 0o777, 0o700);
    }
  });

  it('may be a link to one', async () => {
    symlinkSync(folder, path.join(folder, 'link'));
    await makeFolder(path.join(folder, 'link'));
    await makeFolder(path.join(folder, 'link/a'));
    assert.ok(statSync(path.join(folder, 'a')).isDirectory());
  });

  it('is refused in a sentence where there can be none', async () => {
    writeFileSync(path.join(folder, 'file'), '');
    const places = [path.join(folder, 'file'), path.join(folder, 'file/a/b')];
    if (process.platform === 'linux') places.push('/proc/agentlm/runs', '/proc/self/agentlm');
    for (const place of places) {
      const refused = (error: unknown) =>
        UserError.is(error) && error.code === 'state.folder' && error.message.includes(` ${place}: `);
      await assert.rejects(makeStateFolder(place), refused, place);
    }
  });
});
