import assert from 'node:assert/strict';
import { plainLabel, plainLine } from '../../src/vscode/plainLabel';

describe('Other people’s text in lists and trees', () => {
  it('stands on one line, hides nothing, and is no icon', () => {
    assert.equal(plainLabel(' $(trash)\n invoice\u202etxt.exe '), '$ (trash) invoice<U+202E>txt.exe');
  });

  it('keeps the names of files as they are where there are no icons', () => {
    assert.equal(plainLine('$(trash) zero\u200bwidth.txt'), '$(trash) zero<U+200B>width.txt');
  });
});
