// Makes the pictures of the README from the real workbench: `npm run pictures`.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { openWorkbench } from '../test/browser/workbench.mts';
import { build } from './build.mts';
import { layOutSample } from './sample.mts';
import { makeTemporaryFolder } from './temporaryFolder.mts';

const folder = 'media/readme';

await build();
await mkdir(folder, { recursive: true });
const trial = makeTemporaryFolder();
const { workspace } = await layOutSample(path.join(trial.path, 'shop'));
const workbench = await openWorkbench({
  name: 'pictures',
  workspace,
  theme: 'Dark Modern',
  viewport: { width: 1280, height: 900 },
  settings: { 'agentlm.endpoint': 'demo' },
});
const { page } = workbench;
try {
  await runTask('AgentLM: New OS Task', "Make a folder named reports and put today's date into reports/date.txt.");
  await page.locator('.terminal-wrapper.active').waitFor();
  await approve();
  await (await workbench.webview('Chat')).getByRole('button', { name: /^Run: cat/ }).waitFor();
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${folder}/os-task.png` });
  await page.keyboard.press('Escape');
  await workbench.runCommand('AgentLM: Stop');
  await workbench.runCommand('View: Toggle Panel Visibility');
  await runTask('AgentLM: New Database Task', 'Which product brought in the most revenue?', 'shop.sqlite');
  await approve();
  const chat = await workbench.webview('Chat');
  await chat.getByRole('log').getByText('The model answered.').waitFor();
  await page.screenshot({ path: `${folder}/database-task.png` });
} catch (error) {
  await workbench.screenshot('pictures-failed');
  throw error;
} finally {
  await workbench.close();
  trial.remove();
}

async function approve(): Promise<void> {
  const chat = await workbench.webview('Chat');
  await page.waitForTimeout(500);
  await chat.getByRole('button', { name: /^Run: / }).click();
}

/** Runs a task from the palette until its first action waits for approval. */
async function runTask(command: string, ...answers: readonly string[]): Promise<void> {
  await workbench.runCommand(command);
  for (const answer of answers) {
    const input = page.locator('.quick-input-widget input.input');
    await input.fill(answer);
    await page.waitForTimeout(300);
    await input.press('Enter');
    await page.waitForTimeout(500);
  }
  const chat = await workbench.webview('Chat');
  await chat.getByRole('button', { name: /^Run: / }).waitFor();
  await page.waitForTimeout(500);
}
