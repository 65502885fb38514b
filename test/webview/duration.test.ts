import assert from 'node:assert/strict';
import { duration } from '../../src/webview/duration';

describe('A duration', () => {
  const said: readonly [number, string][] = [
    [0, 'seconds < 0.1'],
    [40, 'seconds < 0.1'],
    [50, 'seconds 0.1'],
    [430, 'seconds 0.4'],
    [3000, 'seconds 3'],
    [9960, 'seconds 10'],
    [59_400, 'seconds 59'],
    [59_600, 'minutes 1 00'],
    [185_000, 'minutes 3 05'],
  ];
  for (const [milliseconds, expected] of said) {
    it(`of ${milliseconds} ms is said as ${expected}`, () => {
      assert.equal(
        duration(milliseconds, (key, ...values) => [key, ...values].join(' ')),
        expected,
      );
    });
  }
});
