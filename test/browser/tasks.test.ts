import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { parseDialogue, type Dialogue } from '../../src/agent/conversation';
import { prepareSample, type Sample } from '../../src/runtime/demo/sample';
import { openWorkbench, type Workbench } from './workbench.mts';

const chatTitle = 'Chat';

describe('A user of the editor', function () {
  this.timeout(120_000);
  let folder: string;
  let sample: Sample;
  let workbench: Workbench;
  let chat: FrameLocator;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-workspace-'));
    sample = await prepareSample('resources', path.join(folder, 'shop'));
    workbench = await openWorkbench({
      name: 'tasks',
      workspace: sample.workspace,
      settings: { 'agentlm.endpoint': 'demo' },
    });
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  after(async () => {
    await workbench.close();
    await rm(folder, { recursive: true });
  });

  /** Fills the input box of the palette that is open. */
  async function enter(text: string): Promise<void> {
    const input = workbench.page.locator('.quick-input-widget input.input');
    await input.fill(text);
    await input.press('Enter');
  }

  const button = (name: string | RegExp) => chat.getByRole('button', { name }).last();

  async function typeIntoTerminal(keys: string): Promise<void> {
    const input = workbench.page.locator('.terminal-wrapper.active .xterm-helper-textarea');
    await input.waitFor({ state: 'attached' });
    await input.focus();
    await workbench.page.keyboard.type(keys);
  }

  /** Clicks until it is taken: the buttons of a card ignore a click in the instant in which they appear. */
  async function approve(): Promise<void> {
    const run = button(/^Run: /);
    await run.waitFor();
    await workbench.page.waitForTimeout(400);
    await run.click();
  }

  /** A task that has ended still tidies up for an instant; the next one can be sent when Send is there again. */
  async function send(task: string): Promise<void> {
    await chat.getByRole('button', { name: 'Send' }).waitFor();
    const composer = chat.getByRole('textbox', { name: 'Task' });
    await composer.fill(task);
    await composer.press('Enter');
  }

  /** Waits for words in the conversation; the status line for screen readers has some of them as well. */
  async function said(words: string): Promise<void> {
    await chat.getByRole('log').getByText(words).last().waitFor();
  }

  async function answered(words: string): Promise<void> {
    await said(words);
    await said('The model answered.');
  }

  async function kept(): Promise<Dialogue[]> {
    const trajectories = path.join(sample.workspace, '.agentlm/trajectories');
    const files = await readdir(trajectories).catch(() => []);
    const texts = await Promise.all(files.map((file) => readFile(path.join(trajectories, file), 'utf8')));
    return texts.flatMap((text) => text.split('\n').slice(0, -1)).map(parseDialogue);
  }

  /** The page says that it is accepted while it is being written. */
  async function keeps(count: number): Promise<Dialogue[]> {
    for (;;) {
      const rows = await kept();
      if (rows.length >= count) return rows;
      await workbench.page.waitForTimeout(50);
    }
  }

  it('starts an OS task from the palette, types into its shell, approves its command, and reads the answer', async () => {
    await workbench.runCommand('AgentLM: New OS Task');
    await enter('Which file in this folder has the most lines? Answer with its name.');
    chat = await workbench.webview(chatTitle);
    await button(/^Run: /).waitFor();
    await workbench.screenshot('os-task-approval');
    await typeIntoTerminal('echo typed $((6 * 7))\n');
    await workbench.page.locator('.xterm-rows').getByText('typed 42').waitFor();
    await approve();
    await answered('stock.py');
    await workbench.screenshot('os-task-answered');
  });

  it('sees the very shell in a terminal', async () => {
    const terminal = workbench.page.locator('.terminal-wrapper.active .xterm-rows');
    await terminal.getByText('stock.py').first().waitFor();
    assert.match(await workbench.terminalText(), /find \. -maxdepth 1/);
  });

  it('keeps nothing until recording is on and the trajectory accepted', async () => {
    assert.deepEqual(await kept(), []);
    await button('Turn On Recording').click();
    await button('Accept').click();
    await chat.getByText('Accepted. The trajectory was written to disk.').waitFor();
    const [dialogue] = await keeps(1);
    assert.match(dialogue?.id ?? '', /^os_/);
    assert.deepEqual(
      dialogue?.conversations.map(({ from, loss }) => `${from} ${loss}`),
      // Not the first action: somebody has used the shell before it.
      ['human null', 'gpt false', 'human null', 'gpt false', 'human null', 'gpt false', 'human null', 'gpt true'],
    );
    assert.match(dialogue.conversations.at(-1)?.value ?? '', /\n\nAct: answer\(stock\.py\)$/);
  });

  it('runs a database task from the sidebar: chooses the database, an example, and accepts', async () => {
    const before = await readFile(sample.database);
    await chat.getByText('Database', { exact: true }).click();
    await chat.getByRole('button', { name: /No database chosen/ }).click();
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'shop.sqlite' }).first().click();
    await chat.getByText('shop.sqlite').waitFor();
    await send('Which product brought in the most revenue?');
    await button(/^Run: /).waitFor();
    await workbench.screenshot('database-task-approval');
    await approve();
    await answered('Espresso Blend');
    await button('Accept').click();
    await chat.getByText('Accepted. The trajectory was written to disk.').last().waitFor();
    await workbench.screenshot('database-task-answered');
    const rows = await keeps(2);
    assert.equal(rows.length, 2);
    assert.match(rows[1]?.id ?? '', /^db_/);
    assert.deepEqual(await readFile(sample.database), before);
  });

  it('refuses a command with a reason, and the model hears it', async () => {
    await chat.getByText('OS task', { exact: true }).click();
    await send('Count the TODO comments in the Python files and answer with the number.');
    await button(/^Skip: /).waitFor();
    await workbench.page.waitForTimeout(400);
    await button(/^Skip: /).click();
    await chat.getByRole('textbox', { name: /Tell the model why/ }).fill('Look elsewhere.');
    await workbench.page.waitForTimeout(400);
    await button('Skip').click();
    await said('You told the model: Look elsewhere.');
    await said('The model says that the task is done.');
  });

  it('runs two tasks side by side, and comes back to an earlier one', async () => {
    const { page } = workbench;
    const show = async (task: string): Promise<void> => {
      await workbench.runCommand('AgentLM: Show Tasks');
      await listed(task).click();
    };
    const listed = (task: string) => page.locator('.quick-input-list .monaco-list-row', { hasText: task }).first();
    await send('Which file in this folder has the most lines? Answer with its name.');
    await button(/^Run: /).waitFor();
    await workbench.runCommand('AgentLM: New Task in Chat');
    await send("Make a folder named reports and put today's date into reports/date.txt.");
    await button(/^Run: mkdir/).waitFor();
    await page.locator('.activitybar .action-item', { hasText: '2' }).waitFor();
    await workbench.runCommand('AgentLM: Show Tasks');
    await listed('Which file').waitFor();
    await workbench.screenshot('two-tasks');
    await page.keyboard.press('Escape');
    await show('Which file');
    await approve();
    await answered('stock.py');
    await show('Make a folder');
    await button(/^Run: mkdir/).waitFor();
    await chat.getByRole('textbox', { name: 'Task' }).press('Escape');
    await said('You stopped the task.');
    await show('Count the TODO');
    await said('You told the model: Look elsewhere.');
    await button('Reject').click();
    await said('Rejected. Nothing was written.');
  });

  it('stops a task with one key', async () => {
    await send("Make a folder named reports and put today's date into reports/date.txt.");
    await button(/^Run: /).waitFor();
    await chat.getByRole('textbox', { name: 'Task' }).press('Escape');
    await said('You stopped the task.');
    await assert.rejects(readdir(path.join(sample.workspace, 'reports')));
  });

  it('is told why a command asks, lets it pass from now on, and is not asked for it again', async () => {
    const task = "Make a folder named reports and put today's date into reports/date.txt.";
    await send(task);
    await button(/^Run: mkdir/).waitFor();
    await chat.getByText('It writes to a file.').waitFor();
    await chat.getByText('Always allow').click();
    await workbench.screenshot('approval-with-a-reason');
    await workbench.page.waitForTimeout(400);
    await button('Always for Me').click();
    await button(/^Run: cat/).waitFor();
    await approve();
    await said('The model says that the task is done.');
    await button('Reject').click();
    await send(task);
    await button(/^Run: cat/).waitFor();
    await approve();
    await said('The model says that the task is done.');
    await button('Reject').click();
  });

  it('draws the chat anew when it was hidden, with everything in it', async () => {
    await workbench.runCommand('View: Show Explorer');
    await workbench.runCommand('View: Show AgentLM');
    chat = await workbench.webview(chatTitle);
    await said('The model says that the task is done.');
  });

  it('finds earlier tasks again after the window was loaded anew, also one that was going on', async () => {
    const { page } = workbench;
    await send('Which file in this folder has the most lines? Answer with its name.');
    await button(/^Run: /).waitFor();
    await page.reload();
    await workbench.runCommand('AgentLM: Show Tasks');
    const listed = (task: string) => page.locator('.quick-input-list .monaco-list-row', { hasText: task }).first();
    await listed('Which product').waitFor();
    await workbench.screenshot('earlier-tasks');
    await listed('Which product').click();
    chat = await workbench.webview(chatTitle);
    await answered('Espresso Blend');
    await chat.getByText('Accepted. The trajectory was written to disk.').waitFor();
    await workbench.runCommand('AgentLM: Show Tasks');
    await listed('Which file').click();
    await said('You stopped the task.');
    await workbench.screenshot('restored-task');
  });

  it('is told plainly that an endpoint does not answer', async () => {
    const { page } = workbench;
    await workbench.runCommand('AgentLM: Connect Endpoint');
    await enter('http://127.0.0.1:49151');
    await page
      .getByText(/No server answers at http:\/\/127\.0\.0\.1:49151/)
      .first()
      .waitFor();
    await page.locator('.quick-input-widget input.input').press('Enter');
    await page.getByText('A name for this endpoint.').waitFor();
    await enter('gone');
    await page.locator('.statusbar-item', { hasText: 'gone' }).waitFor();
    await send('Anything.');
    await chat.getByText(/No server answers at http:\/\/127\.0\.0\.1:49151/).waitFor();
    await workbench.screenshot('endpoint-dead');
  });
});
