// Builds everything that runs: `node esbuild.mjs [--watch] [--minify] [--tests]`.
//   dist/extension.js, dist/cli.js   the two entry points
//   dist/<name>.js                   one bundle a file that they import lazily, so that activation loads none of it
//   dist/sqlWorker.js                the child process that holds a database
//   dist/webview/                    the pages and their fonts
//   dist/node_modules/               node-pty, the one native dependency
//   dist/ThirdPartyNotices.txt       the licences of all that was bundled
//   out/test/                        the unit tests, out/test-host/ the tests that run inside VS Code
// A new dist/ is made beside the old one and takes its place file by file: commands that run load their parts from it.
import { context, build as buildOnce } from 'esbuild';
import { cp, glob, lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { noticesOf } from './scripts/notices.mjs';

const flags = new Set(process.argv.slice(2));
const watch = flags.has('--watch');
const minify = flags.has('--minify');
const root = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(root, 'dist');
/** As deep as dist/, for source maps say where the sources are from there. */
const made = watch ? dist : `${dist}.new`;

const node = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  external: ['vscode', 'node-pty'],
  loader: { '.sh': 'text' },
  minify,
  keepNames: minify,
  sourcemap: minify ? false : 'linked',
  supported: { 'dynamic-import': false },
  logLevel: 'silent',
};

const lazyFiles = new Map();

/** A relative `await import('./x')` becomes a bundle of its own: it costs nothing until it is needed. */
const lazyBundles = {
  name: 'lazy-bundles',
  setup(build) {
    build.onResolve({ filter: /^\./ }, async ({ kind, path: specifier, importer, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const { path: file } = await build.resolve(specifier, { kind: 'import-statement', importer, resolveDir });
      const name = path.basename(file, '.ts');
      if (lazyFiles.has(name) && lazyFiles.get(name) !== file) {
        throw new Error(`${file} and ${lazyFiles.get(name)} would both become dist/${name}.js: rename one.`);
      }
      lazyFiles.set(name, file);
      await start({ ...node, entryPoints: { [name]: file }, outdir: 'dist', plugins: [lazyBundles] }, name);
      return { path: `./${name}.js`, external: true };
    });
  },
};

/** Speaks to the problem matchers of .vscode/tasks.json. */
const report = (name) => ({
  name: 'report',
  setup(build) {
    build.onStart(() => {
      if (watch) console.log(`[watch] build started (${name})`);
    });
    build.onEnd(({ errors }) => {
      for (const { text, location } of errors) {
        console.error(`✘ [ERROR] ${text}`);
        if (location) console.error(`    ${location.file}:${location.line}:${location.column}:`);
      }
      if (watch) console.log(`[watch] build finished (${name})`);
    });
  },
});

const started = new Map();

/** One bundle, once, however many files ask for it. */
function start(options, name) {
  const running = started.get(name) ?? run({ ...options, plugins: [...(options.plugins ?? []), report(name)] });
  started.set(name, running);
  return running;
}

/** Files that went into dist/. */
const inputs = new Set();

async function run(options) {
  if (!watch) {
    const result = await buildOnce({
      ...options,
      metafile: true,
      outdir: options.outdir.replace(/^dist(?=\/|$)/, made),
    });
    if (options.outdir.startsWith('dist')) for (const input of Object.keys(result.metafile.inputs)) inputs.add(input);
    return result;
  }
  const watching = await context(options);
  await watching.watch();
  return watching;
}

async function copyNodePty() {
  const target = path.join(made, 'node_modules');
  await cp(path.join(root, 'node_modules/node-pty'), path.join(target, 'node-pty'), { recursive: true });
  for await (const binary of glob('node_modules/@lydell/node-pty-*', { cwd: root })) {
    await cp(path.join(root, binary), path.join(target, '@lydell', path.basename(binary)), {
      recursive: true,
      filter: (file) => !file.endsWith('.pdb'),
    });
  }
}

/** Each file at once, so that nobody finds half of one; what is no longer made goes last. */
async function replaceDist() {
  await mkdir(dist, { recursive: true });
  const fresh = new Set(await readdir(made, { recursive: true }));
  for (const name of fresh) {
    const [from, to] = [path.join(made, name), path.join(dist, name)];
    if ((await lstat(from)).isDirectory()) await mkdir(to, { recursive: true });
    else await rename(from, to);
  }
  for (const name of await readdir(dist, { recursive: true })) {
    if (!fresh.has(name)) await rm(path.join(dist, name), { recursive: true, force: true });
  }
}

async function list(pattern) {
  const files = [];
  for await (const file of glob(pattern, { cwd: root })) files.push(file);
  return files;
}

await rm(made, { recursive: true, force: true });
await mkdir(path.join(made, 'webview'), { recursive: true });
await copyNodePty();
await cp(path.join(root, 'node_modules/@vscode/codicons/dist/codicon.ttf'), path.join(made, 'webview/codicon.ttf'));

const bundles = [
  start(
    { ...node, entryPoints: { extension: 'src/extension.ts' }, outdir: 'dist', plugins: [lazyBundles] },
    'extension',
  ),
  start({ ...node, entryPoints: { cli: 'src/cli.ts' }, outdir: 'dist', plugins: [lazyBundles] }, 'cli'),
  start({ ...node, entryPoints: { sqlWorker: 'src/runtime/sql/worker.ts' }, outdir: 'dist' }, 'sqlWorker'),
  start(
    {
      bundle: true,
      platform: 'browser',
      target: 'es2023',
      format: 'iife',
      entryPoints: {
        chat: 'src/webview/chat/chat.ts',
        plot: 'src/webview/chat/plot.ts',
        review: 'src/webview/databases/review.ts',
        results: 'src/webview/evaluation/results.ts',
        accept: 'src/webview/trajectories/accept.ts',
        export: 'src/webview/trajectories/export.ts',
        mix: 'src/webview/trajectories/mix.ts',
        viewer: 'src/webview/trajectories/viewer.ts',
        compare: 'src/webview/trajectories/compare.ts',
        statistics: 'src/webview/trajectories/statistics.ts',
      },
      outdir: 'dist/webview',
      tsconfig: 'src/webview/tsconfig.json',
      minify,
      sourcemap: minify ? false : 'inline',
      logLevel: 'silent',
    },
    'webview',
  ),
];

if (flags.has('--tests')) {
  await rm(path.join(root, 'out/test'), { recursive: true, force: true });
  const tests = { ...node, packages: 'external', external: undefined, plugins: [] };
  bundles.push(
    start(
      {
        ...tests,
        entryPoints: (await list('test/**/*.test.ts')).filter((file) => !/^test\/(host|browser)\//.test(file)),
        outbase: '.',
        outdir: 'out',
        alias: { vscode: './test/vscode.ts' },
      },
      'tests',
    ),
    start(
      {
        ...tests,
        packages: 'bundle',
        external: ['vscode', 'mocha', 'playwright-core', 'node-pty'],
        entryPoints: [...(await list('test/host/**/*.ts')), ...(await list('test/browser/**/*.test.ts'))],
        outbase: '.',
        outdir: 'out',
      },
      'tests in VS Code',
    ),
  );
}

const results = await Promise.allSettled(bundles);
if (!watch) {
  const failed = results.some(({ status }) => status === 'rejected');
  if (!failed) {
    await writeFile(path.join(made, 'ThirdPartyNotices.txt'), await noticesOf([...inputs]));
    await replaceDist();
  }
  await rm(made, { recursive: true, force: true });
  if (failed) process.exit(1);
}
