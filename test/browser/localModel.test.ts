import { openWorkbench, type Workbench } from './workbench.mts';
import { bench } from '../runtime/localModel/fakePrograms';

describe('A user who serves a model on this machine', function () {
  this.timeout(120_000);
  let workbench: Workbench | undefined;

  afterEach(async function () {
    if (this.currentTest?.isFailed()) await workbench?.screenshot(`failed ${this.currentTest.title}`);
    await workbench?.close();
  });
  // After that: it checks that nothing of the window's is left running.
  const programs = bench();

  it('chooses one that was pulled, and it becomes the endpoint', async () => {
    const ollama = programs.ollama({
      tags: { models: [{ name: 'agentlm:7b', model: 'agentlm:7b', size: 4_000_000_000 }] },
    });
    workbench = await openWorkbench({
      name: 'localModel',
      workspace: programs.folder,
      settings: { 'agentlm.localModel.ollama': ollama },
    });
    const { page } = workbench;
    await workbench.runCommand('AgentLM: Run a Local Model');
    await page.locator('.quick-input-list .monaco-list-row').getByText('agentlm:7b').click();
    await workbench.runCommand('View: Show AgentLM');
    const chat = await workbench.webview('Chat');
    await chat.getByRole('button', { name: /This machine/ }).waitFor();
    await workbench.screenshot('local-model');
  });

  it('downloads one, once its size is known and agreed to', async () => {
    const weights = (completed: number) => ({ status: 'pulling', digest: 'sha256:1', total: 3_800_000_000, completed });
    const ollama = programs.ollama({
      tags: { models: [{ name: 'agentlm:7b', model: 'agentlm:7b', size: 3_800_000_000 }] },
      pulls: [[weights(0)], [weights(0), weights(3_800_000_000), { status: 'success' }]],
    });
    workbench = await openWorkbench({
      name: 'localModel',
      workspace: programs.folder,
      settings: { 'agentlm.localModel.ollama': ollama },
    });
    const { page } = workbench;
    await workbench.runCommand('AgentLM: Run a Local Model');
    await page.locator('.quick-input-list .monaco-list-row').getByText('Download a Model…').click();
    await page.locator('.quick-input-widget input').fill('agentlm:7b');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog').filter({ hasText: '3.8 GB' });
    await dialog.waitFor();
    await workbench.screenshot('local-model-download');
    await dialog.getByRole('button', { name: 'Download' }).click();
    await workbench.runCommand('View: Show AgentLM');
    const chat = await workbench.webview('Chat');
    await chat.getByRole('button', { name: /This machine/ }).waitFor();
  });
});
