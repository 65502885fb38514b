import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { startFakeEndpoint, type FakeEndpoint } from '../fakeEndpoint';
import { openWorkbench, themes, type Workbench } from './workbench.mts';

const operation = (sql: string): string => `I look.\nAction: Operation\n\`\`\`sql\n${sql}\n\`\`\``;

describe('A user who asks a database', function () {
  this.timeout(180_000);
  let folder: string;
  let endpoint: FakeEndpoint;
  let workbench: Workbench;
  let chat: FrameLocator;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-workspace-'));
    const columns = Array.from({ length: 1500 }, (_, index) => `column_${index + 1}`);
    await writeFile(path.join(folder, 'sales.csv'), 'product,revenue\nTea,12.5\nCoffee,30\nMugs,7.25\nFilters,1\n');
    await writeFile(path.join(folder, 'wide.csv'), `${columns.join()}\n`);
    const query = 'SELECT product, revenue FROM sales ORDER BY 2 DESC LIMIT 3';
    endpoint = await startFakeEndpoint([operation(query), 'I know.\nAction: Answer\nFinal Answer: ["Coffee"]']);
    workbench = await openWorkbench({
      name: 'databases',
      workspace: folder,
      settings: {
        'agentlm.endpoint': 'fake',
        'agentlm.endpoints': [{ name: 'fake', url: endpoint.url }],
        'agentlm.approval': 'reads',
        'files.simpleDialog.enable': true,
      },
    });
    await workbench.runCommand('AgentLM: New Task in Chat');
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

  it('chooses a folder of files, and which of its tables matter when not all of them have room', async () => {
    const { page } = workbench;
    await chat.getByText('Database', { exact: true }).click();
    await chat.getByRole('button', { name: /No database chosen/ }).click();
    const row = (text: string) => page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    await row('wide.csv').waitFor();
    await workbench.screenshot('database-picker');
    await row('Browse for a Folder of Files').click();
    const input = page.locator('.quick-input-widget input.input');
    await input.fill(`${folder}/`);
    await input.press('Enter');
    await chat.getByText(path.basename(folder)).waitFor();
    const composer = chat.getByRole('textbox', { name: 'Task' });
    await composer.fill('Which product brought in most?');
    await composer.press('Enter');
    await row('sales').waitFor();
    await workbench.screenshot('database-tables');
    await row('sales').click();
    await page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
    await chat.getByRole('log').getByText('The model answered.').waitFor();
    const [{ prompt } = { prompt: '' }] = endpoint.completions;
    assert.match(prompt, /name of this table is sales, .* There is 1 more table in this database: wide\./);
    await chat.getByText(`${path.basename(folder)}, 1 table`).waitFor();
  });

  it('sees the last query with its rows and a plot of them, in every theme', async () => {
    const result = chat.getByRole('region', { name: 'The last query and its rows' });
    await result
      .getByRole('img', { name: /^Bar plot of revenue by product, 3 bars/ })
      .locator('canvas')
      .waitFor();
    assert.equal(await result.getByRole('row').count(), 4);
    for (const theme of themes) {
      await workbench.wear(theme);
      await result.getByRole('button', { name: 'Export Result…' }).scrollIntoViewIfNeeded();
      await workbench.page.waitForTimeout(300);
      await workbench.screenshot(`database-plot ${theme}`);
    }
  });

  it('takes the rows along as a file', async () => {
    const target = path.join(folder, 'result.csv');
    await chat.getByRole('button', { name: 'Export Result…' }).click();
    const input = workbench.page.locator('.quick-input-widget input.input');
    // The dialog puts a name of its own into the field once it is drawn.
    await workbench.page.waitForFunction(
      "document.querySelector('.quick-input-widget input.input')?.value.endsWith('.csv')",
    );
    await input.fill(target);
    await input.press('Enter');
    await workbench.page.getByText(`Written to ${target}.`).first().waitFor();
    assert.equal(await readFile(target, 'utf8'), 'product,revenue\r\nCoffee,30\r\nTea,12.5\r\nMugs,7.25\r\n');
  });
});
