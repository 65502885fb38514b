import type { FrameLocator, Page } from 'playwright-core';
import { launchChromium } from '../scripts/chromium.mts';
import type { PageEvent } from '../src/protocol/messages';
import { openWorkbench, type Workbench } from '../test/browser/workbench.mts';
import { startFakeEndpoint } from '../test/fakeEndpoint';
import { running, surroundings } from '../test/webview/chatStates';
import { openStage } from '../test/webview/stage';

const chatTitle = 'Chat';
/** Times the view is hidden and shown again. */
const reshows = 7;
/** Tokens of the reply that streams, and how many come at a time, every ten milliseconds. */
const streamed = 8000;
const tokensAtATime = 20;
const manySteps = 10_000;

export interface WorkbenchFigures {
  /** From the command that shows the view, and from the key that shows it again, to the first frame with words in it. */
  readonly firstMs: number;
  readonly reshowMs: number;
  /** Between two frames of the page while a reply streams in. */
  readonly frameMs: number;
  readonly frameP95Ms: number;
  readonly postsASecond: number;
  readonly largestPostKb: number;
  readonly tokensASecond: number;
}

/** How the view does in a VS Code window. */
export async function chatInWorkbench(): Promise<WorkbenchFigures> {
  const text = Array.from({ length: streamed }, (_, index) => `word${index % 10} `).join('');
  const chunkSize = tokensAtATime * 'word0 '.length;
  const endpoint = await startFakeEndpoint([{ text, chunkSize, delayMs: 10 }]);
  const workbench = await openWorkbench({
    name: 'bench',
    settings: { 'agentlm.endpoints': [{ name: 'fake', url: endpoint.url }], 'agentlm.endpoint': 'fake' },
  });
  try {
    const firstMs = await untilPainted(workbench, () => workbench.runCommand('AgentLM: New Chat'));
    const reshow: number[] = [];
    for (let round = 0; round < reshows; round++) {
      await workbench.page.keyboard.press('Control+b');
      await workbench.page.waitForTimeout(500);
      reshow.push(await untilPainted(workbench, () => workbench.page.keyboard.press('Control+b')));
    }
    const chat = await workbench.webview(chatTitle);
    return { firstMs, reshowMs: median(reshow), ...(await streaming(chat)) };
  } finally {
    await workbench.close();
    await endpoint.close();
  }
}

/** The page's JavaScript heap in megabytes after each of 10,000 steps was told as it happened, and how it scrolls then. */
export async function chatPageMemory(): Promise<{ readonly heapMb: number; readonly scrollP95Ms: number }> {
  const browser = await launchChromium();
  try {
    const stage = await openStage(browser);
    const { page, say } = await stage.show({ state: { ...surroundings, run: running }, events: [] });
    for (let step = 1; step <= manySteps; step++) {
      for (const event of aStep(step)) say(event);
      if (step % 100 === 0) await page.getByText(`echo ${step}`, { exact: true }).waitFor();
    }
    const session = await page.context().newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return { heapMb: usedSize / 1024 / 1024, scrollP95Ms: await scrolling(page) };
  } finally {
    await browser.close();
  }
}

/** Milliseconds until the page, which is blank before it has its snapshot, has painted itself: by its own clock. */
async function untilPainted(workbench: Workbench, show: () => Promise<void>): Promise<number> {
  const start = Date.now();
  await show();
  const composer = (await workbench.webview(chatTitle)).locator('#composer-text');
  await composer.waitFor();
  const painted = await composer.evaluate(`new Promise((resolve) => {
    new PerformanceObserver((list) => {
      const [first] = list.getEntriesByName('first-contentful-paint');
      if (first) resolve(performance.timeOrigin + first.startTime);
    }).observe({ type: 'paint', buffered: true });
  })`);
  return Number(painted) - start;
}

async function streaming(chat: FrameLocator): Promise<Omit<WorkbenchFigures, 'firstMs' | 'reshowMs'>> {
  const composer = chat.locator('#composer-text');
  await composer.evaluate(`(() => {
    window.frames_ = [];
    window.posts_ = [];
    addEventListener('message', ({ data }) => posts_.push([performance.now(), String(data).length]));
    let last = performance.now();
    const count = (now) => { frames_.push(now - last); last = now; requestAnimationFrame(count); };
    requestAnimationFrame(count);
  })()`);
  await composer.fill('Say something long.');
  await composer.press('Enter');
  await chat.getByText(`word9`, { exact: false }).last().waitFor({ timeout: 60_000 });
  await chat.getByRole('button', { name: 'Send' }).waitFor({ timeout: 120_000 });
  const measured: { readonly frames: number[]; readonly posts: [number, number][] } = await composer.evaluate(
    '({ frames: frames_, posts: posts_ })',
  );
  const times = measured.posts.map(([at]) => at);
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
  return {
    frameMs: median(measured.frames),
    frameP95Ms: percentile(measured.frames, 0.95),
    postsASecond: measured.posts.length / seconds,
    largestPostKb: Math.max(...measured.posts.map(([, length]) => length)) / 1024,
    tokensASecond: streamed / seconds,
  };
}

/** The time between frames, 95 of 100, while the whole way up and the parts on it are scrolled through. */
async function scrolling(page: Page): Promise<number> {
  await page.mouse.move(150, 300);
  await page.evaluate(`(() => {
    window.frames_ = [];
    let last = performance.now();
    const count = (now) => { frames_.push(now - last); last = now; requestAnimationFrame(count); };
    requestAnimationFrame(count);
  })()`);
  for (let turn = 0; turn < 200; turn++) {
    await page.mouse.wheel(0, -300);
    await page.waitForTimeout(16);
  }
  return percentile(await page.evaluate<number[]>('frames_'), 0.95);
}

function aStep(step: number): readonly PageEvent[] {
  const text = `The output of the OS:\n\n${`line ${step}\n`.repeat(60)}`;
  return [
    { type: 'step', step, limit: manySteps },
    { type: 'delta', text: `Think: This is step ${step}.` },
    { type: 'action', step, kind: 'bash', text: `echo ${step}`, thought: `This is step ${step}.` },
    { type: 'approval', step, decision: { verdict: 'run' } },
    { type: 'observation', step, text, exitCode: 0, cwd: '/', truncated: false },
  ];
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN;
}
