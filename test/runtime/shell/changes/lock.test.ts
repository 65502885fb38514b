import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { withLock } from '../../../../src/runtime/shell/changes/lock';
import type { RunFolder } from '../../../../src/runtime/shell/changes/runFolder';

describe('The lock of a run', () => {
  let run: RunFolder;
  let file: string;
  beforeEach(() => {
    const folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
    mkdirSync(path.join(folder, 'upper'));
    const about = { version: 1, id: 'os_1', workspace: folder, problem: '', layer: 'user', scratch: '' } as const;
    run = { path: folder, manifest: { ...about, startedAt: 1, endedAt: 2, host: { pid: 0 } } };
    file = path.join(folder, 'applying.json');
  });
  afterEach(() => rmSync(run.path, { recursive: true }));

  /** The number of a process that is no more. */
  const gone = 2 ** 22 + 1;

  it('is had by one at a time, also after a crash, and leaves nothing', async () => {
    for (let round = 0; round < 20; round++) {
      writeFileSync(file, JSON.stringify({ host: { pid: gone }, token: 'crashed' }));
      let inside = 0;
      const one = async () =>
        withLock(run, async () => {
          inside++;
          await delay(5);
          assert.equal(inside, 1);
          inside--;
        });
      const ends = await Promise.allSettled([one(), one(), one()]);
      for (const end of ends) if (end.status === 'rejected') assert.equal(end.reason.code, 'changes.busy');
      assert.ok(ends.some(({ status }) => status === 'fulfilled'));
      assert.deepEqual(
        readdirSync(run.path).filter((name) => name.startsWith('applying')),
        [],
      );
    }
  });

  it('is there whole, and is not taken from whoever has it by now', async () => {
    const theirs = JSON.stringify({ host: { pid: process.pid }, token: 'theirs' });
    await withLock(run, async (token) => {
      assert.equal(JSON.parse(readFileSync(file, 'utf8')).token, token);
      writeFileSync(file, theirs);
    });
    assert.equal(readFileSync(file, 'utf8'), theirs);
    await assert.rejects(
      withLock(run, async () => undefined),
      { code: 'changes.busy' },
    );
    assert.ok(existsSync(file));
  });
});
