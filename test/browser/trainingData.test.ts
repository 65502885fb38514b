import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatDialogue, gpt, human, type Dialogue } from '../../src/agent/conversation';
import { startFakeEndpoint, type FakeEndpoint } from '../fakeEndpoint';
import { startHub, type FakeHub } from '../hub';
import { openWorkbench, type Workbench } from './workbench.mts';

const instruction = 'Trained words: Act: bash, Act: finish or Act: answer.\n\nNow, my problem is:\n\nHow many?';
const example = 'Think: I know it.\n\nAct: answer(7)';

/** Rows of the os split that open alike. */
const published: readonly Dialogue[] = Array.from({ length: 12 }, (_, index) => ({
  id: `os_${index}`,
  conversations: [
    human(instruction),
    gpt(example, { loss: false }),
    human(`Now, I will start a new problem in a new OS. My problem is:\n\nHow many lamps are on shelf ${index}?`),
    gpt(`Think: I count them.\n\nAct: answer(${index})`, { loss: true }),
  ],
}));

const general = Array.from({ length: 60 }, (_, index) => ({
  id: `chat_${index}`,
  conversations: [
    {
      from: 'human',
      value: index === 0 ? 'Tell me: which product sold the most in the last year?' : `Question ${index}?`,
    },
    { from: 'gpt', value: 'It is so.' },
  ],
}));

describe('A user who brings training data together', function () {
  this.timeout(120_000);
  let folder: string;
  let hub: FakeHub;
  let endpoint: FakeEndpoint;
  let workbench: Workbench;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-training-'));
    const kept = path.join(folder, '.agentlm', 'trajectories');
    await mkdir(kept, { recursive: true });
    await writeFile(path.join(kept, 'chats.json'), JSON.stringify(general));
    const suite = [{ description: 'Which product sold the most in the last year?' }];
    await writeFile(path.join(folder, 'suite.json'), JSON.stringify(suite));
    hub = await startHub('THUDM/AgentInstruct', {
      'data/os-00000-of-00001.jsonl': Buffer.from(published.map((row) => `${formatDialogue(row)}\n`).join('')),
    });
    endpoint = await startFakeEndpoint(['Think: I know it.\n\nAct: answer(3)']);
    workbench = await openWorkbench({
      name: 'trainingData',
      workspace: folder,
      viewport: { width: 1280, height: 1100 },
      environment: { HF_ENDPOINT: hub.url },
      settings: {
        'agentlm.endpoints': [{ name: 'lab', url: endpoint.url }],
        'agentlm.endpoint': 'lab',
        'agentlm.prompt': 'trained',
      },
    });
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  after(async () => {
    await workbench.close();
    await endpoint.close();
    await hub.close();
    await rm(folder, { recursive: true });
  });

  const choice = (text: string) =>
    workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  const inDialog = (name: string) => workbench.page.locator('.monaco-dialog-box').getByRole('button', { name });

  it('is offered the import where tasks are to open with words that are not here, and the task goes on with them', async () => {
    await workbench.runCommand('AgentLM: New OS Task');
    const input = workbench.page.locator('.quick-input-widget input.input');
    await input.fill('How many lamps are there?');
    await input.press('Enter');
    await inDialog('Import AgentInstruct…').waitFor();
    await workbench.screenshot('import-offered');
    await inDialog('Import AgentInstruct…').click();
    await choice('From the Hugging Face Hub').click();
    await inDialog('Download').waitFor();
    const asked = await workbench.page.locator('.monaco-dialog-box').innerText();
    assert.ok(asked.includes('Files: 1,') && asked.includes(hub.url) && asked.includes('c0ffee123456'), asked);
    await workbench.screenshot('import-asks');
    await inDialog('Download').click();
    const chat = await workbench.webview('Chat');
    await chat.getByRole('log').getByText('The model answered.').last().waitFor();
    const [request] = endpoint.completions;
    assert.ok(request?.prompt.startsWith(`[INST] ${instruction} [/INST] ${example} </s><s>[INST] Now, I will start`));
  });

  it('finds what was imported in the library, and opens it', async () => {
    const { page } = workbench;
    await workbench.runCommand('AgentLM: Import AgentInstruct');
    await choice('From the Hugging Face Hub').waitFor();
    await workbench.screenshot('import-where');
    await page.keyboard.press('Escape');
    await workbench.runCommand('AgentLM: Focus on Library View');
    await workbench.runCommand('AgentLM: Refresh the Library');
    const row = page.locator('.monaco-list-row').filter({ hasText: 'os-00000-of-00001.jsonl' }).first();
    await row.click();
    const viewer = await workbench.webview('os-00000-of-00001.jsonl');
    await viewer.getByText('12 rows').waitFor();
    await workbench.screenshot('import-viewer');
  });

  it('puts a mixture together, sees what it would come to and which row gives a task away, and builds it', async () => {
    const { page } = workbench;
    await workbench.runCommand('AgentLM: Build Training Mix');
    const mix = await workbench.webview('Build Training Mix');
    const add = async (side: string, file: string): Promise<void> => {
      await mix.getByRole('region', { name: side }).getByRole('button', { name: 'Add Files…' }).click();
      await choice(file).locator('input[type="checkbox"], .monaco-checkbox').first().click();
      await page.locator('.quick-input-widget').getByText('OK', { exact: true }).click();
      await mix.getByText(file).waitFor();
    };
    await add('Agent rows', 'os-00000-of-00001.jsonl');
    await add('General rows', 'chats.json');
    await mix.getByRole('button', { name: 'Choose Suite…' }).click();
    await choice('suite.json').click();
    await mix.getByText('suite.json').waitFor();
    await mix.getByRole('button', { name: 'Preview' }).click();
    await mix.getByText('The mixture holds 60 rows.').waitFor();
    await mix.getByRole('row', { name: 'chat_0' }).getByText('100 %').waitFor();
    await workbench.screenshot('mix-preview');
    await mix.getByLabel('Rows in all').fill('70');
    await mix.getByLabel('Rows in all').press('Tab');
    await mix.getByRole('button', { name: 'Build…' }).click();
    // The dialog fills itself in; what is typed sooner is lost.
    await page.waitForFunction(
      "document.querySelector('.quick-input-widget input.input')?.value.endsWith('/training-mix.jsonl')",
    );
    await page.locator('.quick-input-widget').getByText('OK', { exact: true }).click();
    await mix.getByText(/^Written: .*training-mix\.jsonl, .*training-mix\.recipe\.json$/).waitFor();
    await mix.getByText('Agent rows: each stands in the mixture 1.2 times on average.').waitFor();
    const text = await readFile(path.join(folder, 'training-mix.jsonl'), 'utf8');
    assert.equal(text.trimEnd().split('\n').length, 70);
    assert.ok(!text.includes('chat_0"'));
    await workbench.wear('Light Modern');
    await workbench.screenshot('mix-written');
  });
});
