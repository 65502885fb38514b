import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../../../src/agent/errors';
import { probeSandbox } from '../../../../src/runtime/shell/sandbox/probe';
import { seccompFilter } from '../../../../src/runtime/shell/sandbox/seccomp';

describe('Whether there is a workspace sandbox', function () {
  this.timeout(20_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is found out without leaving a trace, or told in a sentence', async () => {
    const before = readdirSync(tmpdir()).filter((name) => /^agentlm-(sandbox|probe)-/.test(name));
    const reason = await probeSandbox(folder);
    if (reason !== undefined) assert.ok(UserError.is(reason) && reason.message.endsWith('.'), String(reason));
    assert.deepEqual(readdirSync(folder), []);
    const after = readdirSync(tmpdir()).filter((name) => /^agentlm-(sandbox|probe)-/.test(name));
    assert.deepEqual(after, before);
  });

  it('tells what the system says when the storage is no folder', async () => {
    writeFileSync(path.join(folder, 'file'), '');
    const reason = await probeSandbox(path.join(folder, 'file'));
    assert.match(reason?.message ?? '', /EEXIST|ENOTDIR/);
  });

  it('depends on the folder it is for: one that contains the storage has none, and it is said what to do', async () => {
    const storage = path.join(folder, 'state/runs');
    const workspace = path.join(folder, 'workspace');
    mkdirSync(workspace);
    symlinkSync(folder, path.join(folder, 'link'));
    for (const around of [folder, path.join(folder, 'state'), path.join(folder, 'link')]) {
      const reason = await probeSandbox(storage, { workspace: around });
      assert.equal(reason?.code, 'sandbox.overlap');
      assert.match(reason.message, /Open a folder in it instead/);
    }
    assert.deepEqual((await probeSandbox(storage, { workspace }))?.code, (await probeSandbox(storage))?.code);
  });

  it('is not asked any further when nobody waits for the answer', async () => {
    const stopping = new AbortController();
    const reason = probeSandbox(folder, { signal: stopping.signal });
    stopping.abort();
    await assert.rejects(reason, { name: 'AbortError' });
    await assert.rejects(probeSandbox(folder, { signal: stopping.signal }), { name: 'AbortError' });
  });

  it('depends on a filter for the processor', () => {
    for (const architecture of ['x64', 'arm64']) {
      for (const network of [true, false]) {
        const filter = seccompFilter({ architecture, network });
        assert.equal(filter.length % 8, 0);
        assert.ok(filter.length > 400);
      }
    }
    assert.throws(() => seccompFilter({ architecture: 's390x', network: false }), { code: 'sandbox.architecture' });
  });
});
