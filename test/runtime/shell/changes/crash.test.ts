import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listPending, openPending } from '../../../../src/runtime/shell/changes/pending';
import { processesWith } from '../shells';
import { bundle, holdRun, identities, makePlace, requireSandbox, startHolder, type Place } from '../sandbox/held';

const [identity = 'an ordinary user'] = identities;

describe('After a crash', function () {
  this.timeout(120_000);
  let place: Place;
  const folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
  const program = path.join(folder, 'applier.cjs');
  before(async function () {
    await requireSandbox(this, identity);
    await bundle('test/runtime/shell/changes/applier.ts', program);
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    place = makePlace(identity);
  });
  afterEach(() => place.remove());

  const at = (file: string) => path.join(place.workspace, file);
  const count = 40;

  /** What a name of the workspace stands for; folders by what is in them. */
  function standing(name: string): string {
    const stats = lstatSync(at(name), { throwIfNoEntry: false });
    if (stats === undefined) return 'nothing';
    if (!stats.isDirectory()) return readFileSync(at(name), 'utf8');
    return `folder of ${readdirSync(at(name)).join()}`;
  }
  const names = (kind: string) => Array.from({ length: count }, (_, index) => `${kind}${index}`);
  /** The only two things that each name may ever stand for. */
  const versions: Readonly<Record<string, readonly [before: string, after: string]>> = {
    modified: ['old\n', 'new\n'],
    added: ['nothing', 'new\n'],
    deleted: ['old\n', 'nothing'],
    folderGone: ['folder of x,y', 'nothing'],
    folderToFile: ['folder of x,y', 'new\n'],
    fileToFolder: ['old\n', 'folder of '],
  };

  it('in the middle of applying, each name stands for the old or the new version, and the rest can be applied', async () => {
    for (const [kind, [before]] of Object.entries(versions)) {
      for (const name of names(kind)) {
        if (before === 'old\n') place.write(at(name), before);
        else if (before !== 'nothing') for (const inside of ['x', 'y']) place.write(at(`${name}/${inside}`), 'old\n');
      }
    }
    const held = await holdRun(identity, place);
    const { exitCode, output } = await held.run(
      `for f in modified*; do echo new >$f; done; for ((i = 0; i < ${count}; i++)); do echo new >added$i; done; rm deleted*; rm -r folderGone* folderToFile*; for ((i = 0; i < ${count}; i++)); do echo new >folderToFile$i; done; rm fileToFolder*; for ((i = 0; i < ${count}; i++)); do mkdir fileToFolder$i; done`,
    );
    assert.equal(exitCode, 0, output);
    await held.close();

    let kills = 0;
    let partly = 0;
    for (let waitMs = 120; existsSync(path.join(place.storage, 'os_test')); waitMs += 20) {
      const child = spawn(process.execPath, [program, place.storage, 'os_test'], { stdio: 'ignore' });
      const gone = new Promise((resolve) => child.once('close', resolve));
      await Promise.race([delay(waitMs), gone]);
      child.kill('SIGKILL');
      await gone;
      kills++;

      if (!existsSync(path.join(place.storage, 'os_test', 'manifest.json'))) break;
      const pending = await openPending(place.storage, 'os_test');
      const listed = new Set((await pending.list()).map(({ path: name }) => name));
      assert.deepEqual(
        readdirSync(place.workspace).filter((name) => name.startsWith('.agentlm')),
        [],
      );
      for (const [kind, [before, after]] of Object.entries(versions)) {
        for (const name of names(kind)) {
          const now = standing(name);
          assert.equal(now, listed.has(name) ? before : after, `${name} after ${waitMs} ms`);
        }
      }
      if (listed.size > 0 && listed.size < count * Object.keys(versions).length) partly++;
    }
    assert.ok(partly > 0, `of ${kills} crashes one was in the middle`);
    for (const [kind, [, after]] of Object.entries(versions)) {
      for (const name of names(kind)) assert.equal(standing(name), after);
    }
  });

  it('at any time of a run, no process is left, and what it changed waits', async () => {
    place.write(at('a'), 'old\n');
    for (let waitMs = 0; waitMs < 800; waitMs += 80) {
      const id = `os_${waitMs}`;
      const child = await startHolder(identity, place, { id });
      child.stdin.write(
        `${JSON.stringify({ command: 'while :; do echo new >a; sleep 0.05; setsid -f sleep 876543; done' })}\n`,
      );
      const gone = new Promise((resolve) => child.once('close', resolve));
      await delay(waitMs);
      child.kill('SIGKILL');
      await gone;
      const end = Date.now() + 5_000;
      while (processesWith(place.folder).length + processesWith('sleep 876543').length > 0) {
        assert.ok(Date.now() < end, processesWith(place.folder).join('\n'));
        await delay(20);
      }
      assert.equal(readFileSync(at('a'), 'utf8'), 'old\n');
    }
    const waiting = await listPending(place.storage);
    const listed = await Promise.all(
      waiting.map(async (pending) => (await pending.list()).map(({ path: name }) => name)),
    );
    assert.ok(listed.some((paths) => paths.includes('a')));
    for (const pending of waiting) {
      assert.equal(await pending.state(), 'interrupted');
      await pending.discard();
    }
    // One that was killed before it had written its manifest is nobody's, and empty.
    for (const id of readdirSync(place.storage)) assert.deepEqual(readdirSync(path.join(place.storage, id)), []);
  });

  it('half a line in the record of originals does not spoil the others', async () => {
    place.write(at('a'), 'old\n');
    place.write(at('b'), 'old\n');
    const held = await holdRun(identity, place);
    await held.run('echo new >a');
    await held.run(':');
    held.process.kill('SIGKILL');
    await new Promise((resolve) => held.process.once('close', resolve));
    const record = path.join(place.storage, 'os_test/originals.jsonl');
    const whole = readFileSync(record, 'utf8');
    place.write(record, `${whole}\n{"path":"b","sta`);
    const [pending] = await listPending(place.storage);
    assert.deepEqual(
      (await pending?.list())?.map(({ path: name, conflict }) => [name, conflict]),
      [['a', undefined]],
    );
    assert.equal((await pending?.apply('all'))?.left, 0);
  });
});
