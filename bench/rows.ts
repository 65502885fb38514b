import { findChromium } from '../scripts/chromium.mts';
import { runsHere } from '../scripts/codeServerInstall.mts';
import { agentCost } from './agent';
import { datasetRates } from './dataset';
import { dialectCost } from './dialect';
import { endpointCost } from './endpoint';
import { evaluationSpeed } from './evaluation';
import { shellFlood } from './flood';
import { libraryTimes } from './library';
import { loopOverhead } from './loop';
import { overshoot, reviewCost, sandboxCosts } from './sandbox';
import { shellRoundTrip } from './shell';
import { serverCosts } from './servers';
import { sqlCost } from './sql';

/** A line of the table. */
export interface Row {
  readonly what: string;
  readonly value: string;
}

/** What can be measured without an editor, each to be run in a process of its own. */
export const parts: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  async agent() {
    const { product, floor, firstPromptTokens, sentTokens, cacheableShare } = await agentCost();
    const beside = (what: string, value: (cost: typeof product) => string): readonly Row[] => [
      { what: `agent, ${what}`, value: value(product) },
      { what: `minimal loop, ${what}`, value: value(floor) },
    ];
    return [
      ...beside('first prompt after the start', ({ firstPromptMs }) => milliseconds(firstPromptMs)),
      ...beside('between a reply and the next prompt', ({ gapMs }) => milliseconds(gapMs)),
      ...beside('CPU for 20 quick commands', ({ cpuSeconds }) => `${cpuSeconds.toFixed(2)} s`),
      ...beside('most memory', ({ memoryMB }) => megabytes(memoryMB)),
      ...beside('sent to the server', ({ sentBytes }) => `${(sentBytes / 1024).toFixed(1)} KB`),
      { what: 'agent, tokens of the first prompt', value: String(firstPromptTokens) },
      { what: 'agent, tokens of all prompts', value: String(sentTokens) },
      { what: 'agent, of each prompt that the next begins with', value: `${(cacheableShare * 100).toFixed(1)} %` },
    ];
  },

  async shell() {
    const { medianMs, p99Ms } = await shellRoundTrip();
    return [
      { what: 'shell round trip, median', value: milliseconds(medianMs) },
      { what: 'shell round trip, p99', value: milliseconds(p99Ms) },
    ];
  },

  async flood() {
    const { MBs, peakMB, growthMB } = await shellFlood();
    return [
      { what: 'shell, a gigabyte of output', value: `${MBs.toFixed(0)} MB/s` },
      { what: 'shell, a gigabyte of output, peak memory', value: megabytes(peakMB) },
      { what: 'shell, a gigabyte of output, memory on top', value: megabytes(growthMB) },
    ];
  },

  async sandbox() {
    const costs = await sandboxCosts();
    const review = await reviewCost();
    const past = await overshoot();
    return [
      ...costs.flatMap(({ where, startMs, medianMs, p99Ms }) => [
        ...(startMs > 0 ? [{ what: `sandbox ${where}, start, median`, value: milliseconds(startMs) }] : []),
        { what: `sandbox ${where}, round trip, median`, value: milliseconds(medianMs) },
        { what: `sandbox ${where}, round trip, p99`, value: milliseconds(p99Ms) },
      ]),
      { what: 'changes of 5,000 files, listed', value: review ? milliseconds(review.listMs) : 'no sandbox' },
      { what: 'changes of 5,000 files, applied', value: review ? milliseconds(review.applyMs) : 'no sandbox' },
      { what: 'written past a limit of 256 MB, large files', value: past ? megabytes(past.bytes) : 'no sandbox' },
      { what: 'the same, empty files of 4 KB each', value: past ? megabytes(past.files) : 'no sandbox' },
    ];
  },

  async loop() {
    const { medianMs, worstMs } = await loopOverhead();
    return [
      { what: 'loop, added to a step, median', value: milliseconds(medianMs) },
      { what: 'loop, added to a step, worst', value: milliseconds(worstMs) },
    ];
  },

  async endpoint() {
    const { firstReplyMs, firstRequestMs, cpuMs, pacedCpuMs, renderMBs } = await endpointCost();
    return [
      { what: 'endpoint, first request of a process', value: milliseconds(firstRequestMs) },
      { what: 'endpoint, first reply of a process', value: milliseconds(firstReplyMs) },
      { what: 'endpoint, CPU for 1,000 tokens at once', value: milliseconds(cpuMs) },
      { what: 'endpoint, CPU for 1,000 tokens at 2,000 a second', value: milliseconds(pacedCpuMs) },
      { what: 'endpoint, prompts rendered', value: `${renderMBs.toFixed(0)} MB/s` },
    ];
  },

  async sql() {
    const sql = await sqlCost();
    return [
      { what: 'SQL statement, median', value: milliseconds(sql.actionMs) },
      { what: 'SQL statement, by the driver alone', value: milliseconds(sql.driverMs) },
      { what: 'SQL, opening 1 GB with both copies', value: milliseconds(sql.cloneMs) },
      { what: 'SQL, 100,000 changed rows of 500,000 found', value: milliseconds(sql.changesMs) },
      { what: 'SQL, the same applied with a backup', value: milliseconds(sql.applyMs) },
      { what: 'SQL, CSV loaded', value: rate(sql.csvRowsPerSecond) },
      { what: 'SQL, endless statement stopped', value: milliseconds(sql.cancelMs) },
    ];
  },

  async servers() {
    const costs = await serverCosts();
    return costs.flatMap(({ name, ...cost }) => [
      { what: `${name}, a statement, median`, value: milliseconds(cost.actionMs) },
      { what: `${name}, by the driver alone`, value: milliseconds(cost.driverMs) },
      { what: `${name}, endless statement stopped`, value: milliseconds(cost.cancelMs) },
      { what: `${name}, 100,000 rows copied on the same server`, value: milliseconds(cost.copyMs) },
      { what: `${name}, 10,000 changed rows of them found`, value: milliseconds(cost.changesMs) },
      { what: `${name}, the same applied with a script`, value: milliseconds(cost.applyMs) },
      { what: `${name}, a server started for a run, with its tables`, value: milliseconds(cost.localMs) },
    ]);
  },

  dialect() {
    const { translationMs, scanMs, nativeScanMs } = dialectCost();
    return Promise.resolve([
      { what: 'MySQL on SQLite, a statement translated', value: milliseconds(translationMs) },
      { what: 'MySQL on SQLite, a million texts compared', value: milliseconds(scanMs) },
      { what: 'the same by SQLite alone', value: milliseconds(nativeScanMs) },
    ]);
  },

  async dataset() {
    const dataset = await datasetRates();
    return [
      ...(['read', 'readParquet', 'validate', 'stats', 'convert', 'mix'] as const).map((what) => ({
        what: `dataset ${what}`,
        value: rate(dataset[what]),
      })),
      { what: 'dataset mix, a million rows', value: `${dataset.millionSeconds.toFixed(0)} s` },
      { what: 'dataset mix, a million rows, memory of the whole bench', value: megabytes(dataset.millionPeakMb) },
    ];
  },

  async chat() {
    if (!runsHere || findChromium() === undefined) return [{ what: 'chat', value: 'no Chromium' }];
    // Loaded here: the other parts need no browser.
    const { chatInWorkbench, chatPageMemory } = await import('./chat');
    const view = await chatInWorkbench();
    const page = await chatPageMemory();
    return [
      { what: 'chat, shown for the first time, by command', value: milliseconds(view.firstMs) },
      { what: 'chat, shown again, median', value: milliseconds(view.reshowMs) },
      { what: 'chat, tokens a second while a reply streams', value: view.tokensASecond.toFixed(0) },
      { what: 'chat, time between frames meanwhile, median', value: milliseconds(view.frameMs) },
      { what: 'chat, time between frames meanwhile, 95 of 100', value: milliseconds(view.frameP95Ms) },
      { what: 'chat, posts a second meanwhile', value: view.postsASecond.toFixed(1) },
      { what: 'chat, the largest post', value: `${view.largestPostKb.toFixed(1)} KB` },
      { what: 'chat, heap of the page after 10,000 steps', value: megabytes(page.heapMb) },
      { what: 'chat, time between frames of scrolling them, 95 of 100', value: milliseconds(page.scrollP95Ms) },
    ];
  },

  async library() {
    const library = await libraryTimes();
    return [
      { what: 'library, 100,000 trajectories from the index', value: milliseconds(library.openIndex) },
      { what: 'the same, CPU', value: milliseconds(library.openIndexCpu) },
      { what: 'viewer, 1 GB of JSONL, first rows', value: milliseconds(library.firstRows) },
      { what: `viewer, 1 GB of JSONL, all ${library.rows} rows found`, value: milliseconds(library.allRows) },
      { what: 'viewer, a page of 50 rows from the middle', value: milliseconds(library.page) },
      { what: 'viewer, a row from the middle', value: milliseconds(library.row) },
      { what: 'viewer, 1 GB of JSONL, memory', value: megabytes(library.memoryMb) },
    ];
  },

  async evaluation() {
    return (await evaluationSpeed()).flatMap(({ kind, concurrency, tasksAMinute, taskMs, memoryMB }) => {
      const what = `evaluation, ${kind} tasks, ${concurrency} at a time`;
      return [
        { what: `${what}, a minute`, value: tasksAMinute.toFixed(0) },
        { what: `${what}, each`, value: milliseconds(taskMs) },
        { what: `${what}, memory`, value: megabytes(memoryMB) },
      ];
    });
  },
};

function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`;
}

function megabytes(value: number): string {
  return `${value.toFixed(0)} MB`;
}

function rate(value: number): string {
  return `${Math.round(value)} rows/s`;
}
