import assert from 'node:assert/strict';
import fc from 'fast-check';
import { commonType, declaredType, decimal, types, type ValueType } from '../../../src/runtime/sql/mysqlType';
import { pythonLiteral, pythonTuple, type SqlValue } from '../../../src/runtime/sql/pythonLiteral';
import { resultText } from '../../../src/runtime/sql/resultText';

/** What Python 3.11 printed. */
const printed: readonly (readonly [SqlValue, ValueType, string])[] = [
  [680616n, decimal(0), "Decimal('680616')"],
  [5000.5, decimal(2), "Decimal('5000.50')"],
  [-0.5, decimal(2), "Decimal('-0.50')"],
  [3n, decimal(4), "Decimal('3.0000')"],
  [1e-6, decimal(7), "Decimal('0.0000010')"],
  [1e-7, decimal(7), "Decimal('1E-7')"],
  [-1.5e-6, decimal(8), "Decimal('-0.00000150')"],
  [-1.5e-7, decimal(9), "Decimal('-1.50E-7')"],
  [0n, decimal(6), "Decimal('0.000000')"],
  [0n, decimal(7), "Decimal('0E-7')"],
  [0.30000000000000004, decimal(1), "Decimal('0.3')"],
  [1.25, decimal(1), "Decimal('1.25')"],
  [5n, types.double, '5.0'],
  [2.0, types.integer, '2'],
  [2.5, types.integer, '2.5'],
  [-1n, types.unsigned, '18446744073709551615'],
  ['2020-01-02', types.date, 'datetime.date(2020, 1, 2)'],
  ['2020-01-02 00:00:00', types.datetime, 'datetime.datetime(2020, 1, 2, 0, 0)'],
  ['2020-01-02 03:04:05', types.datetime, 'datetime.datetime(2020, 1, 2, 3, 4, 5)'],
  ['2020-01-02 03:04:00.000005', types.datetime, 'datetime.datetime(2020, 1, 2, 3, 4, 0, 5)'],
  ['2020-01-02', types.datetime, 'datetime.datetime(2020, 1, 2, 0, 0)'],
  ['0000-00-00', types.date, 'None'],
  ['10:11:12', types.time, 'datetime.timedelta(seconds=36672)'],
  ['-01:00:00', types.time, 'datetime.timedelta(days=-1, seconds=82800)'],
  ['24:00:05.5', types.time, 'datetime.timedelta(days=1, seconds=5, microseconds=500000)'],
  ['00:00:00', types.time, 'datetime.timedelta(0)'],
  ['-838:59:59', types.time, 'datetime.timedelta(days=-35, seconds=3601)'],
  ['-00:00:00.000001', types.time, 'datetime.timedelta(days=-1, seconds=86399, microseconds=999999)'],
  ['{"a": 1}', types.json, `'{"a": 1}'`],
  [5n, types.text, "'5'"],
  [new Uint8Array([0, 65]), types.binary, "b'\\x00A'"],
];

describe('Python literals of typed values', () => {
  for (const [value, type, text] of printed) {
    it(`print ${text}`, () => assert.equal(pythonLiteral(value, type), text));
  }

  it('print what does not fit its type as what it is', () => {
    for (const type of Object.values(types)) assert.equal(pythonLiteral('it', type), "'it'");
    for (const text of ['2020-02-30', '2020-13-01', '1/2/2020', '2020-01-02T25:00:00', 'noon']) {
      for (const type of [types.date, types.datetime, types.time]) assert.equal(pythonLiteral(text, type), `'${text}'`);
    }
    assert.equal(pythonLiteral('abc', decimal(2)), "'abc'");
  });

  it('keep every decimal of 15 digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: -999_999_999, max: 999_999_999 }), fc.nat({ max: 5 }), (digits, scale) => {
        const text = (digits / 10 ** scale).toFixed(scale);
        assert.equal(pythonLiteral(Number(text), decimal(scale)), `Decimal('${text}')`);
      }),
    );
  });

  it('stand in rows', () => {
    assert.equal(pythonTuple(['Kim', 2n], [types.text, decimal(1)]), "('Kim', Decimal('2.0'))");
    assert.equal(resultText([[2.5], [null]], 100, false, [decimal(2)]).output, "[(Decimal('2.50'),), (None,)]");
  });
});

describe('Types of MySQL', () => {
  it('are read from declarations, and are none where SQLite holds a column to nothing', () => {
    const declarations: readonly (readonly [string, ValueType])[] = [
      ['INTEGER', types.integer],
      ['int unsigned', types.unsigned],
      ['BOOLEAN', types.integer],
      ['DECIMAL(10, 2)', decimal(2)],
      ['decimal(8)', decimal(0)],
      ['NUMERIC', types.any],
      ['DOUBLE PRECISION', types.double],
      ['VARCHAR(20)', types.text],
      ["enum('point','line')", types.text],
      ['LONGBLOB', types.binary],
      ['datetime(3)', types.datetime],
      ['', types.any],
      ['STRANGE', types.any],
    ];
    for (const [declared, type] of declarations) assert.deepEqual(declaredType(declared), type, declared);
  });

  it('have one in common that can hold them all', () => {
    assert.deepEqual(commonType([types.null, types.integer]), types.integer);
    assert.deepEqual(commonType([types.integer, decimal(2), decimal(3)]), decimal(3));
    assert.deepEqual(commonType([decimal(2), types.double]), types.double);
    assert.deepEqual(commonType([types.integer, types.text]), types.text);
    assert.deepEqual(commonType([types.date, types.datetime]).kind, 'datetime');
    assert.deepEqual(commonType([types.any, types.text]), types.any);
    assert.deepEqual(commonType([types.null]), types.null);
  });
});
