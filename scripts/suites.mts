import { existsSync } from 'node:fs';
import { glob, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { findChromium } from './chromium.mts';
import { newestRelease, oldestRelease, runsHere, type Release } from './codeServerInstall.mts';
import { runNode, tools } from './command.mts';
import { runHostTests } from './hostTests.mts';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface SuiteOptions {
  /** Run only tests whose title holds this text. */
  readonly grep: string;
  /** The tests wait for a debugger on port 9229. */
  readonly inspect: boolean;
}

export interface Suite {
  readonly name: string;
  /** Whether it runs what `build('--tests')` makes. */
  readonly built: boolean;
  /** What this machine lacks for it, as a sentence. */
  missing?(): string | undefined;
  /** @throws when it did not come to its end: then nobody knows how many tests there are. */
  run(options: SuiteOptions): Promise<Counts>;
}

/** In the order of what they cost. */
export const suites: readonly Suite[] = [
  {
    name: 'types',
    built: false,
    run: () => check([tools.tsc, '-p', '.'], [tools.tsc, '-p', 'src/agent'], [tools.tsc, '-p', 'src/webview']),
  },
  {
    name: 'lint',
    built: false,
    run: () => check([tools.oxlint, '--type-aware'], [tools.prettier, '--check', '.'], [tools.knip]),
  },
  {
    name: 'unit',
    built: true,
    run: (options) =>
      runMocha(
        'unit',
        glob('out/test/**/*.test.js', { exclude: ['out/test/host/**', 'out/test/browser/**'] }),
        options,
      ),
  },
  {
    name: 'host',
    built: true,
    missing: missingForWorkbench,
    run: (options) => runInHost(newestRelease, options),
  },
  {
    name: 'browser',
    built: true,
    missing: missingForWorkbench,
    run: (options) => runMocha('browser', glob('out/test/browser/**/*.test.js'), options),
  },
  {
    name: 'floor',
    built: true,
    missing: missingForWorkbench,
    async run(options) {
      const inHost = await runInHost(oldestRelease, options);
      const inBrowser = await runMocha('floor', glob('out/test/browser/tasks.test.js'), options, oldestRelease);
      return add(inHost, inBrowser);
    },
  },
];

/** Each command is a test of its own, which passes with exit code 0. */
async function check(...commands: readonly (readonly string[])[]): Promise<Counts> {
  let failed = 0;
  for (const [tool = '', ...toolArguments] of commands) {
    const code = await runNode(tool, ...toolArguments);
    console.log(`${code === 0 ? '✔' : '✘'} ${[path.parse(tool).name, ...toolArguments].join(' ')}`);
    if (code !== 0) failed += 1;
  }
  return { passed: commands.length - failed, failed, skipped: 0 };
}

function runInHost(release: Release, options: SuiteOptions): Promise<Counts> {
  return countsOf(`host-${release}`, (counts) => runHostTests({ counts, release, ...options }));
}

export function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** @param release the VS Code of browser tests */
async function runMocha(
  name: string,
  found: AsyncIterable<string>,
  { grep, inspect }: SuiteOptions,
  release: Release = newestRelease,
): Promise<Counts> {
  // Read by test/browser/workbench.mts.
  process.env['AGENTLM_TEST_RELEASE'] = release;
  const files = await Array.fromAsync(found);
  if (files.length === 0) throw new Error('There are no test files.');
  return countsOf(name, (counts) =>
    runNode(
      '--enable-source-maps',
      ...(inspect ? ['--inspect-brk'] : []),
      tools.mocha,
      '--reporter=scripts/mochaReporter.cjs',
      `--reporter-option=counts=${counts},exitWithin=10`,
      // A machine may be busy; a test that hangs is still told apart from one that is slow.
      ...(inspect ? ['--no-timeout'] : ['--timeout', '20000']),
      ...(process.env['CI'] ? ['--forbid-only'] : []),
      ...(grep === '' ? [] : ['--fgrep', grep]),
      ...files.sort(),
    ),
  );
}

/** Runs something that has mochaReporter.cjs write its counts to a file, and reads them. */
async function countsOf(name: string, run: (file: string) => Promise<number>): Promise<Counts> {
  const file = path.resolve('out/counts', `${name}.json`);
  await rm(file, { force: true });
  const code = await run(file);
  if (!existsSync(file)) throw new Error('The tests did not come to their end; look above and into out/artefacts/.');
  const counts: Counts = JSON.parse(await readFile(file, 'utf8'));
  // All passed and yet it failed: something was thrown or left open after the last test.
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function missingForWorkbench(): string | undefined {
  if (!runsHere) return `The code-server package does not run on ${process.platform}.`;
  return findChromium() === undefined ? 'There is no Chromium: install one, or set CHROMIUM_PATH to it.' : undefined;
}
