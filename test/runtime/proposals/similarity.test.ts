import assert from 'node:assert/strict';
import { likeOneOf, rougeL, wordsOf } from '../../../src/runtime/proposals/similarity';

describe('What says the same', () => {
  it('is measured as ROUGE-L does: the longest common sequence of words', () => {
    const score = (one: string, other: string): number => rougeL(wordsOf(one), wordsOf(other));
    assert.equal(score('police killed the gunman', 'police kill the gunman'), 0.75);
    assert.equal(score('the gunman kill police', 'police killed the gunman'), 0.5);
    assert.deepEqual([score('a b c', 'A, b; C!'), score('a', 'b'), score('', '')], [1, 0, 0]);
  });

  it('is found in other words, and in writings without spaces', () => {
    const known = ['How many lines does notes.txt have? Answer with the number.', '统计当前文件夹中的文件数量'];
    assert.equal(likeOneOf('How many lines has notes.txt? Answer with the number.', known), known[0]);
    assert.equal(likeOneOf('统计当前文件夹的文件数量', known), known[1]);
    assert.equal(likeOneOf('Delete every file that is empty.', known), undefined);
  });
});
