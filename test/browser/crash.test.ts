import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FrameLocator } from 'playwright-core';
import { readProc, readProcesses } from '../../src/runtime/shell/processes';
import { probeSandbox } from '../../src/runtime/shell/sandbox/probe';
import { startFakeEndpoint, type FakeEndpoint } from '../fakeEndpoint';
import { openWorkbench, type Workbench } from './workbench.mts';

const bash = (command: string): string => `Think: I do it.\n\nAct: bash\n\n\`\`\`bash\n${command}\n\`\`\``;
/** What the model says in a task; nothing where it is left out. */
const replies: Readonly<Record<string, string | undefined>> = {
  'Wait for the model.': undefined,
  'Wait for me.': bash('rm orders.py'),
  'Work long.': bash('echo kept >made.txt; setsid sleep 765123 & sleep 765124'),
};

describe('A window whose extension host is killed', function () {
  this.timeout(240_000);
  /** All that the window starts carries it. */
  const mark = randomUUID();
  let folder: string;
  let endpoint: FakeEndpoint;
  let workbench: Workbench;
  let chat: FrameLocator;

  before(async function () {
    if (process.platform !== 'linux') this.skip();
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-workspace-'));
    if ((await probeSandbox(path.join(folder, 'probe'))) !== undefined) this.skip();
    endpoint = await startFakeEndpoint(({ prompt }) => {
      const [, reply] = Object.entries(replies).find(([task]) => prompt.includes(task)) ?? [undefined, 'Yes.'];
      return reply ?? { fault: 'hang' };
    });
    workbench = await openWorkbench({
      name: 'crash',
      workspace: path.join(folder),
      environment: { AGENTLM_CRASH_TEST: mark },
      settings: {
        'agentlm.endpoints': [{ name: 'lab', url: endpoint.url }],
        'agentlm.endpoint': 'lab',
        'agentlm.sandbox.kind': 'workspace',
      },
    });
    await workbench.runCommand('View: Show AgentLM');
    chat = await workbench.webview('Chat');
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  after(async () => {
    await workbench?.close();
    await endpoint?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  /** Command lines of what this window has started. */
  const started = (pattern: RegExp) =>
    readProcesses()
      .filter(({ pid }) => readProc(`${pid}/environ`).includes(mark))
      .map(({ pid }) => ({ pid, line: readProc(`${pid}/cmdline`).toString('utf8').replaceAll('\0', ' ') }))
      .filter(({ line }) => pattern.test(line));

  async function send(task: string): Promise<void> {
    await chat.getByRole('button', { name: 'Send' }).waitFor();
    const composer = chat.getByRole('textbox', { name: 'Task' });
    await composer.fill(task);
    await composer.press('Enter');
  }

  async function killHost(): Promise<void> {
    // The one of a window that was loaded anew lingers.
    const hosts = started(/--type=extensionHost/);
    assert.notDeepEqual(hosts, []);
    for (const { pid } of hosts) process.kill(pid, 'SIGKILL');
    const end = Date.now() + 5_000;
    const orphans = () => started(/sleep 76512|bwrap|agentlm-(shell|sandbox)-|sqlWorker/);
    while (orphans().length > 0) {
      assert.ok(Date.now() < end, JSON.stringify(orphans()));
      await delay(50);
    }
  }

  async function openAgain(task: string): Promise<void> {
    const { page } = workbench;
    await page.reload();
    await workbench.runCommand('AgentLM: Show Tasks');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: task }).first().click();
    chat = await workbench.webview('Chat');
    await chat.getByRole('log').getByText('The window was closed, or crashed, while this task ran.').last().waitFor();
  }

  it('while the model is waited for: nothing stays, and the task is found as interrupted', async () => {
    await send('Wait for the model.');
    while (endpoint.completions.length === 0) await delay(50);
    await killHost();
    await openAgain('Wait for the model.');
  });

  it('while an approval is open: the command has not run, and nobody can run it any more', async () => {
    await send('Wait for me.');
    const run = chat.getByRole('button', { name: /^Run: / });
    await run.last().waitFor();
    await killHost();
    await openAgain('Wait for me.');
    assert.equal(await run.count(), 0);
  });

  it('while a command runs: no process stays, and what it has changed can be reviewed and applied', async () => {
    const { page } = workbench;
    await send('Work long.');
    const run = chat.getByRole('button', { name: /^Run: / });
    await run.last().waitFor();
    await page.waitForTimeout(400);
    await run.last().click();
    while (started(/^sleep 76512/).length < 2) await delay(50);
    await killHost();
    await openAgain('Work long.');
    assert.equal(existsSync(path.join(folder, 'made.txt')), false);
    await workbench.runCommand('AgentLM: Review Changes');
    await page
      .getByText(/interrupted/)
      .first()
      .waitFor();
    await workbench.screenshot('changes-after-crash');
    await page.locator('.monaco-list-row').getByText('made.txt', { exact: true }).first().click();
    await page.locator('.monaco-diff-editor').waitFor();
    await workbench.runCommand('AgentLM: Apply Changes');
    await page
      .getByText(/files applied/)
      .first()
      .waitFor();
    assert.equal(await readFile(path.join(folder, 'made.txt'), 'utf8'), 'kept\n');
  });
});
