import assert from 'node:assert/strict';
import { gpt, human, type Dialogue } from '../../../src/agent/conversation';
import { DuplicateFinder } from '../../../src/dataset/checks/duplicates';
import { seeded } from '../../random';

const random = seeded(3);
const word = (): string => random.text(5, 'abcdefghij');

function dialogueOf(words: readonly string[]): Dialogue {
  return { id: 'x_1', conversations: [human('Q'), gpt(words.join(' '), { loss: true })] };
}

/** How many of 100 pairs are found when so many of 300 words differ. */
function foundPairs(changes: number): number {
  let found = 0;
  for (let pair = 0; pair < 100; pair++) {
    const finder = new DuplicateFinder(256);
    const words = Array.from({ length: 300 }, word);
    finder.check(dialogueOf(words), 'general', 1);
    for (let other = 0; other < 5; other++) finder.check(dialogueOf(Array.from({ length: 300 }, word)), 'general', 1);
    for (let change = 0; change < changes; change++) words[random.below(300)] = word();
    if (finder.check(dialogueOf(words), 'general', 1).length > 0) found++;
  }
  return found;
}

describe('Near duplicates', () => {
  it('are found when a word or two differ, and not when a tenth does', () => {
    const [few, many] = [foundPairs(2), foundPairs(30)];
    console.log(`      with 2 of 300 words changed ${few} % are found, with 30 ${many} %`);
    assert.ok(few >= 95);
    assert.equal(many, 0);
  });

  it('are looked for among the last rows only, and copies among all', () => {
    const finder = new DuplicateFinder(10);
    const words = Array.from({ length: 100 }, word);
    finder.check(dialogueOf(words), 'general', 1);
    for (let row = 0; row < 20; row++) finder.check(dialogueOf(Array.from({ length: 100 }, word)), 'general', 1);
    assert.deepEqual(finder.check(dialogueOf([...words, 'more']), 'general', 1), []);
    assert.deepEqual(
      finder.check(dialogueOf(words), 'general', 1).map(({ code }) => code),
      ['duplicate'],
    );
  });
});
