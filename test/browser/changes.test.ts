import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { prepareSample, type Sample } from '../../src/runtime/demo/sample';
import { openNodeSqlite } from '../../src/runtime/sql/nodeSqlite';
import { probeSandbox } from '../../src/runtime/shell/sandbox/probe';
import { openWorkbench, type Workbench } from './workbench.mts';

describe('A user who looks at what a task has changed', function () {
  this.timeout(120_000);
  let folder: string;
  let sample: Sample;
  let workbench: Workbench;
  let chat: FrameLocator;

  before(async function () {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-workspace-'));
    if ((await probeSandbox(path.join(folder, 'probe'))) !== undefined) this.skip();
    sample = await prepareSample('resources', path.join(folder, 'shop'));
    workbench = await openWorkbench({
      name: 'changes',
      workspace: sample.workspace,
      settings: { 'agentlm.endpoint': 'demo', 'agentlm.approval': 'reads' },
    });
    await workbench.runCommand('AgentLM: New Task in Chat');
    chat = await workbench.webview('Chat');
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  after(async () => {
    await workbench?.close();
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

  const row = (text: string) => workbench.page.locator('.monaco-list-row').getByText(text, { exact: true }).first();

  it('finds a file of a task in the sandbox, and not in the folder', async () => {
    await chat.getByRole('button', { name: 'Sandbox: workspace' }).waitFor();
    await send("Make a folder named reports and put today's date into reports/date.txt.");
    await approve();
    await chat.getByText(/What the task changed waits|changed files wait/).waitFor();
    assert.equal(existsSync(path.join(sample.workspace, 'reports')), false);
    await workbench.screenshot('changes-in-chat');
  });

  it('sees it as a difference, and applies it', async () => {
    const { page } = workbench;
    await chat.getByRole('button', { name: 'Review Changes' }).click();
    await row('reports/date.txt').click();
    await page.locator('.monaco-diff-editor').waitFor();
    await workbench.screenshot('changes-diff');
    await workbench.runCommand('AgentLM: Apply Changes');
    await page
      .getByText(/files applied/)
      .first()
      .waitFor();
    assert.match(await readFile(path.join(sample.workspace, 'reports/date.txt'), 'utf8'), /^\d{4}-\d\d-\d\d\n$/);
  });

  it('sees the rows that a database task has changed, and applies them', async () => {
    const { page } = workbench;
    await chat.getByText('Database', { exact: true }).click();
    await chat.getByRole('button', { name: /No database chosen/ }).click();
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'shop.sqlite' }).first().click();
    await chat.getByText('shop.sqlite').waitFor();
    await send(raise);
    await approve();
    await chat.getByRole('log').getByText('The model answered.').last().waitFor();
    await chat.getByText('What the task changed waits').last().waitFor();
    const before = await readFile(sample.database);
    const raised = Math.round(dearestTea(sample.database) * 110) / 100;
    await chat.getByRole('button', { name: 'Review Changes' }).last().click();
    await row('shop.sqlite').click();
    const review = await workbench.webview('Changes of shop.sqlite');
    await review.getByRole('button', { name: 'Apply to Database' }).waitFor();
    await review.locator('td.changed').first().waitFor();
    await workbench.screenshot('database-changes');
    assert.deepEqual(await readFile(sample.database), before);
    await review.getByRole('button', { name: 'Apply to Database' }).click();
    const dialog = page.locator('.monaco-dialog-box');
    await dialog
      .getByText(/product/)
      .first()
      .waitFor();
    await workbench.screenshot('database-apply');
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await review.getByText('Applied to the database.').waitFor();
    assert.notDeepEqual(await readFile(sample.database), before);
    assert.equal(dearestTea(sample.database), raised);
  });
});

function dearestTea(file: string): number {
  const database = new (openNodeSqlite().DatabaseSync)(file, { readOnly: true });
  try {
    return Number(database.prepare("SELECT max(price) AS price FROM products WHERE category = 'Tea'").get()?.['price']);
  } finally {
    database.close();
  }
}

/** The task of the demo that changes rows. */
const raise = 'Raise the price of every product in the category Tea by 10 percent.';
