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
});
