import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';

/** Lines, one after the other, that may be the same in two places. What is as long has a name, and stands once. */
const allowed = 12;

interface Line {
  readonly text: string;
  readonly place: string;
}

/** The lines of a file that say something of their own: no imports, no comments, no line of nothing but brackets. */
function linesOf(file: string): readonly Line[] {
  const code = readFileSync(file, 'utf8').replace(/^import [\s\S]*?;$/gm, (lines) => lines.replace(/.+/g, ''));
  return code
    .split('\n')
    .map((line, index) => ({ text: line.trim(), place: `${file}:${index + 1}` }))
    .filter(({ text }) => /\w/.test(text) && !/^(?:\/\/|\/?\*)/.test(text));
}

describe('The code', () => {
  it(`says nothing twice: no ${allowed + 1} lines of it stand in two places`, () => {
    const seen = new Map<string, string>();
    const twice: string[] = [];
    for (const file of globSync('{src,scripts,bench}/**/*.{ts,mts}').sort()) {
      const lines = linesOf(file);
      for (let first = 0; first + allowed < lines.length; first++) {
        const run = lines.slice(first, first + allowed + 1);
        const text = run.map((line) => line.text).join('\n');
        const place = run[0]?.place ?? file;
        const before = seen.get(text);
        if (before === undefined) seen.set(text, place);
        else twice.push(`${before} and ${place}`);
      }
    }
    assert.deepEqual(twice, []);
  });
});
