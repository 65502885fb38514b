import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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
