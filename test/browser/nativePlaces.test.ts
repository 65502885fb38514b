import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepareSample, type Sample } from '../../src/runtime/demo/sample';
import { openWorkbench, type Workbench } from './workbench.mts';

const countsTodos = 'Count the TODO comments in the Python files and answer with the number.';
const makesFolder = "Make a folder named reports and put today's date into reports/date.txt.";

describe('A user of the places that VS Code has of its own', function () {
  this.timeout(120_000);
  let folder: string;
  let sample: Sample;
  let workbench: Workbench;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-native-'));
    sample = await prepareSample('resources', path.join(folder, 'shop'));
    await mkdir(path.join(sample.workspace, '.vscode'));
    const entry = { type: 'agentlm', kind: 'os', task: makesFolder, label: 'Date the reports', problemMatcher: [] };
    const tasks = JSON.stringify({ version: '2.0.0', tasks: [entry] }, null, 2);
    await writeFile(path.join(sample.workspace, '.vscode/tasks.json'), tasks);
    workbench = await openWorkbench({
      name: 'nativePlaces',
      workspace: sample.workspace,
      settings: { 'agentlm.endpoint': 'demo', 'agentlm.sandbox.kind': 'off', 'chat.disableAIFeatures': false },
    });
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  after(async () => {
    await workbench.close();
    await rm(folder, { recursive: true });
  });

  const terminalLines = () => workbench.page.locator('.terminal-wrapper.active .xterm-rows');

  /** Opens a menu and chooses an entry. It closes when something else takes the focus, as while extensions start. */
  async function choose(entry: string, picture: string, open: () => Promise<void>): Promise<void> {
    const { page } = workbench;
    const item = page.locator('.monaco-menu .action-item', { hasText: entry }).first();
    for (let attempt = 1; ; attempt++) {
      try {
        await open();
        await item.waitFor({ timeout: 5000 });
        await workbench.screenshot(picture);
        await item.click({ timeout: 5000 });
        return;
      } catch (error) {
        if (attempt === 5) throw error;
        await page.keyboard.press('Escape');
      }
    }
  }

  async function chooseInExplorer(file: string, entry: string, picture: string): Promise<void> {
    await choose(entry, picture, async () => {
      await workbench.runCommand('View: Show Explorer');
      const row = workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: file });
      await row.click({ button: 'right', timeout: 5000 });
    });
  }

  async function typeIntoTerminal(keys: string): Promise<void> {
    const input = workbench.page.locator('.terminal-wrapper.active .xterm-helper-textarea');
    await input.waitFor({ state: 'attached' });
    await input.focus();
    await workbench.page.keyboard.type(keys);
  }

  it('runs a task from a file in the explorer, in its folder', async () => {
    // Until the extension was used once the menu is there all the same; the palette waits for it.
    await workbench.runCommand('AgentLM: New Task in Chat');
    await chooseInExplorer('prices.py', 'Run AgentLM Task Here', 'native-explorer-menu');
    const chat = await workbench.webview('Chat');
    const composer = chat.getByRole('textbox', { name: 'Task' });
    await composer.waitFor();
    assert.equal(await composer.inputValue(), 'prices.py: ');
    await chat
      .getByText('in workspace')
      .or(chat.getByText(`in ${path.basename(sample.workspace)}`))
      .first()
      .waitFor();
    await workbench.screenshot('native-run-here');
  });

  it('queries a database from the explorer', async () => {
    await chooseInExplorer('shop.sqlite', 'Query This Database', 'native-database-menu');
    const chat = await workbench.webview('Chat');
    await chat.getByText('shop.sqlite').first().waitFor();
    await chat.getByPlaceholder('Ask about the database').waitFor();
    await workbench.screenshot('native-query-database');
  });

  it('runs a task of tasks.json and approves its commands with a key', async () => {
    const { page } = workbench;
    await workbench.runCommand('Tasks: Run Task');
    const input = page.locator('.quick-input-widget input.input');
    await input.fill('Date the reports');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Date the reports' }).first().click();
    for (const command of ['mkdir -p reports', 'cat reports/date.txt']) {
      await terminalLines().getByText('Press y to run it').last().waitFor();
      await terminalLines().getByText(command).last().waitFor();
      await workbench.screenshot(`native-task ${command.split(' ', 1)[0]}`);
      await typeIntoTerminal('y');
      await page.waitForTimeout(300);
    }
    await terminalLines().getByText('The model says that the task is done.').waitFor();
    await workbench.screenshot('native-task-done');
    assert.ok(existsSync(path.join(sample.workspace, 'reports/date.txt')));
    // The very same run, in the sidebar.
    const chat = await workbench.webview('Chat');
    await chat.getByRole('log').getByText('The model says that the task is done.').waitFor();
  });

  it('follows the link of a terminal to the run', async () => {
    const { page } = workbench;
    await workbench.runCommand('AgentLM: New Task in Chat');
    const link = terminalLines().locator('> div', { hasText: 'trajectory:os_' }).last();
    // What is above a row only watches the mouse.
    await link.hover({ position: { x: 60, y: 5 }, force: true });
    await page.waitForTimeout(1000);
    await link.click({ position: { x: 60, y: 5 }, modifiers: ['Control'], force: true });
    const chat = await workbench.webview('Chat');
    await chat.getByRole('log').getByText('The model says that the task is done.').waitFor();
  });

  it('reads a run as plain text', async () => {
    await workbench.runCommand('AgentLM: Open Run as Plain Text');
    const lines = workbench.page.locator('.editor-instance .view-lines');
    await lines.getByText('Step 1 of 8').waitFor();
    await workbench.screenshot('native-plain-text');
    await workbench.page.keyboard.press('Control+End');
    await lines.getByText('The model says that the task is done.').waitFor();
    await workbench.runCommand('View: Close Editor');
  });

  it('opens a shell like the one of the agent', async () => {
    const { page } = workbench;
    await workbench.runCommand('Terminal: Focus Terminal');
    const profiles = page.locator('.part.panel .monaco-dropdown-with-primary .dropdown-action-container').first();
    await choose('AgentLM Sandbox', 'native-terminal-profiles', () => profiles.click({ timeout: 5000 }));
    await page.locator('.tabs-list .monaco-list-row', { hasText: 'AgentLM' }).last().click();
    await terminalLines().locator('> div', { hasText: 'shop' }).first().waitFor();
    await workbench.screenshot('native-terminal-open');
    // The first key can be lost while the terminal takes the focus.
    await typeIntoTerminal('  cd .vscode && echo here-$((6 * 7)) && pwd\n');
    await terminalLines().getByText('here-42').waitFor();
    await workbench.screenshot('native-terminal');
    await typeIntoTerminal('exit\n');
    await page.waitForTimeout(1500);
    await workbench.screenshot('native-terminal-exit');
    await workbench.runCommand('Terminal: Kill All Terminals');
  });

  it('is led through the first steps, and what was done is ticked off', async () => {
    const { page } = workbench;
    await workbench.runCommand('AgentLM: Get Started');
    await page.getByText('Get Started with AgentLM').first().waitFor();
    const step = (title: string) => page.locator('.getting-started-step', { hasText: title });
    await step('Connect an endpoint').locator('.codicon.complete').first().waitFor();
    await step('Run an OS task').locator('.codicon.complete').first().waitFor();
    assert.equal(await step('Keep what went well').locator('.codicon.complete').count(), 0);
    await step('Ask a database').click();
    await page.waitForTimeout(500);
    await workbench.screenshot('native-walkthrough');
    await workbench.runCommand('View: Close Editor');
  });

  it('hands over diagnostics', async () => {
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await workbench.runCommand('AgentLM: Copy Diagnostics');
    await workbench.page.getByText('The diagnostics are on the clipboard.').first().waitFor();
    const text = await workbench.page.evaluate('navigator.clipboard.readText()');
    assert.match(String(text), /^# AgentLM diagnostics\n\nAgentLM 0\.1\.0, /);
    await workbench.screenshot('native-diagnostics');
  });

  it("asks @agentlm in VS Code's own chat, and approves there", async () => {
    const { page } = workbench;
    await rm(path.join(sample.workspace, 'reports'), { recursive: true });
    await workbench.runCommand("AgentLM: Ask in VS Code's Chat");
    const composer = page
      .locator('.interactive-input-editor .native-edit-context, .interactive-input-editor textarea')
      .first();
    await composer.focus();
    await page.keyboard.type(`  /os ${countsTodos}`, { delay: 10 });
    await page.waitForTimeout(500);
    await page.keyboard.press('Escape');
    await workbench.screenshot('native-chat-typed');
    await page.keyboard.press('Enter');
    const answer = page.locator('.interactive-response').last();
    const run = answer.locator('.monaco-button', { hasText: /^Run$/ });
    await run.waitFor();
    await workbench.screenshot('native-chat-approval');
    await run.click();
    await answer.getByText('The model answered.').waitFor();
    await workbench.screenshot('native-chat-answered');
    assert.match(await answer.innerText(), /Answer\s+3/);
    assert.match(await readFile(path.join(sample.workspace, 'prices.py'), 'utf8'), /TODO/);
  });
});
