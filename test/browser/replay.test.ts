import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { probeSandbox } from '../../src/runtime/shell/sandbox/probe';
import { startFakeEndpoint, type FakeEndpoint } from '../fakeEndpoint';
import { openWorkbench, type Workbench } from './workbench.mts';

const bash = (command: string): string => `Think: I look.\n\nAct: bash\n\n\`\`\`bash\n${command}\n\`\`\``;

describe('A user who runs a task again', function () {
  this.timeout(120_000);
  let folder: string;
  let endpoint: FakeEndpoint;
  let workbench: Workbench;
  let chat: FrameLocator;

  before(async function () {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-workspace-'));
    if ((await probeSandbox(path.join(folder, 'probe'))) !== undefined) this.skip();
    endpoint = await startFakeEndpoint([bash('echo the same'), bash('date +%N'), 'Think: Done.\n\nAct: finish']);
    workbench = await openWorkbench({
      name: 'replay',
      workspace: folder,
      settings: {
        'agentlm.endpoints': [{ name: 'lab', url: endpoint.url }],
        'agentlm.endpoint': 'lab',
        'agentlm.sandbox.kind': 'workspace',
        'agentlm.approval': 'all',
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
    await rm(folder, { recursive: true });
  });

  it('finds it in a list, and sees where what the model read differs', async () => {
    const { page } = workbench;
    const composer = chat.getByRole('textbox', { name: 'Task' });
    await chat.getByRole('button', { name: 'Send' }).waitFor();
    await composer.fill('What time is it?');
    await composer.press('Enter');
    await chat.getByRole('log').getByText('The model says that the task is done.').last().waitFor();
    await workbench.runCommand('AgentLM: Replay Trajectory in Sandbox');
    const listed = page.locator('.quick-input-list .monaco-list-row', { hasText: 'What time is it?' }).first();
    await listed.waitFor();
    await workbench.screenshot('replay-list');
    await listed.click();
    await page.getByText('1 of 2 steps gave the same as then.').first().waitFor();
    await page.locator('.monaco-diff-editor').waitFor();
    await workbench.screenshot('replay-differences');
  });
});
