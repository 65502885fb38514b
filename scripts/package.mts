// Makes the VSIX of each platform and the one for all others: `npm run package [-- TARGET…]`.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runNode } from './command.mts';
import { makeVsix, targets } from './vsix.mts';

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !targets.some((target) => target === name));
if (unknown !== undefined) {
  console.error(`There is no target "${unknown}". There are: ${targets.join(', ')}.`);
  process.exit(2);
}
if ((await runNode('esbuild.mjs', '--minify')) !== 0) process.exit(1);
for (const target of targets.filter((name) => wanted.length === 0 || wanted.includes(name))) {
  const file = await makeVsix(target);
  const content = await readFile(file);
  const size = `${(content.length / 1024).toFixed(0)} KB`.padStart(9);
  console.log(`${size}  ${createHash('sha256').update(content).digest('hex')}  ${path.relative('.', file)}`);
}
