// Measures what is promised to be fast: `npm run bench [-- --json]`. The bundles are those of a package, minified.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import type { EvaluationSpeed } from '../bench/evaluation.ts';
import { findChromium } from './chromium.mts';
import { runsHere } from './codeServerInstall.mts';
import { runNode } from './command.mts';
import { runHostTests } from './hostTests.mts';

const activations = 10;

interface Row {
  readonly what: string;
  readonly value: string;
}

if ((await runNode('esbuild.mjs', '--minify', '--tests')) !== 0) process.exit(1);
await build({
  entryPoints: ['bench/bench.ts'],
  outfile: 'out/bench/bench.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  packages: 'external',
  loader: { '.sh': 'text' },
});
const { endpoint, shell, loop, evaluation } = JSON.parse(
  execFileSync(process.execPath, ['out/bench/bench.cjs'], { encoding: 'utf8' }),
);
const rows: Row[] = [
  { what: 'shell round trip, median', value: milliseconds(shell.medianMs) },
  { what: 'shell round trip, p99', value: milliseconds(shell.p99Ms) },
  { what: 'loop, added to a step, median', value: milliseconds(loop.medianMs) },
  { what: 'loop, added to a step, worst', value: milliseconds(loop.worstMs) },
  { what: 'endpoint, first reply of a process', value: milliseconds(endpoint.firstReplyMs) },
  { what: 'endpoint, first request of a process', value: milliseconds(endpoint.firstRequestMs) },
  { what: 'endpoint, CPU for 1,000 tokens at once', value: milliseconds(endpoint.cpuMs) },
  { what: 'endpoint, CPU for 1,000 tokens at 2,000 a second', value: milliseconds(endpoint.pacedCpuMs) },
  { what: 'endpoint, prompts rendered', value: `${endpoint.renderMBs.toFixed(0)} MB/s` },
  ...evaluationRows(),
  ...(await activationRows()),
  ...bundleRows(),
];
if (process.argv.includes('--json')) console.log(JSON.stringify(rows));
else for (const { what, value } of rows) console.log(`${what.padEnd(50)}${value.padStart(14)}`);

/** The host tests write how long the bundle took to load, and activate() to run. */
async function activationRows(): Promise<Row[]> {
  if (!runsHere || findChromium() === undefined) return [{ what: 'activation', value: 'no Chromium' }];
  const loads: number[] = [];
  const activates: number[] = [];
  for (let round = 0; round < activations; round++) {
    await runHostTests({ counts: path.resolve('out/counts/bench.json'), grep: 'activates when it is first needed' });
    const { loadMs, activateMs } = JSON.parse(readFileSync('out/artefacts/activation.json', 'utf8'));
    loads.push(loadMs);
    activates.push(activateMs);
  }
  return [
    { what: `loading the extension, median of ${activations}`, value: milliseconds(median(loads)) },
    { what: `activate() in the host, median of ${activations}`, value: milliseconds(median(activates)) },
    { what: `activate() in the host, worst of ${activations}`, value: milliseconds(Math.max(...activates)) },
  ];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function evaluationRows(): Row[] {
  const speeds: EvaluationSpeed[] = evaluation;
  return speeds.flatMap(({ kind, concurrency, tasksAMinute, taskMs, memoryMB }) => {
    const what = `evaluation, ${kind} tasks, ${concurrency} at a time`;
    return [
      { what: `${what}, a minute`, value: tasksAMinute.toFixed(0) },
      { what: `${what}, each`, value: milliseconds(taskMs) },
      { what: `${what}, memory`, value: `${memoryMB.toFixed(0)} MB` },
    ];
  });
}

function bundleRows(): Row[] {
  return globSync('dist/{*.js,webview/*.js}')
    .sort()
    .map((file) => ({ what: file, value: `${(statSync(file).size / 1024).toFixed(1)} KB` }));
}

function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`;
}
