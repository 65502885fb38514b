import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../src/agent/errors';
import { openInSandbox } from '../../src/cli/openInSandbox';
import type { ApprovalChoice, SandboxChoice } from '../../src/cli/taskOptions';
import { openSandbox, type SandboxOptions } from '../../src/runtime/shell/sandbox/openSandbox';

describe('A machine without a sandbox', function () {
  this.timeout(20_000);
  const { signal } = new AbortController();
  let folder: string;
  let unsaid: SandboxChoice;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
    writeFileSync(path.join(folder, 'file'), '');
    // No folder can be made there, so no sandbox can either.
    const storage = path.join(folder, 'file/runs');
    unsaid = { kind: undefined, network: false, image: undefined, engine: undefined, storage };
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The kinds of sandboxes that were tried, and what came of it. */
  async function open(choice: SandboxChoice, approve: ApprovalChoice, until = signal): Promise<readonly string[]> {
    const tried: string[] = [];
    const inSandbox = openInSandbox(choice, approve, until);
    const begin = async (sandbox: SandboxOptions): Promise<void> => {
      tried.push(sandbox.kind);
      await openSandbox({ id: 'os_1', workspace: folder, problem: '' }, sandbox, until);
    };
    await inSandbox(folder, begin);
    await inSandbox(folder, begin);
    return tried;
  }

  it('runs commands that somebody approves, and is found out once', async () => {
    for (const approve of ['ask', 'reads', 'none'] as const) {
      assert.deepEqual(await open(unsaid, approve), ['workspace', 'off', 'off']);
    }
  });

  it('runs no command unasked, unless it is told that there is to be none', async () => {
    await assert.rejects(open(unsaid, 'all'), /^UsageError: .*--sandbox off.*(ENOTDIR|Linux)/);
    assert.deepEqual(await open({ ...unsaid, kind: 'off' }, 'all'), ['off', 'off']);
  });

  it('has no network to give, and no workspace sandbox', async () => {
    await assert.rejects(open({ ...unsaid, network: true }, 'ask'), /^UsageError: .*--network/);
    await assert.rejects(open({ ...unsaid, kind: 'workspace' }, 'ask'), (error) => UserError.is(error));
  });

  it('is no answer to a task that fails for another reason, or is stopped', async () => {
    const refused = new UserError('endpoint.unreachable', 'Nobody answers.');
    const inSandbox = openInSandbox(unsaid, 'ask', signal);
    await assert.rejects(
      inSandbox(folder, async () => Promise.reject(refused)),
      (error) => error === refused,
    );
    await assert.rejects(open(unsaid, 'ask', AbortSignal.abort()), { code: 'state.folder' });
  });
});
