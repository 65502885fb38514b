import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { FrameLocator } from 'playwright-core';
import { prepareSample } from '../../src/runtime/demo/sample';
import { startFakeEndpoint, type FakeEndpoint, type FakeReply } from '../fakeEndpoint';
import { openWorkbench, themes, type Workbench } from './workbench.mts';

const bash = (command: string): string => `Think: I do it.\n\nAct: bash\n\n\`\`\`bash\n${command}\n\`\`\``;
const done = 'Think: It is done.\n\nAct: answer(orders.py)';

/** What the model does for a task, reply by reply; the last one again and again. */
const scripts: Readonly<Record<string, readonly FakeReply[]>> = {
  'Say nothing.': [{ fault: 'hang' }],
  'Think aloud.': [{ text: 'Think: I look for the file with the most lines, and count', ending: 'stall' }],
  'Ask me.': [bash('rm -rf build && ls'), done],
  'Work long.': [bash('touch begun; echo Compiling; sleep 60'), done],
  'Fail a command.': [bash('ls /nowhere'), { fault: 'hang' }],
  'Forget the action.': ['I would simply list the files.', { fault: 'hang' }],
  'Be overloaded.': [{ status: 401, body: { error: { message: 'no <b>key</b>' } } }],
  'Never end.': Array.from({ length: 20 }, (_, index) => bash(`echo ${index}`)),
  'Find it.': [bash('wc -l *.py'), done],
  'Query it.': [
    'I look.\nAction: Operation\n```sql\nSELECT name, price, NULL AS nothing FROM products;\n```',
    'I know.\nAction: Answer\nFinal Answer: ["Espresso Blend", "129.50"]',
  ],
};

describe('A state of the chat in the workbench', function () {
  this.timeout(180_000);
  let folder: string;
  let endpoint: FakeEndpoint;
  let workbench: Workbench;
  let chat: FrameLocator;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-states-'));
    const { workspace } = await prepareSample('resources', path.join(folder, 'shop'));
    endpoint = await startFakeEndpoint(reply);
    workbench = await openWorkbench({
      name: 'states',
      workspace,
      viewport: { width: 900, height: 700 },
      settings: {
        'agentlm.endpoints': [{ name: 'lab', url: endpoint.url }],
        'agentlm.endpoint': 'lab',
        'agentlm.approval': 'reads',
        'agentlm.stepLimit.os': 3,
      },
    });
    await workbench.runCommand('View: Show AgentLM');
    chat = await workbench.webview('Chat');
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
    if (await chat.getByRole('button', { name: 'Stop', exact: true }).isVisible()) {
      await workbench.runCommand('AgentLM: Stop');
    }
    await workbench.runCommand('AgentLM: New Task in Chat');
  });

  after(async () => {
    await workbench.close();
    await endpoint.close();
    await rm(folder, { recursive: true });
  });

  async function send(task: string): Promise<void> {
    await chat.getByRole('button', { name: 'Send' }).waitFor();
    const composer = chat.getByRole('textbox', { name: 'Task' });
    await composer.fill(task);
    await composer.press('Enter');
  }

  async function approve(): Promise<void> {
    const run = chat.getByRole('button', { name: /^Run: / }).last();
    await run.waitFor();
    await workbench.page.waitForTimeout(400);
    await run.click();
  }

  const said = (words: string | RegExp) => chat.getByRole('log').getByText(words).last().waitFor();

  /** A picture in each theme, in which axe-core finds nothing to mend. */
  async function look(state: string): Promise<void> {
    const broken: string[] = [];
    for (const theme of themes) {
      await workbench.wear(theme);
      // What is behind the page, it cannot know.
      await chat.locator('html').evaluate((root) => (root.style.background = 'var(--vscode-sideBar-background)'));
      const { violations } = await new AxeBuilder({ page: workbench.page })
        .include(['iframe.webview.ready', '#active-frame', 'body'])
        .analyze();
      for (const { id, nodes } of violations) broken.push(...nodes.map(({ html }) => `${theme}: ${id}: ${html}`));
      await workbench.screenshot(`state ${state}, ${theme}`);
    }
    assert.deepEqual(broken, []);
  }

  it('empty', async () => {
    await chat.getByText('Try one of these').waitFor();
    await look('empty');
  });

  it('waiting for the first word', async () => {
    await send('Say nothing.');
    await said('Thinking');
    await look('waiting');
  });

  it('streaming', async () => {
    await send('Think aloud.');
    await said(/and count/);
    await look('streaming');
  });

  it('waiting for approval', async () => {
    await send('Ask me.');
    await chat.getByRole('button', { name: /^Run: rm/ }).waitFor();
    await workbench.page.locator('.statusbar-item', { hasText: 'Approval needed' }).waitFor();
    await look('approval');
  });

  it('running a command', async () => {
    await send('Work long.');
    await approve();
    await chat.getByRole('button', { name: 'Interrupt' }).waitFor();
    await look('running');
  });

  it('after a command that failed', async () => {
    await send('Fail a command.');
    await said(/Exit 2/);
    await look('command failed');
  });

  it('after a reply without an action', async () => {
    await send('Forget the action.');
    await said('The reply held no action.');
    await look('malformed');
  });

  it('with an endpoint that refuses', async () => {
    await send('Be overloaded.');
    await chat.getByRole('button', { name: 'Change Endpoint' }).waitFor();
    await look('endpoint error');
  });

  it('at the step limit', async () => {
    await send('Never end.');
    await said('Stopped at the step limit, before the task was done.');
    await look('step limit');
  });

  it('stopped by the user', async () => {
    await send('Say nothing.');
    await said('Thinking');
    await workbench.page.waitForTimeout(400);
    await chat.getByRole('textbox', { name: 'Task' }).press('Escape');
    await said('You stopped the task.');
    await look('stopped');
  });

  it('finished, with a trajectory to judge', async () => {
    await chat.getByRole('button', { name: 'Record', exact: true }).click();
    await send('Find it.');
    await said('The model answered.');
    await chat.getByRole('button', { name: 'Accept' }).waitFor();
    await look('finished');
  });

  it('with the rows of a statement', async () => {
    await chat.getByText('Database', { exact: true }).click();
    await chat.getByRole('button', { name: /No database chosen/ }).click();
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'shop.sqlite' }).first().click();
    await send('Query it.');
    await said('The model answered.');
    await chat.getByRole('region', { name: 'Rows', exact: true }).first().scrollIntoViewIfNeeded();
    await look('rows');
  });

  it('interrupted by a window that was loaded anew', async () => {
    await chat.getByText('OS task', { exact: true }).click();
    await send('Ask me.');
    await chat.getByRole('button', { name: /^Run: rm/ }).waitFor();
    await workbench.page.reload();
    await workbench.runCommand('AgentLM: Show Tasks');
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Ask me.' }).first().click();
    chat = await workbench.webview('Chat');
    await said('You stopped the task.');
    await look('interrupted');
  });
});

/** The next reply of the script of the task that was sent last. */
function reply({ prompt }: { readonly prompt: string }): FakeReply {
  const name = Object.keys(scripts).reduce((a, b) => (prompt.lastIndexOf(b) > prompt.lastIndexOf(a) ? b : a));
  const script = scripts[name] ?? [];
  const told = prompt.slice(prompt.lastIndexOf(name)).match(/\[\/INST\]/g)?.length ?? 1;
  return script[Math.min(told, script.length) - 1] ?? done;
}
