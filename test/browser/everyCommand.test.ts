import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { prepareSample, type Sample } from '../../src/runtime/demo/sample';
import { probeSandbox } from '../../src/runtime/shell/sandbox/probe';
import { openWorkbench, type Workbench } from './workbench.mts';

describe('A user of the commands that nobody needs every day', function () {
  this.timeout(120_000);
  let folder: string;
  let sample: Sample;
  let workbench: Workbench;
  let chat: FrameLocator;
  let hasSandbox: boolean;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-commands-'));
    hasSandbox = (await probeSandbox(path.join(folder, 'probe'))) === undefined;
    sample = await prepareSample('resources', path.join(folder, 'shop'));
    workbench = await openWorkbench({
      name: 'everyCommand',
      workspace: sample.workspace,
      settings: { 'agentlm.endpoint': 'demo', 'agentlm.approval': 'reads' },
    });
    await workbench.runCommand('AgentLM: New Task in Chat');
    chat = await workbench.webview('Chat');
    // A page that takes the focus late would close a menu that was opened meanwhile.
    await chat.locator('textarea:focus').waitFor();
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
    await workbench.page.keyboard.press('Escape');
  });

  after(async () => {
    await workbench.close();
    await rm(folder, { recursive: true });
  });

  const choice = (text: string) =>
    workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  const said = (words: string) => chat.getByRole('log').getByText(words).last().waitFor();

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

  it('chooses a database, and of it the tables that matter', async () => {
    await workbench.runCommand('AgentLM: Choose Database');
    await choice('shop.sqlite').click();
    await chat.getByText('Database', { exact: true }).click();
    await chat.getByText('shop.sqlite').first().waitFor();
    await workbench.runCommand('AgentLM: Choose Tables');
    await choice('customers').waitFor();
    await workbench.screenshot('command-choose-tables');
  });

  it('chooses where commands run, and which ask first', async () => {
    await chat.getByText('OS task', { exact: true }).click();
    await workbench.runCommand('AgentLM: Choose Where Commands Run');
    await choice('No Sandbox').click();
    await chat.getByRole('button', { name: 'No sandbox' }).waitFor();
    await workbench.runCommand('AgentLM: Choose Where Commands Run');
    await choice('Best There Is').click();
    await workbench.runCommand('AgentLM: Choose Which Commands Ask First');
    await choice('Ask Always').waitFor();
    await workbench.screenshot('command-choose-approval');
  });

  it('rejects a trajectory, and keeps the rows of its last query', async () => {
    await workbench.runCommand('AgentLM: Toggle Trajectory Recording');
    await chat.getByText('Database', { exact: true }).click();
    await send('How many customers have never placed an order?');
    await said('The model answered.');
    await workbench.runCommand('AgentLM: Reject Trajectory');
    await said('Rejected. Nothing was written.');
    await workbench.runCommand('AgentLM: Export Result');
    await workbench.page.locator('.quick-input-widget').waitFor();
    await workbench.screenshot('command-export-result');
  });

  it('is asked which trajectory to replay, and which file of tasks to add', async () => {
    await workbench.runCommand('AgentLM: Replay Trajectory in Sandbox');
    await workbench.page.getByText('Replay Trajectory in Sandbox').first().waitFor();
    await workbench.screenshot('command-replay');
    await workbench.page.keyboard.press('Escape');
    await workbench.runCommand('AgentLM: Add Evaluation Suite');
    await workbench.page.locator('.quick-input-widget').waitFor();
    await workbench.screenshot('command-add-suite');
  });

  it('compares a change with the file as it is now, and discards all of a task', async function () {
    if (!hasSandbox) this.skip();
    const { page } = workbench;
    const row = page.locator('.monaco-list-row').getByText('reports/date.txt', { exact: true }).first();
    await chat.getByText('OS task', { exact: true }).click();
    await send("Make a folder named reports and put today's date into reports/date.txt.");
    await approve();
    await said('The model says that the task is done.');
    await row.click();
    await page.locator('.monaco-diff-editor').waitFor();
    await row.click({ button: 'right' });
    await workbench.chooseInMenu('Compare with Workspace');
    await page.locator('.tab', { hasText: '(now ↔ by the task)' }).waitFor();
    await workbench.screenshot('command-compare');
    await workbench.runCommand('AgentLM: Discard Changes');
    await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Discard' }).click();
    await row.waitFor({ state: 'detached' });
    if (existsSync(path.join(sample.workspace, 'reports'))) throw new Error('What was discarded is in the folder.');
  });

  it('runs what is selected in an editor as a task', async () => {
    const { page } = workbench;
    await workbench.runCommand('File: New Untitled Text File');
    await page.locator('.editor-instance .view-lines').last().click();
    await page.keyboard.type('Which file in this folder has the most lines? Answer with its name.');
    await page.keyboard.press('Control+a');
    await workbench.runCommand('AgentLM: Run Task on Selection');
    await said('The model answered.');
  });

  it('reads the log', async () => {
    await workbench.runCommand('AgentLM: Show Log');
    await workbench.page.locator('.part.panel .output-view-container, .part.panel .monaco-editor').first().waitFor();
    await workbench.screenshot('command-log');
  });
});
