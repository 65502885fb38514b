// Collects every text that users read from src/: `npm run l10n`. English is written to l10n/bundle.l10n.json; of each other
// language the texts that nobody says any more are taken out, and those that have no translation yet are printed.
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { collectStrings, type Bundle } from './l10nStrings.mts';

const english = 'l10n/bundle.l10n.json';

await mkdir('l10n', { recursive: true });
const { strings, unreadable } = await collectStrings();
for (const place of unreadable)
  console.error(`${place}: this text cannot be found by reading the code. Write it as a literal.`);
await write(english, Object.fromEntries(strings.map((text) => [text, text])));
let missing = 0;
for await (const file of glob('l10n/bundle.l10n.*.json')) {
  const known: Bundle = JSON.parse(await readFile(file, 'utf8'));
  await write(
    file,
    Object.fromEntries(strings.flatMap((text) => (known[text] === undefined ? [] : [[text, known[text]]]))),
  );
  const untranslated = strings.filter((text) => known[text] === undefined);
  for (const text of untranslated) console.log(`${file} lacks: ${JSON.stringify(text)}`);
  missing += untranslated.length;
}
console.log(`${strings.length} texts, ${missing} without a translation.`);
process.exitCode = unreadable.length + missing === 0 ? 0 : 1;

async function write(file: string, bundle: Bundle): Promise<void> {
  await writeFile(file, `${JSON.stringify(bundle, null, 2)}\n`);
}
