import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { pageStrings } from '../../../src/vscode/pages/pageStrings';

describe('The words of the chat page', () => {
  it('are all there, each a text', () => {
    for (const [key, text] of Object.entries(pageStrings())) assert.ok(text.trim() !== '', key);
  });

  it('leave the places of their values to the page', () => {
    assert.equal(pageStrings()['context.long'], '{0} of {1} tokens used, {2} kept for the reply, {3} free.');
  });

  it('are all said somewhere', async () => {
    const files = await Array.fromAsync(glob('src/webview/**/*.ts'));
    const source = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
    // A key that is put together, as in `outcome.${outcome}`, is found by its beginning.
    const said = (key: string): boolean =>
      source.includes(`'${key}'`) || source.includes(`\`${key.slice(0, key.lastIndexOf('.') + 1)}\${`);
    assert.deepEqual(
      Object.keys(pageStrings()).filter((key) => !said(key)),
      [],
    );
  });
});
