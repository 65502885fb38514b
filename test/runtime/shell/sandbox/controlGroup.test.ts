import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeGroups, type ControlGroups } from '../../../../src/runtime/shell/sandbox/controlGroup';

const isFrozen = (folder: string) => /^frozen 1$/m.test(readFileSync(path.join(folder, 'cgroup.events'), 'utf8'));

describe('The control groups of a run', function () {
  this.timeout(20_000);
  let groups: ControlGroups;
  let freezable: string | undefined;
  let folder: string;
  before(async function () {
    folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
    groups = await makeGroups(path.basename(folder), 50);
    freezable = groups.folders.find((group) => existsSync(path.join(group, 'cgroup.freeze')));
    if (freezable === undefined) this.skip();
  });
  after(async () => {
    await groups.remove();
    rmSync(folder, { recursive: true });
    for (const group of groups.folders) assert.ok(!existsSync(group), group);
  });

  it('hold all of its processes, let them go on, and end them while they are held', async () => {
    assert.ok(freezable !== undefined);
    const file = path.join(folder, 'grows');
    const entered = groups.folders.map((group) => `echo $$ >'${group}/cgroup.procs'`).join('; ');
    const child = spawn('bash', ['-c', `${entered}; while :; do (echo >>'${file}'); done`], { stdio: 'inherit' });
    const gone = new Promise((resolve) => child.once('close', resolve));
    const size = () => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    const grows = async (): Promise<void> => {
      for (const before = size(); size() <= before;) await delay(10);
    };
    await grows();
    const release = await groups.hold();
    while (!isFrozen(freezable)) await delay(10);
    const held = size();
    await delay(200);
    assert.equal(size(), held);
    await release();
    await grows();
    await groups.hold();
    await groups.remove();
    await gone;
  });
});
