import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { parseDialogue, type Dialogue } from '../../src/agent/conversation';
import { startFakeEndpoint, type FakeEndpoint } from '../fakeEndpoint';
import { openWorkbench, type Workbench } from './workbench.mts';

const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
const look = 'Think: I look at the file.\n\nAct: bash\n\n```bash\ncat deploy.env\n```';
const finish = 'Think: The file names the account. That is all.\n\nAct: answer(mkoenig@corp.net)';
const task = 'Whose account does deploy.env name?';

describe('A user who collects training data', function () {
  this.timeout(120_000);
  let folder: string;
  let endpoint: FakeEndpoint;
  let workbench: Workbench;
  let chat: FrameLocator;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-recording-'));
    await writeFile(path.join(folder, 'deploy.env'), `ACCOUNT=mkoenig@corp.net\nGH_TOKEN=${token}\n`);
    endpoint = await startFakeEndpoint((_, index) => (index % 2 === 0 ? look : finish));
    workbench = await openWorkbench({
      name: 'recording',
      workspace: folder,
      settings: {
        'agentlm.endpoints': [{ name: 'lab', url: endpoint.url }],
        'agentlm.endpoint': 'lab',
        'agentlm.approval': 'all',
        'agentlm.os.promptTail': false,
      },
    });
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  after(async () => {
    await workbench.close();
    await endpoint.close();
    await rm(folder, { recursive: true });
  });

  async function kept(): Promise<Dialogue[]> {
    const trajectories = path.join(folder, '.agentlm/trajectories');
    const files = await readdir(trajectories).catch(() => []);
    const texts = await Promise.all(files.map((file) => readFile(path.join(trajectories, file), 'utf8')));
    return texts.flatMap((text) => text.split('\n').slice(0, -1)).map(parseDialogue);
  }

  async function run(): Promise<void> {
    await workbench.runCommand('AgentLM: New OS Task');
    const input = workbench.page.locator('.quick-input-widget input.input');
    await input.fill(task);
    await input.press('Enter');
    chat = await workbench.webview('Chat');
    await chat.getByText('The model answered.').last().waitFor();
  }

  /** The page says that it is accepted while it is being written. */
  async function keeps(count: number): Promise<Dialogue[]> {
    for (;;) {
      const rows = await kept();
      if (rows.length >= count) return rows;
      await workbench.page.waitForTimeout(50);
    }
  }

  it('sees the secrets of a run and what each would become before it is accepted', async () => {
    await workbench.runCommand('AgentLM: Toggle Trajectory Recording');
    await workbench.page.locator('.statusbar').getByText('Recording').waitFor();
    await run();
    await chat.getByRole('button', { name: 'Accept' }).click();
    const page = await workbench.webview('Accept Trajectory');
    await page.getByText('2 secrets wait for your decision.').waitFor();
    await page.getByText('REDACTED_GITHUB_TOKEN_1').waitFor();
    await page.getByText('user1@example.com').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Accept' }).getAttribute('aria-disabled'), 'true');
    await workbench.screenshot('accept-findings');
    assert.deepEqual(await kept(), []);
  });

  it('replaces one and keeps one on purpose, corrects a reply, and accepts', async () => {
    const page = await workbench.webview('Accept Trajectory');
    const secret = (words: string) => page.getByRole('group').filter({ hasText: words });
    await secret('REDACTED_GITHUB_TOKEN_1').getByLabel('Replace').check();
    await secret('user1@example.com').getByLabel('Keep on purpose').check();
    await page.getByText('Ready to be accepted.').waitFor();
    const turns = page.locator('main > section > .turn');
    await turns.nth(0).getByLabel('Learn this reply').uncheck();
    await turns.nth(2).getByRole('button', { name: 'Correct' }).click();
    const editor = page.getByLabel('What the model should have said');
    assert.equal(await editor.inputValue(), finish);
    await editor.fill('Think: It is in the file.\n\nAct: answer(mkoenig@corp.net)');
    await page.getByRole('button', { name: 'Save Correction' }).click();
    await page.getByText('Corrected by a person.').waitFor();
    await workbench.screenshot('accept-corrected');
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByText('Accepted. The trajectory was written to disk.').waitFor();
    const [row] = await keeps(1);
    const own = row?.conversations.slice(-3) ?? [];
    assert.deepEqual(
      own.map(({ loss }) => loss),
      [false, null, true],
    );
    assert.match(own[1]?.value ?? '', /ACCOUNT=mkoenig@corp\.net\r?\nGH_TOKEN=REDACTED_GITHUB_TOKEN_1/);
    assert.match(own[2]?.value ?? '', /^Think: It is in the file\./);
    await chat.getByText('Accepted. The trajectory was written to disk.').waitFor();
  });

  it('sees what a trainer would learn of it, token by token, and exports it', async () => {
    const { page } = workbench;
    await workbench.runCommand('AgentLM: Export Training Data');
    await page.locator('.quick-input-list').getByText('axolotl', { exact: true }).click();
    await page.locator('.quick-input-list').getByText('Accepted runs of this workspace').click();
    const preview = await workbench.webview('Export for axolotl');
    await preview.getByText('Rows: 1. Examples: 1. Refused: 0.').waitFor();
    await preview.locator('ins .token').first().waitFor();
    assert.match(await preview.locator('.tokens ins').last().innerText(), /Think: It is in the file\./);
    await preview.locator('.tokens ins').last().scrollIntoViewIfNeeded();
    await workbench.screenshot('export-tokens');
    await preview.getByRole('button', { name: 'Export…' }).click();
    // The dialog fills itself in; what is typed sooner is lost.
    await page.waitForFunction(
      "document.querySelector('.quick-input-widget input.input')?.value.endsWith('/agentlm-axolotl.jsonl')",
    );
    await page.locator('.quick-input-widget').getByText('OK', { exact: true }).click();
    await preview.getByText(/^Written: .*agentlm-axolotl\.jsonl, .*agentlm-axolotl\.axolotl\.yaml$/).waitFor();
    const text = await readFile(path.join(folder, 'agentlm-axolotl.jsonl'), 'utf8');
    assert.match(text, /REDACTED_GITHUB_TOKEN_1/);
    assert.ok(!text.includes(token));
  });

  it('finds the page usable in a narrow column, and rejects', async () => {
    await run();
    await workbench.runCommand('AgentLM: Review Trajectory');
    await workbench.page.setViewportSize({ width: 700, height: 900 });
    const page = await workbench.webview('Accept Trajectory');
    await page.getByText('2 secrets wait for your decision.').waitFor();
    await workbench.screenshot('accept-narrow');
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByText('Rejected. Nothing was written.').waitFor();
    assert.equal((await kept()).length, 1);
  });
});
