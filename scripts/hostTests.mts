import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.mts';
import { startCodeServer } from './codeServer.mts';
import { newestRelease, type Release } from './codeServerInstall.mts';
import { makeTemporaryFolder } from './temporaryFolder.mts';

const artefacts = 'out/artefacts';
const silenceSeconds = 90;
const inspectPort = 9229;

/** Stands before each line of test/host/run.ts, among all else that the window logs. */
const mark = '[mocha] ';

export interface HostTestOptions {
  /** The file that the counts are written to; there is none when the tests did not come to their end. */
  readonly counts: string;
  /** Run only tests whose title holds this text. */
  readonly grep?: string;
  /** Wait for a debugger on port 9229 before anything runs. */
  readonly inspect?: boolean;
  readonly release?: Release;
}

/**
 * Runs test/host/ inside the extension host of a real VS Code with the extension of dist/, and prints what mocha prints.
 * Everything else that the window says goes to a log in out/artefacts/. Resolves to the exit code that a window would have.
 * @throws when nothing was heard of the tests for a minute and a half; a screenshot is among the artefacts then.
 */
export async function runHostTests({
  counts,
  grep = '',
  inspect = false,
  release = newestRelease,
}: HostTestOptions): Promise<number> {
  const workspace = makeTemporaryFolder();
  const server = await startCodeServer({
    release,
    log: path.join(artefacts, `host-${release}-server.log`),
    emptyHome: true,
    settings: { 'chat.disableAIFeatures': false },
    environment: { AGENTLM_TEST_COUNTS: path.resolve(counts), AGENTLM_TEST_GREP: grep },
    // Without it, a VS Code that is not a development build ignores what its address says about tests.
    serverArguments: ['--enable-smoke-test-driver'],
  });
  const browser = await launchChromium().catch(async (error: unknown) => {
    await server.stop();
    workspace.remove();
    throw error;
  });
  try {
    const address = (file: string) => `vscode-remote://127.0.0.1:${server.port}${path.resolve(file)}`;
    const payload = [
      ['extensionDevelopmentPath', address('.')],
      ['extensionTestsPath', address('out/test/host/run.js')],
      ...(inspect ? [['inspect-brk-extensions', String(inspectPort)]] : []),
    ];
    if (inspect) console.log(`The extension host waits for a debugger on port ${inspectPort}.`);
    const url = server.urlOf(workspace.path, { payload: JSON.stringify(payload) });
    return await untilOver(await browser.newPage(), url, release, inspect ? 24 * 60 * 60 : silenceSeconds);
  } finally {
    await browser.close();
    await server.stop();
    workspace.remove();
  }
}

/** A window in which tests are run reports through two functions, if it finds them. */
async function untilOver(page: Page, url: string, release: Release, silence: number): Promise<number> {
  const artefact = path.join(artefacts, `host-${release}`);
  const log = createWriteStream(`${artefact}.log`);
  const { promise: over, resolve, reject } = Promise.withResolvers<number>();
  const timer = setTimeout(() => {
    reject(new Error(`Nothing was heard of the tests for ${silence} s. Look at ${artefact}.log and .png.`));
  }, silence * 1000);
  await page.exposeFunction('codeAutomationExit', resolve);
  await page.exposeFunction('codeAutomationLog', (_type: string, values: readonly unknown[]) => {
    const line = format(...values);
    // A window goes on talking while it closes.
    if (!log.writableEnded) log.write(`${line}\n`);
    if (!line.startsWith(mark)) return;
    timer.refresh();
    console.log(line.slice(mark.length));
  });
  try {
    const [code] = await Promise.all([over, page.goto(url)]);
    return code;
  } catch (error) {
    await page.screenshot({ path: `${artefact}.png` });
    throw error;
  } finally {
    clearTimeout(timer);
    log.end();
  }
}
