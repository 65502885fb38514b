import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { startFakeEndpoint, type FakeEndpoint } from '../fakeEndpoint';
import { openWorkbench, type Workbench } from './workbench.mts';

const key = 'sk-of-the-lab';
const answer = 'Think: I know.\n\nAct: answer(7)';
const command = 'Think: I count.\n\nAct: bash\n\n```bash\nls | wc -l\n```';

describe('A user with endpoints of their own', function () {
  this.timeout(120_000);
  let folder: string;
  let lab: FakeEndpoint;
  let home: FakeEndpoint;
  let workbench: Workbench;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-workspace-'));
    const models = ['agentlm-7b', 'agentlm-13b'].map((id) => ({
      id,
      object: 'model',
      owned_by: 'vllm',
      max_model_len: 4096,
    }));
    lab = await startFakeEndpoint(({ prompt }) => (prompt.includes('How many files?') ? command : answer), {
      face: 'vllm',
      models,
      apiKey: key,
    });
    home = await startFakeEndpoint(() => answer);
    workbench = await openWorkbench({ name: 'endpoints', workspace: folder });
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  after(async () => {
    await workbench.close();
    await Promise.all([lab.close(), home.close()]);
    await rm(folder, { recursive: true });
  });

  const input = () => workbench.page.locator('.quick-input-widget input.input');
  const shown = (text: string | RegExp) => workbench.page.locator('.quick-input-widget').getByText(text).first();
  const statusBar = (text: string) => workbench.page.locator('.statusbar-item', { hasText: text });

  async function enter(text: string): Promise<void> {
    await input().fill(text);
    await input().press('Enter');
  }

  async function pick(text: string): Promise<void> {
    await workbench.page.locator('.quick-input-list .monaco-list-row').getByText(text).first().click();
  }

  /** A hover that comes while the item is drawn anew is lost. */
  async function tooltipOf(text: string): Promise<Locator> {
    const tooltip = workbench.page.locator('.monaco-hover');
    for (let attempt = 0; attempt < 10 && !(await tooltip.isVisible()); attempt++) {
      await workbench.page.mouse.move(640, 300);
      await statusBar(text).hover();
      await workbench.page.waitForTimeout(1500);
    }
    return tooltip;
  }

  /** Runs a task until the chat says these words. */
  async function runTask(words: string | RegExp, task = 'How many?'): Promise<void> {
    await workbench.runCommand('AgentLM: New OS Task');
    await enter(task);
    const chat = await workbench.webview('Chat');
    await chat.getByRole('log').getByText(words).waitFor();
  }

  it('connects one by its URL: is asked for the key, the model and a name', async () => {
    await workbench.runCommand('AgentLM: Connect Endpoint');
    await enter('no server at all');
    await shown(/Write a URL like/).waitFor();
    await enter(lab.url);
    await shown(/API key for/).waitFor();
    await workbench.screenshot('connect-key');
    await enter('sk-of-somebody-else');
    await shown(/Press Enter again to keep it all the same/).waitFor();
    await workbench.screenshot('connect-wrong-key');
    await enter(key);
    await shown('agentlm-13b').waitFor();
    await workbench.screenshot('connect-model');
    await pick('agentlm-13b');
    await shown('A name for this endpoint.').waitFor();
    assert.equal(await input().inputValue(), 'agentlm-13b');
    await workbench.screenshot('connect-name');
    await enter('lab');
    await statusBar('lab').waitFor();
    const [asked] = lab.completions;
    assert.deepEqual([asked?.body?.['model'], asked?.body?.['max_tokens']], ['agentlm-13b', 1]);
    assert.ok(lab.requests.every(({ headers }) => !JSON.stringify(headers).includes('home')));
  });

  it('goes back a step, and leaves without a trace', async () => {
    await workbench.runCommand('AgentLM: Connect Endpoint');
    await enter(home.url);
    await shown('agentlm-7b').waitFor();
    await workbench.page.getByRole('button', { name: 'Back' }).first().click();
    await shown(/Base URL of the server/).waitFor();
    assert.equal(await input().inputValue(), home.url);
    await input().press('Escape');
    await statusBar('lab').waitFor();
    assert.equal(home.completions.length, 0);
  });

  it('adds another one from the list, which needs no key', async () => {
    await statusBar('lab').click();
    await shown('Add Endpoint…').waitFor();
    await pick('Add Endpoint…');
    await enter(home.url.replace('http://', ''));
    await pick('agentlm-7b');
    await shown('A name for this endpoint.').waitFor();
    await enter('home');
    await statusBar('home').waitFor();
    assert.ok(home.requests.every(({ headers }) => headers.authorization === undefined));
  });

  it('runs a task on the one that is chosen, and switches from the list', async () => {
    await runTask('The model answered.');
    assert.equal(home.completions.length, 2);
    const chat = await workbench.webview('Chat');
    await chat.getByRole('button', { name: /home/ }).click();
    await shown(/vLLM .* 4096 tokens/).waitFor();
    await workbench.screenshot('select-endpoint');
    await pick('lab');
    await statusBar('lab').waitFor();
    await runTask('The model answered.');
    assert.equal(lab.completions.length, 2);
  });

  it('sees in the status bar what the server is and does while a task runs', async () => {
    await runTask('Waiting for you', 'How many files?');
    const tooltip = await tooltipOf('Approval needed');
    await tooltip.getByText(/Server: vLLM/).waitFor();
    await tooltip.getByText(/Server, all its users: 0 running, 0 waiting, 50% of its memory/).waitFor();
    await tooltip.getByText(/This task: first token after/).waitFor();
    await workbench.screenshot('status-tooltip');
    await workbench.runCommand('AgentLM: Stop');
  });

  it('tests one, and reads what was found', async () => {
    await workbench.runCommand('AgentLM: Test Endpoint');
    const report = await workbench.webview('Preview Test of lab.md');
    await report.getByRole('cell', { name: 'Server', exact: true }).waitFor();
    await report.getByText(/\d+ passed, \d+ to look at, \d+ failed\./).waitFor();
    await workbench.screenshot('test-endpoint');
  });

  it('reads how to host the model', async () => {
    await workbench.runCommand('AgentLM: Show How To Host');
    const page = await workbench.webview('Preview hosting.md');
    await page.getByRole('heading', { level: 1 }).waitFor();
  });

  it('is told that a key is wrong, and mends it', async () => {
    await workbench.runCommand('AgentLM: Set API Key');
    await enter('sk-old');
    await runTask(/did not accept the API key/);
    await workbench.screenshot('wrong-key');
    await workbench.runCommand('AgentLM: Set API Key');
    await enter(key);
    await runTask('The model answered.');
  });

  it('sees in the list that one has gone', async () => {
    await lab.close();
    await workbench.runCommand('AgentLM: Select Endpoint');
    await shown(/No server answers at/).waitFor();
    await workbench.screenshot('select-dead');
    await pick('home');
    await statusBar('home').waitFor();
  });
});
