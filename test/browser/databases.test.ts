import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { serverAddress } from '../../src/agent/databaseServer';
import { kindsOfServers, type TestServer } from '../databaseServers';
import { startFakeEndpoint, type FakeEndpoint, type FakeScript } from '../fakeEndpoint';
import { openWorkbench, type Workbench } from './workbench.mts';

const operation = (sql: string): string => `I look.\nAction: Operation\n\`\`\`sql\n${sql}\n\`\`\``;
const answer = (value: string): string => `I know.\nAction: Answer\nFinal Answer: ["${value}"]`;

/** What the model says, task by task. */
const replies: Readonly<Record<string, readonly string[]>> = {
  'Which product brought in most?': [
    operation('SELECT product, revenue FROM sales ORDER BY 2 DESC LIMIT 3'),
    answer('Coffee'),
  ],
  'How many goods are there?': [
    operation('DELETE FROM goods'),
    operation('SELECT count(*) FROM goods'),
    answer('3 goods'),
  ],
  'Tidy up the prices.': [
    operation('UPDATE goods SET price = price * 10 WHERE id < 3'),
    operation('DELETE FROM goods WHERE id = 3'),
    answer('done'),
  ],
};

const [mariadb] = kindsOfServers;

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
    endpoint = await startFakeEndpoint(scripted());
    workbench = await openWorkbench({ name: 'databases', workspace: folder, settings: settings() });
    await workbench.runCommand('AgentLM: New Task in Chat');
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

  const settings = () => ({
    'agentlm.endpoint': 'fake',
    'agentlm.endpoints': [{ name: 'fake', url: endpoint.url }],
    'agentlm.approval': 'reads',
    'files.simpleDialog.enable': true,
  });
  const widget = () => workbench.page.locator('.quick-input-widget');
  const input = () => widget().locator('input.input');
  const row = (text: string) => widget().locator('.monaco-list-row', { hasText: text }).first();
  const shown = (text: string | RegExp) => widget().getByText(text).first();
  const dialog = () => workbench.page.locator('.monaco-dialog-box');
  const said = async (words: string | RegExp): Promise<void> => chat.getByRole('log').getByText(words).last().waitFor();

  /** Answers a question once it is there. */
  async function enter(question: string | RegExp, text?: string): Promise<void> {
    await shown(question).waitFor();
    if (text !== undefined) await input().fill(text);
    await input().press('Enter');
  }

  async function send(task: string): Promise<void> {
    await chat.getByRole('button', { name: 'Send' }).waitFor();
    const composer = chat.getByRole('textbox', { name: 'Task' });
    await composer.fill(task);
    await composer.press('Enter');
  }

  async function approve(verb: string): Promise<void> {
    const run = chat.getByRole('button', { name: new RegExp(`^Run: ${verb}`) });
    await run.waitFor();
    await workbench.page.waitForTimeout(400); // A card takes no click in the instant in which it appears.
    await run.click();
  }

  it('chooses a folder of files, and which of its tables matter when not all of them have room', async () => {
    await chat.getByText('Database', { exact: true }).click();
    await chat.getByRole('button', { name: /No database chosen/ }).click();
    await row('wide.csv').waitFor();
    await workbench.screenshot('database-picker');
    await row('Browse for a Folder of Files').click();
    await enter('Choose a Database', `${folder}/`);
    await chat.getByText(path.basename(folder)).waitFor();
    await send('Which product brought in most?');
    await row('sales').waitFor();
    await workbench.screenshot('database-tables');
    await row('sales').click();
    await widget().getByRole('button', { name: 'OK' }).click();
    await said('The model answered.');
    const [{ prompt } = { prompt: '' }] = endpoint.completions;
    assert.match(prompt, /name of this table is sales, .* There is 1 more table in this database: wide\./);
    await chat.getByText(`${path.basename(folder)}, 1 table`).waitFor();
  });

  it('sees the last query with its rows and a plot of them', async () => {
    const result = chat.getByRole('region', { name: 'The last query and its rows' });
    const plot = result.getByRole('img', { name: /^Bar plot of revenue by product, 3 bars/ }).locator('canvas');
    for (const theme of ['Light Modern', 'Default High Contrast'] as const) {
      await workbench.wear(theme);
      await plot.waitFor();
      assert.equal(await result.getByRole('row').count(), 4);
      await result.getByRole('button', { name: 'Export Result…' }).scrollIntoViewIfNeeded();
      await workbench.screenshot(`database-plot ${theme}`);
    }
  });

  it('takes the rows along as a file', async () => {
    const target = path.join(folder, 'result.csv');
    await chat.getByRole('button', { name: 'Export Result…' }).click();
    // The dialog puts a name of its own into the field once it is drawn.
    await workbench.page.waitForFunction(
      "document.querySelector('.quick-input-widget input.input')?.value.endsWith('.csv')",
    );
    await input().fill(target);
    await input().press('Enter');
    await workbench.page.getByText(`Written to ${target}.`).first().waitFor();
    assert.equal(await readFile(target, 'utf8'), 'product,revenue\r\nCoffee,30\r\nTea,12.5\r\nMugs,7.25\r\n');
  });

  describe('on a MariaDB server', () => {
    let server: TestServer;
    let address: string;
    const goods = async (): Promise<unknown> => server.query('SELECT id, price FROM goods ORDER BY id');
    const found = [['1', '5'], ['2', '7'], ['3', '9']]; // prettier-ignore

    /** Opens a list of databases until it says this: the settings are written when the question has closed. */
    async function openList(command: string, isRight: () => Promise<boolean>): Promise<void> {
      for (;;) {
        await workbench.runCommand(command);
        await row('Add Database Server…').waitFor();
        if (await isRight()) return;
        await workbench.page.keyboard.press('Escape');
      }
    }

    before(async function () {
      mariadb.require(this);
      server = await mariadb.start();
      await server.query(
        'CREATE TABLE goods (id INT PRIMARY KEY, price INT)',
        'INSERT INTO goods VALUES (1, 5), (2, 7), (3, 9)',
      );
      address = serverAddress(server.described({ access: 'nothing' }));
      // From here on the settings are the user's: what is written from outside would forget the server.
      await workbench.wear('Dark Modern');
    });

    after(async () => server?.stop());

    it('adds it step by step, and the password is tried and kept secret', async () => {
      await workbench.runCommand('AgentLM: Add Database Server');
      await row('MySQL, MariaDB').click();
      await enter(/Host and port of the server/, 'no server at all');
      await shown(/Write an address like/).waitFor();
      await input().fill(address);
      await input().press('Enter');
      await enter(/User of the database/, 'reader');
      await enter('Name of the database', 'shop');
      await enter(/Password of reader/, 'wrong');
      await shown(/refused the user or the password.*Press Enter again/).waitFor();
      await workbench.screenshot('server-wrong-password');
      await input().fill('open sesame');
      await input().press('Enter');
      await row('Anything, in a copy').waitFor();
      await workbench.screenshot('server-access');
      await row('In a session that the server itself holds to reading').click();
      await enter('A name for this database', 'the shop');
      await widget().waitFor({ state: 'hidden' });
    });

    it('lets a task read it, and the server refuses what it would write', async () => {
      await openList('AgentLM: Choose Database', async () => row('an agent may read').isVisible());
      await row('an agent may read').click();
      await chat.getByText('Database', { exact: true }).click();
      await chat.getByText('the shop').first().waitFor();
      await send('How many goods are there?');
      await approve('DELETE');
      await said(/READ ONLY transaction|command denied/);
      await said('3 goods');
      await said('The model answered.');
      assert.deepEqual(await goods(), found);
    });

    it('lets a task work on a copy, after the profile was edited', async () => {
      await workbench.runCommand('AgentLM: Manage Database Servers');
      await row('an agent may read').click();
      await row('Edit…').click();
      await row('MySQL, MariaDB').click();
      await enter(/Host and port of the server/);
      await enter(/User of the database/, 'root');
      await enter('Name of the database');
      await enter(/Password of root/, '');
      await row('Anything, in a copy').click();
      await enter('A name for this database');
      await widget().waitFor({ state: 'hidden' });
      await openList('AgentLM: Choose Database', async () => row('an agent works on a copy').isVisible());
      await row('an agent works on a copy').click();
      await send('Tidy up the prices.');
      await approve('UPDATE');
      await approve('DELETE');
      await chat.getByText('What the task changed waits').last().waitFor();
      assert.deepEqual(await goods(), found);
    });

    it('sees the changed rows, applies them, and finds the script that takes them back', async () => {
      const { page } = workbench;
      await chat.getByRole('button', { name: 'Review Changes' }).last().click();
      await page.locator('.monaco-list-row').getByText('shop', { exact: true }).first().click();
      const review = await workbench.webview('Changes of shop');
      await review.getByText('0 inserted, 2 updated, 1 deleted').waitFor();
      await workbench.screenshot('server-changes');
      await review.getByRole('button', { name: 'Apply to Database' }).click();
      await dialog()
        .getByText(/goods: 0 inserted, 2 updated, 1 deleted/)
        .waitFor();
      await dialog()
        .getByText(/A script that takes the changes back is written first/)
        .waitFor();
      await workbench.screenshot('server-apply');
      await dialog().getByRole('button', { name: 'Apply' }).click();
      await review.getByText(/The script that takes the changes back: undo-.*\.sql/).waitFor();
      await workbench.screenshot('server-applied');
      assert.deepEqual(await goods(), [['1', '50'], ['2', '70']]); // prettier-ignore
      await review.getByRole('button', { name: 'Show Script' }).click();
      await page.locator('.tab', { hasText: /undo-.*\.sql/ }).waitFor();
      await page.locator('.editor-instance .view-lines', { hasText: 'START TRANSACTION' }).waitFor();
      await workbench.screenshot('server-undo');
    });

    it('removes it, and its password with it', async () => {
      await workbench.runCommand('AgentLM: Manage Database Servers');
      await row('the shop').click();
      await row('Remove').click();
      await dialog().getByText('Its password is forgotten.').waitFor();
      await dialog().getByRole('button', { name: 'Remove' }).click();
      await openList('AgentLM: Manage Database Servers', async () => !(await row('the shop').isVisible()));
    });
  });
});

/** The replies of the task that is asked about, one after the other. */
function scripted(): FakeScript {
  const given = new Map<string, number>();
  return ({ prompt }) => {
    const task = Object.keys(replies).find((problem) => prompt.includes(problem)) ?? '';
    const step = given.get(task) ?? 0;
    given.set(task, step + 1);
    return replies[task]?.[step] ?? '';
  };
}
