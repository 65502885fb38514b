import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import manifest from '../../package.json';
import words from '../../package.nls.json';

const titles: Readonly<Record<string, string>> = words;

/** Commands that a test runs in another way than by their title or their name. */
const indirectly = [
  'agentlm.changes.open', // a click in the tree: changes.test.ts
  'agentlm.openRun', // a link in a terminal: nativePlaces.test.ts
  'agentlm.decide', // a button in VS Code's chat: nativePlaces.test.ts
];

describe('The commands of the manifest', () => {
  it('are each run in the real workbench by a test', () => {
    const tests = globSync('test/{browser,host}/*.ts').map((file) => readFileSync(file, 'utf8'));
    const untested = manifest.contributes.commands.filter(({ command, title }) => {
      const shown = titles[title.slice(1, -1)] ?? title;
      const names = [`AgentLM: ${shown}`, `'${shown}'`, `'${command}'`];
      return !indirectly.includes(command) && !tests.some((text) => names.some((name) => text.includes(name)));
    });
    assert.deepEqual(untested, []);
  });
});
