// Measures what is promised to be fast: `npm run bench [-- PART… --json --write]`. The bundles are those of a package, minified.
// --json prints for programs; --write puts the numbers into docs/benchmarks.md.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import type { Row } from '../bench/rows.ts';
import { writePart } from './benchPage.mts';
import { findChromium } from './chromium.mts';
import { runsHere } from './codeServerInstall.mts';
import { runNode } from './command.mts';
import { runHostTests } from './hostTests.mts';

const activations = 10;

if ((await runNode('esbuild.mjs', '--minify', '--tests')) !== 0) process.exit(1);
await build({
  entryPoints: ['bench/bench.ts'],
  outfile: 'out/bench/bench.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  packages: 'external',
  // The stage of the chat page has its words from src/vscode/, which runs here without an editor.
  alias: { vscode: './test/vscode.ts' },
  loader: { '.sh': 'text' },
});
const measured = (...args: readonly string[]): readonly never[] =>
  JSON.parse(execFileSync(process.execPath, ['out/bench/bench.cjs', ...args], { encoding: 'utf8' }));
const inProcesses: readonly string[] = measured();
const parts: Readonly<Record<string, () => Row[] | Promise<Row[]>>> = {
  ...Object.fromEntries(inProcesses.map((part) => [part, () => [...measured(part)]])),
  activation: activationRows,
  sizes: bundleRows,
};
const { positionals: wanted, values: flags } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
});
const unknown = wanted.find((part) => !(part in parts));
if (unknown !== undefined) {
  console.error(`There is no part "${unknown}". There are: ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}
const all: Row[] = [];
for (const [part, measure] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(part)) continue;
  const [loadBefore = NaN] = os.loadavg();
  const rows = await measure();
  if (flags.write) writePart(part, rows, loadBefore);
  if (!flags.json) for (const { what, value } of rows) console.log(`${what.padEnd(60)}${value.padStart(14)}`);
  all.push(...rows);
}
if (flags.json) console.log(JSON.stringify(all));

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

function bundleRows(): Row[] {
  return globSync('dist/{*.js,webview/*.js}')
    .sort()
    .map((file) => ({ what: file, value: `${(statSync(file).size / 1024).toFixed(1)} KB` }));
}

function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`;
}
