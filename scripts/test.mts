// Runs all suites, or those named: `npm test [-- SUITE… --grep TEXT --inspect]`.
//
// The last line is `N passed, N failed`; what was skipped stands in the table above, with the titles of what failed, and of
// what passed only when it was run again. Counted is every test of every suite, and every check of `types` and `lint`. A suite
// has failed, too, when it crashed, when it ran nothing, and in CI when this machine lacks something for it; elsewhere it is
// then skipped.
import { parseArgs } from 'node:util';
import { build } from './build.mts';
import { add, nothing, type Counts } from './counts.mts';
import { suites, type Suite } from './suites.mts';

const { positionals: names, values: options } = parseArgs({
  allowPositionals: true,
  options: { grep: { type: 'string', default: '' }, inspect: { type: 'boolean', default: false } },
});
const unknown = names.find((name) => !suites.some((suite) => suite.name === name));
if (unknown !== undefined) {
  console.error(`There is no suite "${unknown}". There are: ${suites.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const results: { readonly name: string; readonly counts: Counts; readonly seconds: number }[] = [];
let built: Promise<void> | undefined;
for (const suite of suites) {
  if (names.length > 0 && !names.includes(suite.name)) continue;
  console.log(`\n── ${suite.name} ${'─'.repeat(60)}`);
  const start = performance.now();
  const counts = await countsOf(suite);
  results.push({ name: suite.name, counts, seconds: (performance.now() - start) / 1000 });
}
const total = results.map(({ counts }) => counts).reduce(add, nothing);
printTable();
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function countsOf(suite: Suite): Promise<Counts> {
  const missing = suite.missing?.();
  if (missing !== undefined) {
    console.log(missing);
    return process.env['CI'] ? failure(missing) : { ...nothing, skipped: 1 };
  }
  try {
    if (suite.built) await (built ??= build('--tests'));
    const counts = await suite.run(options);
    if (counts.passed + counts.failed > 0) return counts;
    return failure('No test was run.');
  } catch (error) {
    console.error(error);
    return failure('It did not come to its end.');
  }
}

function failure(reason: string): Counts {
  return { ...nothing, failed: 1, failures: [reason] };
}

function printTable(): void {
  console.log(`\n${'─'.repeat(64)}`);
  for (const { name, counts, seconds } of results) {
    console.log(`${name.padEnd(10)}${inWords(counts).padEnd(44)}${seconds.toFixed(1).padStart(8)} s`);
    for (const title of counts.failures) console.log(`          failed: ${title}`);
    for (const title of counts.unsteady) console.log(`          passed when run again: ${title}`);
  }
}

function inWords({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
