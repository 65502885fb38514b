import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeTemporaryFolder, type TemporaryFolder } from '../../scripts/temporaryFolder.mts';
import { checkBinaries, makeVsix, ownTarget, stagePackage, targets, type Target } from '../../scripts/vsix.mts';
import agreed from '../fixtures/package.json';

/** Kilobytes. */
const sizeOf = (file: string): number => statSync(file).size / 1024;

const isBundle = (file: string): boolean => /^dist\/(?:webview\/)?[^/]+\.js$/.test(file);

describe('The package', function () {
  this.timeout(120_000);
  const folders = new Map<Target, TemporaryFolder>();

  before(async () => {
    for (const target of new Set<Target>([ownTarget, 'universal'])) {
      const folder = makeTemporaryFolder();
      folders.set(target, folder);
      await stagePackage(target, folder.path);
    }
  });
  after(() => folders.forEach((folder) => folder.remove()));

  const staged = (target: Target): string => folders.get(target)?.path ?? '';

  it('holds bundles and the files that were agreed on (test/fixtures/package.json), and no other', () => {
    const files = globSync('**/*', { cwd: staged(ownTarget), withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(staged(ownTarget), path.join(entry.parentPath, entry.name)))
      .filter((file) => !file.includes('@lydell') && !isBundle(file));
    const isNamed = (file: string) => agreed.besideBundles.some((pattern) => path.matchesGlob(file, pattern));
    const isThere = (pattern: string) => files.some((file) => path.matchesGlob(file, pattern));
    assert.deepEqual(
      {
        unnamed: files.filter((file) => !isNamed(file)),
        missing: agreed.besideBundles.filter((each) => !isThere(each)),
      },
      { unnamed: [], missing: [] },
    );
  });

  it('has no bundle that is larger than agreed', () => {
    const { others, ...named }: Readonly<Record<string, number>> = agreed.bundleKB;
    const bundles = globSync('dist/**/*.js', { cwd: staged(ownTarget) }).filter(isBundle);
    const tooLarge = bundles
      .map((file) => ({ file, size: sizeOf(path.join(staged(ownTarget), file)), limit: named[file] ?? others ?? 0 }))
      .filter(({ size, limit }) => size > limit);
    assert.deepEqual(tooLarge, []);
    assert.deepEqual(
      Object.keys(named).filter((file) => !bundles.includes(file)),
      [],
      'a bundle that is gone has a limit',
    );
  });

  it(`is at most ${agreed.vsixKB} KB`, async () => {
    const size = sizeOf(await makeVsix(ownTarget));
    assert.ok(size <= agreed.vsixKB, `${size} KB`);
  });

  it('has the terminal of its platform, and would be refused with that of another', async () => {
    await checkBinaries(ownTarget, staged(ownTarget));
    await checkBinaries('universal', staged('universal'));
    for (const target of targets.filter((each) => each !== ownTarget)) {
      await assert.rejects(checkBinaries(target, staged(ownTarget)), /would hold/);
    }
  });

  it('for all platforms answers questions about a database, and says that it can run no commands', async () => {
    const cli = (...line: string[]) =>
      promisify(execFile)(process.execPath, [path.join(staged('universal'), 'dist/cli.js'), ...line], {
        cwd: staged('universal'),
      });
    const options = ['--endpoint', 'demo', '--approve', 'all'];
    const question = 'Which product brought in the most revenue?';
    const sample = path.join(staged('universal'), 'items.csv');
    await promisify(execFile)('sh', ['-c', `printf 'product,revenue\\nlamp,3\\n' >${sample}`]);
    const { stdout } = await cli('run', 'db', question, '--database', sample, ...options, '--json');
    assert.match(stdout, /"type":"observation"/);
    await assert.rejects(cli('run', 'os', 'List the files.', '--sandbox', 'off', ...options), {
      stdout: /has no terminal for/,
    });
  });

  it('brings the licences of all that it contains', () => {
    const notices = readFileSync(path.join(staged(ownTarget), 'dist/ThirdPartyNotices.txt'), 'utf8');
    for (const name of ['openai', 'node-pty', 'lit', 'mysql2', 'unbash'])
      assert.match(notices, new RegExp(`^.*${name} \\d`, 'm'));
  });
});
