import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bytesOnDisk, watchWrites, type WriteWatchOptions } from '../../../../src/runtime/shell/sandbox/writeLimit';

describe('The limit of what a run may write', function () {
  this.timeout(20_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string) => writeFileSync(path.join(folder, name), Buffer.alloc(1e6, 'x'));

  /** What `overflow` returns when the limit was passed; called again if it throws. */
  async function watching<T>(
    options: Partial<WriteWatchOptions>,
    meanwhile: () => Promise<void>,
    overflow: () => T,
  ): Promise<T> {
    const told = Promise.withResolvers<T>();
    const onOverflow = async () => told.resolve(overflow());
    const watch = watchWrites({ folders: [folder], limitBytes: 5e5, onOverflow, ...options });
    try {
      await meanwhile();
      return await told.promise;
    } finally {
      await watch.stop();
    }
  }

  it('does not count what was there before', async () => {
    write('found');
    const wasWritten = await watching(
      { foundBytes: await bytesOnDisk(folder) },
      async () => {
        await delay(500);
        write('written');
      },
      () => existsSync(path.join(folder, 'written')),
    );
    assert.ok(wasWritten);
  });

  it('goes on being looked at when a disk did not say what is free', async () => {
    const place = path.join(folder, 'place');
    writeFileSync(place, 'no folder');
    const told = await watching(
      { folders: [path.join(place, 'upper')] },
      async () => {
        await delay(300);
        rmSync(place);
        mkdirSync(path.join(place, 'upper'), { recursive: true });
        write('place/upper/written');
      },
      () => 'told',
    );
    assert.equal(told, 'told');
  });

  it('is told again when the run could not be stopped', async () => {
    write('written');
    let told = 0;
    await watching(
      {},
      async () => undefined,
      () => {
        told++;
        if (told === 1) throw new Error('no');
      },
    );
    assert.equal(told, 2);
  });
});
