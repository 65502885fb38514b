import assert from 'node:assert/strict';
import { resultText } from '../../../src/runtime/sql/resultText';

describe('The text of a result', () => {
  it('is a list of tuples', () => {
    assert.deepEqual(
      resultText(
        [
          ['Elly', 'Koss'],
          ['Kim', null],
        ],
        100,
        false,
      ),
      {
        output: "[('Elly', 'Koss'), ('Kim', None)]",
        omittedBytes: 0,
      },
    );
    assert.equal(resultText([], 100, false).output, '[]');
  });

  it('ends where no more fits, and the rows are not read on', () => {
    let read = 0;
    let closed = false;
    function* rows() {
      try {
        for (;;) yield [BigInt((read += 1))];
      } finally {
        closed = true;
      }
    }
    const { output, omittedBytes } = resultText(rows(), 20, false);
    assert.equal(output, '[(1,), (2,), (3,), (');
    assert.equal(omittedBytes, '4,)'.length);
    assert.equal(read, 4);
    assert.ok(closed);
  });

  it('reads on for the sake of the work, and counts what it leaves out', () => {
    const rows = Array.from({ length: 1000 }, (_, index) => [BigInt(index % 10)]);
    const { output, omittedBytes } = resultText(rows, 11, true);
    assert.equal(output, '[(0,), (1,)');
    assert.equal(omittedBytes, 998 * ', (0,)'.length);
  });

  it('knows that there was more when a row ended just at the limit', () => {
    assert.equal(resultText([[1n], [2n]], '[(1,)'.length, false).omittedBytes, ', (2,)'.length);
    assert.equal(resultText([[1n]], '[(1,)'.length, false).output, '[(1,)]');
  });

  it('cuts no character in half', () => {
    const { output } = resultText([['😀😀😀']], 6, false);
    assert.equal(output, "[('😀");
  });

  it('words a huge value only as far as it is shown', () => {
    const text = resultText([['x'.repeat(5_000_000)]], 1000, false);
    assert.equal(text.output.length, 1000);
    assert.equal(text.omittedBytes, 5_000_000 + "[('',)".length - 1000);
    const blob = resultText([[new Uint8Array(5_000_000)]], 1000, false);
    assert.equal(blob.output.length, 1000);
    assert.ok(blob.omittedBytes > 4_999_000);
  });
});
