import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { startFakeEndpoint, type FakeEndpoint } from '../fakeEndpoint';
import { openWorkbench, type Workbench } from './workbench.mts';

const bash = (command: string): string => `Think: I do it.\n\nAct: bash\n\n\`\`\`bash\n${command}\n\`\`\``;
/** What the model runs for a task. */
const commands = {
  'Ask me.': 'read -p "Overwrite orders.py? [y/N] " x; echo "got $x"',
  'Ask for a secret.': 'read -s -p "[sudo] password for ada: " x; echo; echo ${#x} characters',
  'Take long.': 'for i in {1..90}; do echo "Compiling $i of 90"; sleep 1; done',
};

describe('A user whose commands take time', function () {
  this.timeout(120_000);
  let folder: string;
  let endpoint: FakeEndpoint;
  let workbench: Workbench;
  let chat: FrameLocator;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-workspace-'));
    endpoint = await startFakeEndpoint(({ prompt }) => {
      const task = prompt.slice(prompt.lastIndexOf('My problem is:'));
      if (task.includes('The output of the OS')) return 'Think: It is done.\n\nAct: finish';
      const [, command = 'true'] = Object.entries(commands).find(([name]) => task.includes(name)) ?? [];
      return bash(command);
    });
    workbench = await openWorkbench({
      name: 'commands',
      workspace: folder,
      settings: {
        'agentlm.endpoints': [{ name: 'lab', url: endpoint.url }],
        'agentlm.endpoint': 'lab',
        'agentlm.approval': 'all',
        'agentlm.longCommand': 3,
        'agentlm.sandbox.kind': 'off',
      },
    });
    await workbench.runCommand('View: Show AgentLM');
    chat = await workbench.webview('Chat');
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  after(async () => {
    await workbench.close();
    await endpoint.close();
    await rm(folder, { recursive: true });
  });

  async function send(task: keyof typeof commands): Promise<void> {
    await chat.getByRole('button', { name: 'Send' }).waitFor();
    const composer = chat.getByRole('textbox', { name: 'Task' });
    await composer.fill(task);
    await composer.press('Enter');
  }

  const said = (words: string | RegExp) => chat.getByRole('log').getByText(words).last().waitFor();
  const click = (name: string) => chat.getByRole('button', { name }).last().click();

  async function type(keys: string): Promise<void> {
    await workbench.page.locator('.terminal-wrapper.active .xterm-helper-textarea').focus();
    await workbench.page.keyboard.type(keys);
  }

  it('answers a question of a command in the terminal', async () => {
    await send('Ask me.');
    await said('The command waits for input. Type it in the terminal.');
    await said('Overwrite orders.py? [y/N]');
    await workbench.screenshot('command-waits-for-input');
    await click('Type in Terminal');
    await type('y\n');
    await said('got y');
    await said('The model says that the task is done.');
  });

  it('types a password that nobody gets to see', async () => {
    await send('Ask for a secret.');
    await said(/The command asks for a secret/);
    await workbench.screenshot('command-asks-for-secret');
    await click('Type in Terminal');
    await type('hunter2\n');
    await said('7 characters');
    await said('The model says that the task is done.');
    assert.doesNotMatch(JSON.stringify(endpoint.requests), /hunter2/);
    assert.doesNotMatch(await workbench.terminalText(), /hunter2/);
  });

  it('watches a long command, and sends it to the background', async () => {
    await send('Take long.');
    await said(/Compiling 1 of 90/);
    await workbench.screenshot('command-runs');
    await said(/This takes long/);
    await workbench.screenshot('command-takes-long');
    await click('Keep Waiting');
    await said(/This takes long/);
    await click('Send to Background');
    await said(/The user sent the command to the background/);
    await said('The model says that the task is done.');
    await workbench.screenshot('command-in-background');
  });
});
