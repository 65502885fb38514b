import { openWorkbench, type Workbench } from './workbench.mts';

describe('A user with no folder open and no endpoint connected', function () {
  this.timeout(120_000);
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench({ name: 'emptyWindow' });
  });

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  after(() => workbench.close());

  async function enter(text: string): Promise<void> {
    const input = workbench.page.locator('.quick-input-widget input.input');
    await input.fill(text);
    await input.press('Enter');
  }

  it('is asked for an endpoint first, and told to open a folder then', async () => {
    const { page } = workbench;
    await workbench.runCommand('AgentLM: New OS Task');
    await enter('Count the files.');
    await page.getByPlaceholder('Where does your model answer?').waitFor();
    await enter('Demo endpoint');
    await page.getByText('An OS task runs in a folder, and none is open. Open a folder first.').first().waitFor();
    await workbench.screenshot('no-folder');
  });

  it('sees the demo named as what it is', async () => {
    await workbench.runCommand('View: Show AgentLM');
    const chat = await workbench.webview('Chat');
    await chat.getByText('Demo', { exact: true }).waitFor();
    await chat.getByText('Choose a folder to send a task.').waitFor();
  });
});
