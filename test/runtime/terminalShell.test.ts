import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { probeSandbox } from '../../src/runtime/shell/sandbox/probe';
import { openTerminalShell } from '../../src/runtime/terminalShell';

describe('The terminal where the commands of the agent run', function () {
  this.timeout(30_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('leaves nothing to review where nothing was changed, or its shell did not start', async function () {
    const [storage, workspace] = [path.join(folder, 'storage'), path.join(folder, 'workspace')];
    mkdirSync(workspace);
    if ((await probeSandbox(storage, { workspace })) !== undefined) this.skip();
    const options = { kind: 'workspace', network: false, writeLimitBytes: 1e9, storage } as const;
    const opening = async () => openTerminalShell(workspace, 'x', options, new AbortController().signal);

    const terminal = await opening();
    assert.equal(readdirSync(storage).length, 1);
    await terminal.close();
    assert.deepEqual(readdirSync(storage), []);

    const { PATH } = process.env;
    process.env['PATH'] = '/nowhere';
    try {
      await assert.rejects(opening(), { code: 'shell.noBash' });
    } finally {
      process.env['PATH'] = PATH;
    }
    assert.deepEqual(readdirSync(storage), []);
  });
});
