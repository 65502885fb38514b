import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import manifest from '../package.json';
import english from '../package.nls.json';
import { collectStrings, type Bundle } from '../scripts/l10nStrings.mts';

const read = (file: string): Bundle => JSON.parse(readFileSync(file, 'utf8'));

/** The values that a text has a place for, each as often as it has. */
const placeholders = (text: string): string[] => [...text.matchAll(/\{\d+\}/g)].map(([found]) => found).sort();

/** What a text leads to: commands of links, settings, code. */
const references = (text: string): string[] =>
  [...text.matchAll(/\(command:[^)]+\)|#[\w.]+#|`[^`]+`/g)].map(([found]) => found).sort();

describe('The words', () => {
  it('of the code can all be found, and `npm run l10n` was run', async () => {
    const { strings, unreadable } = await collectStrings();
    assert.deepEqual(unreadable, []);
    assert.ok(strings.length > 300);
    assert.deepEqual(Object.keys(read('l10n/bundle.l10n.json')), strings);
  });

  it('include what a UserError takes from a table', async () => {
    const { strings } = await collectStrings();
    const sample = '{0} did not answer within {1}. Check the endpoint address and whether the server is busy.';
    assert.ok(strings.includes(sample));
  });

  it('include why the approval policy asks, and texts that are written as several', async () => {
    const { strings } = await collectStrings();
    const samples = [
      '{0} is not known to only read.',
      'It changes the copy of the database that this run works on.',
      'The changes do not fit into {0} as it is now ({1}), so nothing was applied. Discard them and run the task again.',
    ];
    assert.deepEqual(
      samples.filter((sample) => !strings.includes(sample)),
      [],
    );
  });

  for (const file of globSync('l10n/bundle.l10n.*.json')) {
    it(`are complete in ${file}, and say nothing that nobody says`, () => {
      const translated = read(file);
      assert.deepEqual(Object.keys(translated).sort(), Object.keys(read('l10n/bundle.l10n.json')).sort());
    });

    it(`have the same values in ${file}`, () => {
      for (const [text, translation] of Object.entries(read(file))) {
        assert.deepEqual(placeholders(translation), placeholders(text), text);
        assert.ok(translation.trim() !== '', text);
      }
    });
  }

  for (const file of globSync('package.nls.*.json')) {
    it(`of the manifest are complete in ${file}, and lead to the same places`, () => {
      const translated = read(file);
      assert.deepEqual(Object.keys(translated), Object.keys(english));
      for (const [key, text] of Object.entries(english)) {
        assert.deepEqual(references(translated[key] ?? ''), references(text), key);
      }
    });
  }

  it('name commands that there are', () => {
    const known = new Set(manifest.contributes.commands.map(({ command }) => command));
    const named = [
      ...Object.values(english)
        .join(' ')
        .matchAll(/\(command:(agentlm\.[\w.]+)/g),
    ].map(([, id = '']) => id);
    assert.ok(named.length > 0);
    assert.deepEqual(
      named.filter((id) => !known.has(id)),
      [],
    );
  });

  it('are Chinese in Chinese', () => {
    const untranslated = Object.entries(read('l10n/bundle.l10n.zh-cn.json')).filter(
      ([text, translation]) => /[a-z]{3,} [a-z]{3,}/.test(text) && !/\p{Script=Han}/u.test(translation),
    );
    assert.deepEqual(untranslated, []);
  });
});
