// Opens VS Code with the extension, its demo endpoint and something to try it on.
// With --headless-check: starts it without a window, waits until the workbench answers, and ends.
import path from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { build } from './build.mts';
import { startCodeServer } from './codeServer.mts';
import { runsHere } from './codeServerInstall.mts';
import { findDesktop, openDesktop } from './desktop.mts';
import { layOutSample } from './sample.mts';
import { makeTemporaryFolder } from './temporaryFolder.mts';

const { values: flags } = parseArgs({ options: { 'headless-check': { type: 'boolean', default: false } } });
const settings = { 'agentlm.endpoint': 'demo' };
const oldestVersion = manifest.engines.vscode.replace('^', '');

console.log('Building the extension.');
await build();
const trial = makeTemporaryFolder();
const { workspace, database } = await layOutSample(path.join(trial.path, 'sample'));

const desktop = flags['headless-check'] ? undefined : findDesktop(oldestVersion);
if (desktop !== undefined) {
  await openInDesktop(desktop);
} else if (runsHere) {
  await openInBrowser();
} else {
  console.error(`There is no "code" command. Install VS Code ${oldestVersion} or newer and open a new terminal.`);
  process.exitCode = 1;
}

async function openInDesktop(command: string): Promise<void> {
  console.log(`Opening VS Code (${command}) in a profile of its own.`);
  describeSample();
  console.log('Close the window or press Ctrl-C to end.');
  await openDesktop(command, workspace, settings);
  trial.remove();
}

async function openInBrowser(): Promise<void> {
  console.log('Starting VS Code (code-server) in a profile of its own.');
  const server = await startCodeServer({ extension: path.resolve('.'), settings, log: 'out/start.log' });
  const url = server.urlOf(workspace);
  await answer(url);
  console.log(`\nVS Code with AgentLM: ${url}\n`);
  describeSample();
  if (flags['headless-check']) {
    await server.stop();
    trial.remove();
  } else {
    console.log('Ctrl-C ends it and removes the profile and the sample.');
  }
}

function describeSample(): void {
  console.log(`A folder to try: ${workspace}\nA database to try: ${database}\nAll tasks go to the demo endpoint.`);
}

/** @throws when what the server sends is not the workbench. */
async function answer(url: string): Promise<void> {
  const first = await fetch(url, { redirect: 'manual' });
  const [cookie = ''] = first.headers.getSetCookie();
  const page = await fetch(new URL(first.headers.get('location') ?? '', url), { headers: { cookie } });
  if (!page.ok || !(await page.text()).includes('workbench'))
    throw new Error(`The workbench does not answer at ${url}.`);
}
