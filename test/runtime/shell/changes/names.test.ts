import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bytesOf, nameOf } from '../../../../src/runtime/shell/changes/names';

describe('Names of files', () => {
  it('come back byte for byte, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        assert.deepEqual(bytesOf(nameOf(bytes)), Buffer.from(bytes));
      }),
    );
  });

  it('are each another string', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6 }), fc.uint8Array({ maxLength: 6 }), (one, other) => {
        assert.equal(nameOf(one) === nameOf(other), Buffer.from(one).equals(Buffer.from(other)));
      }),
    );
  });

  it('read as they are where they are UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        if (name.isWellFormed()) assert.equal(nameOf(Buffer.from(name)), name);
      }),
    );
    assert.equal(nameOf(Buffer.from([0x61, 0xff, 0xc3, 0xa4])), 'a\udcffä');
    // A surrogate that somebody has written as UTF-8 is none.
    assert.equal(nameOf(Buffer.from([0xed, 0xb3, 0xbf])), '\udced\udcb3\udcbf');
  });
});
