import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import manifest from '../package.json';
import words from '../package.nls.json';

/** What a part of the house may import of the others. Everything may import itself. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  agent: [],
  dataset: ['agent'],
  protocol: ['agent'],
  webview: ['protocol'],
  runtime: ['agent'],
  vscode: ['agent', 'protocol'],
  cli: ['agent', 'dataset', 'runtime'],
  composition: ['agent', 'dataset', 'runtime', 'vscode'],
  'extension.ts': ['composition', 'vscode'],
  'cli.ts': ['cli'],
};

/** Packages that only some parts may name. */
const packages: Readonly<Record<string, RegExp>> = {
  agent: /^$/,
  dataset: /^$/,
  protocol: /^zod\/mini$/,
  webview: /^(lit|highlight\.js|uplot)(\/|$)/,
  runtime: /^(node:|openai|node-pty|csv-parse|hyparquet|@secretlint\/|@xterm\/headless|mysql2|pg$|unbash)/,
  vscode: /^(node:path|node:crypto|vscode)$/,
  cli: /^node:/,
  composition: /^(node:path|vscode)$/,
  'extension.ts': /^(node:path|vscode)$/,
  'cli.ts': /^node:/,
};

interface Import {
  readonly file: string;
  readonly specifier: string;
}

const sources = globSync('src/**/*.ts');

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8').replace(/^\s*(\/\/|\/?\*).*$/gm, '');
  const specifiers = text.matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*['"]([^'"\s]+)['"]/g);
  return [...specifiers].map(([, specifier = '']) => ({ file, specifier }));
}

/** `agent` for src/agent/x.ts, `cli.ts` for src/cli.ts. */
function partOf(file: string): string {
  return path.relative('src', file).split(path.sep)[0] ?? '';
}

describe('The house', () => {
  it('knows every part of src/', () => {
    const parts = new Set(sources.map(partOf));
    assert.deepEqual([...parts].sort(), Object.keys(arrows).sort());
  });

  it('keeps its arrows', () => {
    const wrong = sources.flatMap(importsOf).filter(({ file, specifier }) => {
      const part = partOf(file);
      if (!specifier.startsWith('.')) return !packages[part]?.test(specifier);
      const target = path.join(path.dirname(file), specifier);
      if (!target.startsWith('src')) return target !== 'package.json';
      const targetPart = existsSync(`${target}.ts`) ? partOf(`${target}.ts`) : partOf(target);
      return targetPart !== part && !arrows[part]?.includes(targetPart);
    });
    assert.deepEqual(
      wrong.map(({ file, specifier }) => `${file} imports ${specifier}`),
      [],
    );
  });

  it('activates with little: nothing that is big, and nothing that reaches the world', async () => {
    const { metafile } = await build({
      entryPoints: ['src/extension.ts'],
      bundle: true,
      platform: 'node',
      external: ['vscode'],
      write: false,
      outdir: 'unused',
      metafile: true,
      logLevel: 'silent',
      plugins: [
        {
          name: 'what is loaded later',
          setup(later) {
            later.onResolve({ filter: /^\./ }, ({ kind, path: file }) =>
              kind === 'dynamic-import' ? { path: file, external: true } : undefined,
            );
          },
        },
      ],
    });
    const files = Object.keys(metafile.inputs);
    const bundled = files.map((file) => /.*node_modules\/([^/]+)/.exec(file)?.[1]).filter((name) => name !== undefined);
    assert.deepEqual([...new Set(bundled)], ['zod']);
    const imported = Object.values(metafile.outputs)
      .flatMap(({ imports }) => imports)
      .filter(({ kind }) => kind !== 'dynamic-import')
      .map(({ path: name }) => name);
    assert.deepEqual([...new Set(imported)].sort(), ['node:crypto', 'node:path', 'vscode']);
  });

  it('has a core that runs anywhere: it bundles without Node, browser or editor', async () => {
    const result = await build({
      entryPoints: [
        'src/agent/run.ts',
        'src/agent/trajectory.ts',
        'src/agent/conversation.ts',
        ...globSync('src/dataset/*.ts'),
      ],
      bundle: true,
      platform: 'neutral',
      write: false,
      outdir: 'unused',
      logLevel: 'silent',
    });
    assert.deepEqual(result.errors, []);
  });

  it('makes nothing out of text: no markup, no code, no trusted Markdown, no page that may run commands', () => {
    const makers =
      /innerHTML|outerHTML|insertAdjacentHTML|unsafeHTML|unsafeSVG|document\.write|\beval\(|new Function|isTrusted = |isTrusted: t|supportHtml|enableCommandUris|registerUriHandler|retainContextWhenHidden/;
    const found = sources.filter((file) => makers.test(readFileSync(file, 'utf8')));
    assert.deepEqual(found, []);
  });

  it('has no folder for leftovers', () => {
    const leftovers = globSync('{src,test}/**/{utils,util,common,helpers,shared,misc}');
    assert.deepEqual(leftovers, []);
  });

  it('names every source file in the README of its folder', () => {
    const unnamed = sources
      .filter((file) => !/\.(d)\.ts$/.test(file) && path.dirname(file) !== 'src')
      .filter((file) => {
        const [, top = ''] = file.split(path.sep);
        const near = path.join(path.dirname(file), 'README.md');
        const readme = existsSync(near) ? near : path.join('src', top, 'README.md');
        const name = path.relative(path.dirname(readme), file);
        const text = existsSync(readme) ? readFileSync(readme, 'utf8') : '';
        return !text.includes(name) && !text.includes(`${path.dirname(name)}/ `);
      });
    assert.deepEqual(unnamed, []);
  });

  it('keeps what CONTRIBUTING says of paths true', () => {
    const text = readFileSync('CONTRIBUTING.md', 'utf8');
    const paths = [
      ...text.matchAll(/`((?:src|test|scripts|bench|media|resources|docs)\/[\w./-]*|[\w.-]+\.(?:mjs|json|md))`/g),
    ];
    assert.ok(paths.length > 10);
    const missing = paths.map(([, name = '']) => name).filter((name) => !existsSync(name));
    assert.deepEqual(missing, []);
  });
});

describe('The manifest', () => {
  const code = sources.map((file) => readFileSync(file, 'utf8')).join('\n');

  it('contributes every command that is registered, and the other way round', () => {
    const registered = [...readFileSync('src/vscode/commands.ts', 'utf8').matchAll(/^\s*'(agentlm\.[\w.]+)':/gm)];
    assert.deepEqual(
      registered.map(([, id = '']) => id).sort(),
      manifest.contributes.commands.map(({ command }) => command).sort(),
    );
    assert.equal([...code.matchAll(/registerCommand\(/g)].length, 1, 'commands are registered in one place');
  });

  it('declares every setting that is read, and the other way round', () => {
    const read = new Set(
      [...code.matchAll(/settings\.(?:get|chosen|set|onDidChange)\(\s*([^)]*)/g)].flatMap(([, argument = '']) =>
        [...argument.matchAll(/'([\w.]+)'/g)].map(([, key]) => `agentlm.${key}`),
      ),
    );
    // Values beside the names.
    for (const value of ['os', 'own', 'trained']) read.delete(`agentlm.${value}`);
    assert.deepEqual([...read].sort(), Object.keys(manifest.contributes.configuration.properties).sort());
  });

  it('has words for every placeholder, and no words for nothing', () => {
    const used = new Set([...JSON.stringify(manifest).matchAll(/%([\w.]+)%/g)].map(([, key = '']) => key));
    assert.deepEqual([...used].sort(), Object.keys(words).sort());
  });

  it('lets no workspace choose the endpoint, the key, or what runs without asking', () => {
    const { properties } = manifest.contributes.configuration;
    for (const key of ['agentlm.endpoints', 'agentlm.endpoint', 'agentlm.trajectoryFolder'] as const) {
      assert.equal(properties[key].scope, 'machine', key);
    }
    assert.equal(properties['agentlm.approval'].scope, 'application');
    assert.equal(properties['agentlm.approvalRules'].scope, 'application');
    assert.equal(properties['agentlm.prompt'].scope, 'application');
    assert.ok(!JSON.stringify(properties).toLowerCase().includes('apikey'));
  });

  it('starts nothing with the editor but for a workspace that has tests of ours', () => {
    assert.deepEqual(manifest.activationEvents, ['workspaceContains:**/*.agentlm-suite.json']);
  });

  it('points to files that exist', () => {
    for (const { icon } of manifest.contributes.viewsContainers.activitybar) assert.ok(existsSync(icon), icon);
  });
});
