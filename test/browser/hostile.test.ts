import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { visible } from '../../src/agent/hiddenCharacters';
import { openNodeSqlite } from '../../src/runtime/sql/nodeSqlite';
import { startFakeEndpoint, type FakeEndpoint } from '../fakeEndpoint';
import hostile from '../fixtures/hostile.json';
import { openWorkbench, type Workbench } from './workbench.mts';

const texts = Object.entries(hostile.modelOutputs)
  // A lone half of a character does not survive the way through JSON and UTF-8.
  .filter(([name]) => name !== 'lone halves')
  // A carriage return of a reply is a line break like any other: that is how it is run.
  .map(([, text]) => text.replaceAll('\r', ''));
const worst = texts.filter((text) => !text.includes('\n')).join(' ');

const replies: Readonly<Record<string, string>> = {
  'Ask me.': `Think: ${worst}\n\nAct: bash\n\n\`\`\`bash\n: ${worst.replaceAll('`', '')}\n\`\`\``,
  'Print it.':
    'Think: I print.\n\nAct: bash\n\n```bash\ncat terminal.txt; ls -b; head -c 10000000 /dev/zero | tr "\\0" x\n```',
  'Query it.': 'I query.\nAction: Operation\n```sql\nSELECT id, value, value AS `<img src=x>` FROM things;\n```',
};

describe('A user whose model, files and databases mean harm', function () {
  this.timeout(120_000);
  let folder: string;
  let endpoint: FakeEndpoint;
  let workbench: Workbench;
  let chat: FrameLocator;
  /** What was loaded from anywhere but this machine, and what opened by itself. */
  const happened: string[] = [];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-hostile-'));
    const workspace = path.join(folder, '[x](command:workbench.action.closeWindow) $(trash)');
    await layOut(workspace);
    endpoint = await startFakeEndpoint(({ prompt }) => {
      const task = prompt.slice(Math.max(...Object.keys(replies).map((name) => prompt.lastIndexOf(name))));
      if (/The output of the OS|\[\(/.test(task))
        return `Think: ${worst}\n\nAct: answer(${worst.replace(/[()]/g, '')})\nAction: Answer\nFinal Answer: ["<b>x</b>"]`;
      return Object.entries(replies).find(([name]) => task.startsWith(name))?.[1] ?? 'Act: finish';
    });
    workbench = await openWorkbench({
      name: 'hostile',
      workspace,
      settings: {
        'agentlm.endpoints': [{ name: '<b>[lab](command:x)</b>', url: endpoint.url }],
        'agentlm.endpoint': '<b>[lab](command:x)</b>',
      },
    });
    const { page } = workbench;
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      const ours =
        /^(127\.0\.0\.1|localhost)$|\.vscode-(cdn|resource)\.net$/.test(hostname) || !/^(https?|wss?):$/.test(protocol);
      if (!ours) happened.push(request.url());
    });
    page.on('dialog', (dialog) => happened.push(`dialog ${dialog.message()}`));
    page.context().on('page', (opened) => happened.push(`page ${opened.url()}`));
    await workbench.runCommand('View: Show AgentLM');
    chat = await workbench.webview('Chat');
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
    for (const frame of workbench.page.frames()) {
      if (!frame.isDetached())
        assert.equal(await frame.evaluate('globalThis.hacked').catch(() => undefined), undefined);
    }
    assert.deepEqual(happened, []);
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

  const foreign = () =>
    chat.locator('body :is(a, img, svg, iframe, style, link, object, form, script:not([nonce]))').count();

  it('reads a command whole, whatever is in it', async () => {
    await send('Ask me.');
    const command = chat.locator('pre.command').last();
    await command.waitFor();
    const [shown, meant] = [await command.innerText(), visible(`: ${worst.replaceAll('`', '')}`)];
    assert.equal(shown.replace(/<?(U\+[0-9A-F]{4,6})>?/g, '$1'), meant.replace(/<?(U\+[0-9A-F]{4,6})>?/g, '$1'));
    assert.equal(await foreign(), 0);
    await workbench.screenshot('hostile-command');
    await workbench.runCommand('AgentLM: Stop');
    await chat.getByRole('log').getByText('You stopped the task.').last().waitFor();
  });

  it('sees what a command prints, ten million characters of a line included', async () => {
    await send('Print it.');
    await approve();
    await chat.getByRole('log').getByText('The model answered.').last().waitFor();
    assert.equal(await foreign(), 0);
    await workbench.screenshot('hostile-output');
    await workbench.runCommand('AgentLM: Open Run as Plain Text');
    await workbench.page.locator('.editor-instance .view-lines').getByText('Print it.').waitFor();
    await workbench.screenshot('hostile-plain-text');
    await workbench.runCommand('View: Close Editor');
  });

  it('sees the values of a database as the text they are', async () => {
    const { page } = workbench;
    await chat.getByText('Database', { exact: true }).click();
    await chat.getByRole('button', { name: /No database chosen/ }).click();
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'evil.sqlite' }).first().click();
    await send('Query it.');
    await approve();
    const grid = chat.getByRole('region', { name: 'Rows' });
    for (const text of hostile.sqlValues) {
      await grid
        .getByRole('cell', { name: marked(text), exact: true })
        .first()
        .waitFor();
    }
    assert.equal(await foreign(), 0);
    await workbench.screenshot('hostile-rows');
  });
});

/** As a page shows it. */
function marked(text: string): string {
  return visible(text)
    .replace(/<(U\+[0-9A-F]{4,6})>/g, '$1')
    .replace(/\s+/g, ' ');
}

async function layOut(workspace: string): Promise<void> {
  await mkdir(workspace);
  for (const name of hostile.fileNames) await writeFile(path.join(workspace, name), 'x\n');
  await writeFile(path.join(workspace, 'terminal.txt'), `${hostile.terminalText.join('\n')}\n`);
  const database = new (openNodeSqlite().DatabaseSync)(path.join(workspace, 'evil.sqlite'));
  database.exec('CREATE TABLE things (id INTEGER PRIMARY KEY, value TEXT)');
  for (const value of hostile.sqlValues) database.prepare('INSERT INTO things (value) VALUES (?)').run(value);
  database.close();
}
