import assert from 'node:assert/strict';
import fc from 'fast-check';
import { scanColumnType } from '../../../src/runtime/sql/files/columnType';
import { columnNames, tableNames } from '../../../src/runtime/sql/files/names';
import { refuses, workbench } from './workbench';

describe('The type of a CSV column', () => {
  const typeOf = (...values: string[]) => {
    const scan = scanColumnType();
    for (const value of values) scan.see(value);
    return scan.type();
  };

  it('is INTEGER for integers of 64 bits', () => {
    assert.equal(typeOf('1', '-20', '0', '', ' 7 '), 'INTEGER');
    assert.equal(typeOf('9223372036854775807', '-9223372036854775808'), 'INTEGER');
  });

  it('is REAL when there are decimals', () => {
    assert.equal(typeOf('1', '2.50', '.5', '-0.1', '1e5', '3.'), 'REAL');
  });

  it('is TEXT where a number would lose something', () => {
    for (const value of ['007', '+49', '1,000', '12 34', '0x10', '9223372036854775808', '1e999', 'NaN', '1.2.3', '٣']) {
      assert.equal(typeOf('1', value), 'TEXT', value);
    }
    assert.equal(typeOf('9007199254740993', '0.5'), 'TEXT', 'the integer would be rounded');
  });

  it('is TEXT where nothing is known', () => {
    assert.equal(typeOf(), 'TEXT');
    assert.equal(typeOf('', ''), 'TEXT');
  });

  it('never rounds an integer and never changes a number', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.maxSafeInteger().map(String), fc.double().map(String)), { minLength: 1 }),
        (values) => {
          const type = typeOf(...values);
          if (type === 'INTEGER') for (const value of values) assert.equal(BigInt(value).toString(), value);
          if (type === 'REAL') for (const value of values) assert.ok(Number.isFinite(Number(value)));
        },
      ),
    );
  });
});

describe('Names from CSV files', () => {
  it('are the header, with places for what is empty or repeated', () => {
    const names = columnNames(['id', '', 'Name', 'name', ' two\n words ', 'col_2']);
    assert.deepEqual(names, ['id', 'col_2_2', 'Name', 'col_4', 'two words', 'col_2']);
  });

  it('are the file names, each once', () => {
    const names = tableNames(['/a/Sales.csv', '/a/sales.tsv', '/a/sqlite_x.csv', '/a/2024 report.csv']);
    assert.deepEqual([...names.values()], ['Sales', 'sales_2', 'file_sqlite_x', '2024 report']);
  });
});

describe('A CSV file as a database', function () {
  this.timeout(20_000);
  const bench = workbench();

  it('is a table with typed columns', async () => {
    const text = 'id,name,price,zip,note\r\n1,Anna,2.50,01067,\r\n2,"Bo, Jr.",3,80331,"said ""hi""\r\nand left"\r\n';
    const database = await bench.open(bench.write('people.csv', text));
    assert.deepEqual(database.tables, [{ name: 'people', columns: ['id', 'name', 'price', 'zip', 'note'] }]);
    assert.equal(
      await bench.run(database, 'SELECT * FROM people'),
      `[(1, 'Anna', 2.5, '01067', None), (2, 'Bo, Jr.', 3.0, '80331', 'said "hi"\\r\\nand left')]`,
    );
    assert.match(await bench.run(database, 'DESCRIBE people'), /'id', 'integer'.*'price', 'real'.*'zip', 'text'/);
  });

  it('is read without its byte order mark, in UTF-8 and UTF-16', async () => {
    const text = '\ufeffstraße;zahl\nÄcker;1\n';
    const utf8 = await bench.open(bench.write('utf8.csv', text));
    assert.equal(await bench.run(utf8, 'SELECT straße, zahl FROM utf8'), "[('Äcker', 1)]");
    const utf16 = await bench.open(bench.write('utf16.csv', Buffer.from(text, 'utf16le')));
    assert.equal(await bench.run(utf16, 'SELECT straße, zahl FROM utf16'), "[('Äcker', 1)]");
  });

  it('may use semicolons, tabs, bare quotes and any line ending', async () => {
    const tsv = await bench.open(bench.write('disk.tsv', 'size\tname\r\n5" disk\ta,b\n3" disk\tc\r\n\r\n'));
    assert.equal(await bench.run(tsv, 'SELECT * FROM disk'), `[('5" disk', 'a,b'), ('3" disk', 'c')]`);
    const mac = await bench.open(bench.write('mac.csv', 'a,b\r1,2\r3,4\r'));
    assert.equal(await bench.run(mac, 'SELECT * FROM mac'), '[(1, 2), (3, 4)]');
  });

  it('may have short rows, which end in NULL, and empty fields too many', async () => {
    const database = await bench.open(bench.write('short.csv', 'a,b,c\n1\n2,x,,,\n'));
    assert.equal(await bench.run(database, 'SELECT * FROM short'), "[(1, None, None), (2, 'x', None)]");
  });

  it('may be a header alone', async () => {
    const database = await bench.open(bench.write('header.csv', 'a,b'));
    assert.equal(await bench.run(database, 'SELECT * FROM header'), '[]');
  });

  it('works in its scratch copy: the file stays as it was', async () => {
    const file = bench.write('stays.csv', 'a\n1\n');
    const database = await bench.open(file);
    assert.equal(await bench.run(database, 'DELETE FROM stays'), '[]');
    await database.close();
    assert.equal(await bench.run(await bench.open(file), 'SELECT * FROM stays'), '[(1,)]');
  });

  it('may be one of a folder of them', async () => {
    bench.write('shop/orders.csv', 'id,customer\n1,7\n');
    bench.write('shop/Customers.TSV', 'id\tname\n7\tKim\n');
    bench.write('shop/notes.txt', 'not a table');
    const database = await bench.open(`${bench.folder}/shop`);
    assert.deepEqual(database.tables, [
      { name: 'Customers', columns: ['id', 'name'] },
      { name: 'orders', columns: ['id', 'customer'] },
    ]);
    const sql = 'SELECT name FROM orders JOIN Customers ON customer = Customers.id';
    assert.equal(await bench.run(database, sql), "[('Kim',)]");
  });

  it('is refused with file and line where a row is too long', async () => {
    const file = bench.write('long.csv', 'a,b\n1,2\n\n3,4,5\n');
    await refuses(bench.open(file), 'database.raggedCsv', file, 'line 4', '3 fields', '2 columns');
  });

  it('is refused with file and line where a quote stays open', async () => {
    const file = bench.write('quote.csv', 'a,b\n1,"open\n3,4\n');
    await refuses(bench.open(file), 'database.badCsv', file, 'line', 'Quote Not Closed');
  });

  it('is refused when it is empty, not UTF-8, or too wide', async () => {
    await refuses(bench.open(bench.write('empty.csv', '')), 'database.emptyFile', 'no header line');
    const latin1 = bench.write('latin1.csv', Buffer.from('straße\nx\n', 'latin1'));
    await refuses(bench.open(latin1), 'database.notUtf8', latin1, 'CSV UTF-8');
    const wide = bench.write('wide.csv', Array.from({ length: 2001 }, (_, index) => `c${index}`).join(','));
    await refuses(bench.open(wide), 'database.wideFile', 'more');
    assert.deepEqual(bench.leftovers(), []);
  });

  it('may have 2000 columns and 50,000 rows', async () => {
    const wide = Array.from({ length: 2000 }, (_, index) => `c${index}`).join(',');
    const database = await bench.open(bench.write('widest.csv', `${wide}\n1\n`));
    assert.equal(await bench.run(database, 'SELECT c0, c1999 FROM widest'), '[(1, None)]');
    const rows = Array.from({ length: 50_000 }, (_, index) => `${index},"row ${index}"`).join('\n');
    const long = await bench.open(bench.write('longest.csv', `i,text\n${rows}`));
    assert.equal(
      await bench.run(long, 'SELECT count(*), sum(i), max(text) FROM longest'),
      "[(50000, 1249975000, 'row 9999')]",
    );
  });
});
