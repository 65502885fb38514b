import assert from 'node:assert/strict';
import path from 'node:path';
import { build } from 'esbuild';
import { entryPoints } from './pageStates';

/** Bytes of a page's script as it is shipped. VS Code loads it anew each time the view is shown. */
const limit = 150 * 1024;

describe('The script of a page', () => {
  it('stays below 150 KB, minified', async () => {
    const { outputFiles } = await build({
      entryPoints,
      bundle: true,
      minify: true,
      format: 'iife',
      target: 'es2023',
      tsconfig: 'src/webview/tsconfig.json',
      outdir: 'out',
      write: false,
    });
    for (const { path: file, contents } of outputFiles) {
      assert.ok(contents.length < limit, `${path.basename(file)} has ${contents.length} bytes`);
    }
  });
});
