import assert from 'node:assert/strict';
import { readReward } from '../../../src/vscode/trajectories/libraryCommands';
import { readLength } from '../../../src/vscode/trajectories/libraryFilter';

describe('What a user writes into the boxes of the library', () => {
  const lengths: readonly (readonly [string, unknown])[] = [
    ['3', { atLeast: 3, atMost: 3 }],
    [' 3 - 8 ', { atLeast: 3, atMost: 8 }],
    ['3-', { atLeast: 3 }],
    ['-8', { atMost: 8 }],
    ['-', undefined],
    ['', undefined],
    ['a few', undefined],
    ['1-2-3', undefined],
  ];
  for (const [text, expected] of lengths) {
    it(`is a length or none: "${text}"`, () => assert.deepEqual(readLength(text), expected));
  }

  const rewards: readonly (readonly [string, number | undefined])[] = [
    ['1', 1],
    ['0', 0],
    [' 0.5 ', 0.5],
    ['0,25', 0.25],
    ['.5', 0.5],
    ['1.5', undefined],
    ['-1', undefined],
    ['1e-3', undefined],
    ['', undefined],
    ['good', undefined],
  ];
  for (const [text, expected] of rewards) {
    it(`is a reward or none: "${text}"`, () => assert.equal(readReward(text), expected));
  }
});
