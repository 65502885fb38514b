// What esbuild.mjs says of the packages that it puts into the bundles.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Licences under which a package may be shipped inside another one, with its notice. */
const allowed = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'CC-BY-4.0'];

/** What is bundled, but not by an import that esbuild follows: the terminal, the font of the pages, the vocabulary. */
const besides = ['node_modules/node-pty', 'node_modules/@vscode/codicons', 'node_modules/llama-tokenizer-js'];

/**
 * The licences of all packages that a build has taken something of, as a text that goes with it.
 * @param {readonly string[]} inputs the files that went into the bundles, from the root of the project
 * @throws {Error} when a package has another licence, or none
 */
export async function noticesOf(inputs) {
  const folders = new Set([...besides, ...inputs.map(packageFolder).filter((folder) => folder !== undefined)]);
  const notices = await Promise.all([...folders].map(noticeOf));
  return `AgentLM contains the following packages.\n\n${notices.sort().join('\n')}`;
}

/** `node_modules/a/node_modules/@b/c` of a file below it. */
function packageFolder(file) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

async function noticeOf(folder) {
  const { name, version, license, homepage } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  const terms = String(license).replace(/[()]/g, '').split(' OR ');
  if (!terms.some((term) => term.split(' AND ').every((each) => allowed.includes(each)))) {
    throw new Error(`${name} has the licence "${license}": it may not be bundled, or add it to scripts/notices.mjs.`);
  }
  const files = (await readdir(folder)).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
  const heading = `${name} ${version} (${license})${homepage ? `\n${homepage}` : ''}`;
  return `${'-'.repeat(80)}\n${heading}\n\n${texts.map((text) => text.trim()).join('\n\n')}\n`;
}
