import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepareSample, type Sample } from '../../src/runtime/demo/sample';
import { openWorkbench, type Workbench } from './workbench.mts';

describe('A user who lets the endpoint propose tasks', function () {
  this.timeout(180_000);
  let folder: string;
  let sample: Sample;
  let workbench: Workbench;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agentlm-proposals-'));
    sample = await prepareSample('resources', path.join(folder, 'shop'));
    workbench = await openWorkbench({
      name: 'proposals',
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

  it('reads them before anything runs, tries them out, and runs the file: what passed waits in the library', async () => {
    const { page } = workbench;
    const row = (text: string) => page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    const button = (name: string) => page.locator('.monaco-dialog-box').getByRole('button', { name });
    await workbench.runCommand('AgentLM: Propose Tasks');
    await row('For a Database').click();
    await row('shop.sqlite').click();
    const count = page.locator('.quick-input-widget input.input');
    await page.getByText('How many tasks?').waitFor();
    await count.fill('3');
    await page.keyboard.press('Enter');
    await button('Try Out').waitFor({ timeout: 60_000 });
    await page
      .locator('.monaco-editor .view-lines', { hasText: 'Which product brought in the most revenue' })
      .waitFor();
    await workbench.screenshot('proposals-question');
    await button('Try Out').click();
    await page.locator('.tab', { hasText: 'shop.agentlm-suite.json' }).waitFor({ timeout: 60_000 });
    await workbench.screenshot('proposals-file');
    await workbench.runCommand('AgentLM: Run Task File');
    await button('Run').waitFor({ timeout: 60_000 });
    await workbench.screenshot('proposals-run');
    await button('Run').click();
    await page.getByText('Passed, to be reviewed in the library: 3.').first().waitFor({ timeout: 90_000 });
    await workbench.screenshot('proposals-done');
  });
});
