import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isTestTask } from '../../src/agent/testTask';
import { startFakeEndpoint, type FakeEndpoint } from '../fakeEndpoint';
import { openWorkbench, type Workbench } from './workbench.mts';

const suite = {
  name: 'shop',
  kind: 'db',
  tasks: [
    {
      id: 'chairs',
      category: 'counting',
      task: 'How many chairs are in stock?',
      setup: { tables: [{ name: 'product', columns: ['name', 'stock'], rows: [['Chair', 4]] }] },
      check: { answer: ['4'] },
      reference: "SELECT stock FROM product WHERE name = 'Chair'",
    },
    {
      id: 'lamps',
      category: 'other',
      task: 'How many lamps are in stock?',
      setup: { tables: [{ name: 'product', columns: ['name', 'stock'], rows: [['Lamp', 3]] }] },
      check: { answer: ['3'] },
    },
  ],
};

const answer = 'I know.\nAction: Answer\nFinal Answer: ["4"]';

describe('A user who evaluates a model in the Testing view', function () {
  this.timeout(120_000);
  let folder: string;
  let endpoint: FakeEndpoint;
  let other: FakeEndpoint;
  let workbench: Workbench;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-suites-'));
    await writeFile(path.join(folder, 'shop.agentlm-suite.json'), JSON.stringify(suite, null, 2));
    endpoint = await startFakeEndpoint(() => answer);
    other = await startFakeEndpoint(() => 'I do not know.', { models: [{ id: 'agentlm-13b', object: 'model' }] });
    workbench = await openWorkbench({
      name: 'evaluations',
      workspace: folder,
      settings: {
        'agentlm.endpoints': [
          { name: 'lab', url: endpoint.url },
          { name: 'large', url: other.url },
        ],
        'agentlm.endpoint': 'lab',
      },
    });
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  after(async () => {
    await workbench.close();
    await Promise.all([endpoint.close(), other.close()]);
    await rm(folder, { recursive: true });
  });

  const row = (text: string) => workbench.page.locator('.test-explorer .monaco-list-row', { hasText: text }).first();

  it('finds the suite of the workspace, its categories and its tasks, and nothing runs', async () => {
    await workbench.runCommand('Testing: Focus on Test Explorer View');
    await row('shop').waitFor({ timeout: 45_000 });
    await workbench.page.keyboard.press('Escape');
    await row('shop').click();
    await workbench.page.keyboard.press('ArrowRight');
    for (const category of ['counting', 'other']) {
      await row(category).click();
      await workbench.page.keyboard.press('ArrowRight');
    }
    await row('chairs').waitFor();
    await row('lamps').waitFor();
    await workbench.screenshot('evaluation-tree');
    assert.equal(endpoint.requests.length, 0);
  });

  it('runs it at the chosen endpoint, and sees what was expected beside what was answered', async () => {
    await workbench.runCommand('Test: Run All Tests');
    const { page } = workbench;
    await page.locator('.test-explorer').getByText('1/2').waitFor({ timeout: 45_000 });
    await page.locator('.test-output-peek-tree .monaco-list-row', { hasText: 'lamps' }).click();
    await page.locator('.monaco-diff-editor').waitFor();
    await workbench.screenshot('evaluation-failure');
  });

  it('opens the conversation of a task that failed', async () => {
    const { page } = workbench;
    await page.keyboard.press('Escape');
    await workbench.runCommand('Testing: Focus on Test Explorer View');
    await row('lamps').click({ button: 'right' });
    const menu = page.locator('.monaco-menu');
    await menu.getByText('Accept as Training Data…').waitFor();
    assert.equal(await menu.getByText('Remove Evaluation Suite').count(), 0);
    await workbench.chooseInMenu('Open Conversation');
    await page.locator('.monaco-editor .view-lines', { hasText: 'Final Answer: ["4"]' }).waitFor();
    await workbench.screenshot('evaluation-conversation');
  });

  it('sees both endpoints beside each other, and what they said on a task', async () => {
    const { page } = workbench;
    await workbench.runCommand('Testing: Focus on Test Explorer View');
    await row('shop').click({ button: 'right' });
    await workbench.chooseInMenu('Execute Using Profile');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'large' }).click();
    await page.locator('.test-explorer').getByText('0/2').waitFor({ timeout: 45_000 });
    await workbench.runCommand('AgentLM: Show Evaluation Results');
    const results = await workbench.webview('Evaluation Results');
    await results.locator('table').first().getByRole('rowheader', { name: 'agentlm-13b' }).waitFor();
    await results.locator('table').first().getByText('50.0').first().waitFor();
    await results.getByRole('button', { name: 'lamps' }).click();
    await results.getByRole('heading', { name: 'Conversations on lamps' }).waitFor();
    await results.locator('article pre', { hasText: 'I do not know.' }).first().waitFor();
    await workbench.screenshot('evaluation-results');
    await results.locator('h1').scrollIntoViewIfNeeded();
    await workbench.screenshot('evaluation-results-top');
  });

  it('accepts a conversation as training data, after the warning that it is a test', async () => {
    const { page } = workbench;
    const results = await workbench.webview('Evaluation Results');
    await results.getByRole('button', { name: 'chairs' }).click();
    const conversation = results.locator('article').filter({ hasText: 'Answered: 4' }).first();
    await conversation.getByRole('button', { name: 'Accept as Training Data…' }).click();
    const accept = await workbench.webview('Accept Trajectory');
    await accept.getByText('It is a task of an evaluation suite:').waitFor();
    await accept.getByRole('button', { name: 'Turn On Recording' }).click();
    await accept.getByText('Ready to be accepted.').waitFor();
    await workbench.screenshot('evaluation-accept');
    await accept.getByRole('button', { name: 'Accept', exact: true }).click();
    await accept.getByRole('button', { name: /^Open/ }).waitFor();
    const kept = path.join(folder, '.agentlm', 'trajectories');
    const [file = ''] = await readdir(kept);
    const { id } = JSON.parse(await readFile(path.join(kept, file), 'utf8')) as { id: string };
    assert.ok(isTestTask(id), id);
    await workbench.runCommand('AgentLM: Export Training Data');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'axolotl' }).click();
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Accepted runs' }).click();
    const exported = await workbench.webview('Export for axolotl');
    await exported.getByText('Rows that are tasks of evaluation suites: 1.').waitFor();
    await workbench.screenshot('evaluation-export');
  });
});
