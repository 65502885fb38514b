import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pythonLiteral, pythonTuple } from '../../../src/runtime/sql/pythonLiteral';

describe('Python literals', function () {
  this.timeout(20_000);

  it('print None and integers of 64 bits exactly', () => {
    assert.equal(pythonLiteral(null), 'None');
    assert.equal(pythonLiteral(0n), '0');
    assert.equal(pythonLiteral(9223372036854775807n), '9223372036854775807');
    assert.equal(pythonLiteral(-9223372036854775808n), '-9223372036854775808');
  });

  it('print floats as repr does', () => {
    const printed: readonly (readonly [number, string])[] = [
      [0, '0.0'],
      [-0, '-0.0'],
      [100, '100.0'],
      [0.1, '0.1'],
      [0.1 + 0.2, '0.30000000000000004'],
      [7523698.790000005, '7523698.790000005'],
      [0.0001, '0.0001'],
      [0.00001, '1e-05'],
      [1.5e-7, '1.5e-07'],
      [5e-324, '5e-324'],
      [9999999999999998, '9999999999999998.0'],
      [1e16, '1e+16'],
      [123456789012345680, '1.2345678901234568e+17'],
      [-1.7976931348623157e308, '-1.7976931348623157e+308'],
      [Infinity, 'inf'],
      [-Infinity, '-inf'],
    ];
    for (const [value, text] of printed) assert.equal(pythonLiteral(value), text);
  });

  it('print strings with the quotes and escapes of repr', () => {
    const printed: readonly (readonly [string, string])[] = [
      ['', "''"],
      ['Kim', "'Kim'"],
      ["it's", `"it's"`],
      ['13" Clock', `'13" Clock'`],
      [`both ' and "`, `'both \\' and "'`],
      ['a\nb\tc\rd\\e', "'a\\nb\\tc\\rd\\\\e'"],
      ['\0\x1b\x7f', "'\\x00\\x1b\\x7f'"],
      ['Amélie 日本 😀', "'Amélie 日本 😀'"],
      ['no\u00a0break, soft\u00adhyphen', "'no\\xa0break, soft\\xadhyphen'"],
      ['\u2028\u200b\ufeff\ue000', "'\\u2028\\u200b\\ufeff\\ue000'"],
      ['\u{e0001}', "'\\U000e0001'"],
    ];
    for (const [value, text] of printed) assert.equal(pythonLiteral(value), text);
  });

  it('print blobs as bytes', () => {
    assert.equal(pythonLiteral(Uint8Array.of()), "b''");
    assert.equal(pythonLiteral(Uint8Array.of(0, 10, 65, 92, 127, 255)), "b'\\x00\\nA\\\\\\x7f\\xff'");
    assert.equal(pythonLiteral(Buffer.from("it's")), `b"it's"`);
  });

  it('print a tuple of one with its comma', () => {
    assert.equal(pythonTuple([0n]), '(0,)');
    assert.equal(pythonTuple(['Kim', null]), "('Kim', None)");
  });

  it('read back as the value that was written', () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.double({ noNaN: true }),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom("'", '"', '\\', '\n', '\u2028', 'é', '😀', 'x', ' ') }),
      fc.uint8Array(),
    );
    fc.assert(fc.property(value, (written) => assert.deepEqual(readLiteral(pythonLiteral(written)), written)));
  });

  it('hold no character that would disturb a line of text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.doesNotMatch(pythonLiteral(text), /[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

/** A reader for what the writer may write; anything else is an error. */
function readLiteral(literal: string): null | bigint | number | string | Uint8Array {
  if (literal === 'None') return null;
  if (/^-?\d+$/.test(literal)) return BigInt(literal);
  if (/^-?inf$/.test(literal)) return literal === 'inf' ? Infinity : -Infinity;
  if (/^-?(\d+\.\d+|\d(\.\d+)?e[+-]\d{2,})$/.test(literal)) return Number(literal);
  if (literal.startsWith('b')) return Uint8Array.from(Buffer.from(readText(literal.slice(1)), 'latin1'));
  return readText(literal);
}

function readText(literal: string): string {
  const quote = literal.charAt(0);
  assert.ok(quote === "'" || quote === '"');
  assert.equal(literal.at(-1), quote);
  let text = '';
  const piece = /\\x([\da-f]{2})|\\u([\da-f]{4})|\\U([\da-f]{8})|\\([\\nrt'"])|([^\\])/uy;
  piece.lastIndex = 1;
  while (piece.lastIndex < literal.length - 1) {
    const match = piece.exec(literal);
    assert.ok(match, `unreadable: ${literal}`);
    const [, two, four, eight, short, plain] = match;
    const hex = two ?? four ?? eight;
    assert.notEqual(plain, quote, 'a bare quote ends the literal');
    if (hex !== undefined) text += String.fromCodePoint(Number.parseInt(hex, 16));
    else if (short !== undefined) text += { n: '\n', r: '\r', t: '\t' }[short] ?? short;
    else text += plain;
  }
  return text;
}
