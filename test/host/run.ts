import { globSync } from 'node:fs';
import inspector from 'node:inspector';
import path from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';

/**
 * VS Code calls this in its extension host when it is started with `--extensionTestsPath`.
 * Settles when the tests are over; rejects when one failed, which becomes the exit code.
 */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  Mocha.reporters.Base.consoleLog = print;
  const failed = await runMocha().catch((error: unknown) => {
    print(error);
    throw error;
  });
  if (failed > 0) throw new Error(`${failed} failed`);
}

function runMocha(): Promise<number> {
  const { AGENTLM_TEST_COUNTS: counts, AGENTLM_TEST_GREP: fgrep } = process.env;
  const reporter = path.resolve(__dirname, '../../../scripts/mochaReporter.cjs');
  const mocha = new Mocha({
    timeout: inspector.url() === undefined ? 30_000 : 0,
    ...(counts ? { reporter, reporterOptions: { counts } } : {}),
    ...(fgrep ? { fgrep } : {}),
  });
  for (const file of globSync('**/*.test.js', { cwd: __dirname })) mocha.addFile(path.join(__dirname, file));
  return new Promise((resolve) => mocha.run(resolve));
}

/** A window logs much else: the mark tells scripts/hostTests.mts which lines are ours. */
function print(...values: readonly unknown[]): void {
  for (const line of format(...values).split('\n')) console.log(`[mocha] ${line}`);
}
