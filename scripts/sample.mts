import { buildSync } from 'esbuild';
import path from 'node:path';
import type * as sample from '../src/runtime/demo/sample';

/** Lays out the sample workspace and the sample database in a folder, as the extension itself does. */
export async function layOutSample(folder: string): Promise<sample.Sample> {
  const bundle = path.resolve('out/sample.cjs');
  buildSync({ entryPoints: ['src/runtime/demo/sample.ts'], bundle: true, platform: 'node', outfile: bundle });
  const { prepareSample }: typeof sample = await import(bundle);
  return prepareSample(path.resolve('resources'), folder);
}
