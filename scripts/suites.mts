import { glob } from 'node:fs/promises';
import path from 'node:path';
import { findChromium } from './chromium.mts';
import { newestRelease, oldestRelease, runsHere, type Release } from './codeServerInstall.mts';
import { runNode, tools } from './command.mts';
import { add, countTests, nothing, type Counts } from './counts.mts';
import { runHostTests } from './hostTests.mts';
import { makeVsix, ownTarget } from './vsix.mts';

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
      runMocha('unit', glob('out/test/**/*.test.js', { exclude: ['out/test/{host,browser,package}/**'] }), options),
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
    name: 'package',
    built: true,
    async run(options) {
      // As it is published: smaller, and without the way back to the sources.
      if ((await runNode('esbuild.mjs', '--minify')) !== 0) throw new Error('The build failed. Its errors are above.');
      return runMocha('package', glob('out/test/package/**/*.test.js'), options);
    },
  },
  {
    name: 'floor',
    built: true,
    missing: missingForWorkbench,
    async run(options) {
      const inHost = await runInHost(oldestRelease, options);
      // Installed, as a user has it. Read by test/browser/workbench.mts.
      process.env['AGENTLM_TEST_EXTENSION'] = await makeVsix(ownTarget);
      const inBrowser = await runMocha('floor', glob('out/test/browser/tasks.test.js'), options, oldestRelease);
      return add(inHost, inBrowser);
    },
  },
];

/** Each command is a test of its own, which passes with exit code 0. */
async function check(...commands: readonly (readonly string[])[]): Promise<Counts> {
  const failures: string[] = [];
  for (const [tool = '', ...toolArguments] of commands) {
    const code = await runNode(tool, ...toolArguments);
    const name = [path.parse(tool).name, ...toolArguments].join(' ');
    console.log(`${code === 0 ? '✔' : '✘'} ${name}`);
    if (code !== 0) failures.push(name);
  }
  return { ...nothing, passed: commands.length - failures.length, failed: failures.length, failures };
}

function runInHost(release: Release, options: SuiteOptions): Promise<Counts> {
  return countTests(`host-${release}`, (counts) => runHostTests({ counts, release, ...options }));
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
  return countTests(name, (counts, these = files) =>
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
      ...these.toSorted(),
    ),
  );
}

function missingForWorkbench(): string | undefined {
  if (!runsHere) return `The code-server package does not run on ${process.platform}.`;
  return findChromium() === undefined ? 'There is no Chromium: install one, or set CHROMIUM_PATH to it.' : undefined;
}
