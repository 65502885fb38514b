import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { refuses, workbench } from './workbench';

describe('Data files as a database', function () {
  this.timeout(30_000);
  const bench = workbench();
  const all = async (name: string, content: string | Uint8Array, sql: string): Promise<string> =>
    bench.run(await bench.open(bench.write(name, content)), sql);

  describe('JSON', () => {
    it('is one record a line, with a column for every key', async () => {
      const text =
        '{"id": 1, "name": "Tea"}\n\n{"id": 2, "price": 2.5, "name": null}\r\n{"id": 3, "tags": ["a", {"b": 1}]}';
      const database = await bench.open(bench.write('shop.jsonl', text));
      assert.deepEqual(database.tables, [{ name: 'shop', columns: ['id', 'name', 'price', 'tags'] }]);
      assert.equal(
        await bench.run(database, 'SELECT * FROM shop'),
        `[(1, 'Tea', None, None), (2, None, 2.5, None), (3, None, None, '["a",{"b":1}]')]`,
      );
      assert.deepEqual(database.conversions, [
        { table: 'shop', column: 'tags', from: 'nested', to: 'TEXT', values: 1 },
      ]);
    });

    it('is a list of records too, however it is laid out', async () => {
      const text = '\ufeff[\n{"a": "x}\\"]{", "b": true},{"a":"ü😀","b":false}\n,\n {"a": ""} ]\n';
      assert.equal(await all('list.json', text, 'SELECT a, b FROM list'), `[('x}"]{', 1), ('ü😀', 0), ('', None)]`);
    });

    it('keeps integers exact and says which values became text', async () => {
      const text =
        '{"big": 9007199254740993, "huge": 18446744073709551616, "mixed": 1, "yes": true}\n{"big": -1, "huge": 2, "mixed": "a", "yes": false}';
      const database = await bench.open(bench.write('numbers.ndjson', text));
      assert.equal(
        await bench.run(database, 'SELECT * FROM numbers'),
        "[(9007199254740993, '18446744073709551616', '1', 1), (-1, '2', 'a', 0)]",
      );
      assert.deepEqual(database.conversions, [
        { table: 'numbers', column: 'huge', from: 'large integer', to: 'TEXT', values: 1 },
        { table: 'numbers', column: 'huge', from: 'number', to: 'TEXT', values: 1 },
        { table: 'numbers', column: 'mixed', from: 'number', to: 'TEXT', values: 1 },
        { table: 'numbers', column: 'yes', from: 'boolean', to: 'INTEGER', values: 2 },
      ]);
    });

    it('is refused with the number of the record that is wrong', async () => {
      const wrong = async (text: string, ...words: string[]) =>
        refuses(bench.open(bench.write('wrong.json', text)), 'database.badJson', 'wrong.json', ...words);
      await wrong('{"a": 1}\n{"a": }', 'record 2');
      await wrong('{"a": 1}\n[1, 2]', 'record 2', 'an object was expected');
      await wrong('[{"a": 1}, 5]', 'record 2');
      await wrong('[{"a": 1}', 'the list is not closed');
      await wrong('[{"a": 1}] {', 'record 2');
      await wrong('{"a": "never closed', 'the file ends within it');
      await wrong('"just a text"', 'record 1');
      await refuses(bench.open(bench.write('empty.json', '[]')), 'database.emptyFile', 'no records');
      await refuses(bench.open(bench.write('latin.jsonl', Buffer.from('{"a":"ü"}', 'latin1'))), 'database.notUtf8');
      assert.deepEqual(bench.leftovers(), []);
    });

    it('may be larger than the pieces in which it is read', async () => {
      const records = Array.from({ length: 20_000 }, (_, id) => JSON.stringify({ id, text: 'ä"\\'.repeat(id % 20) }));
      const sum = await all(
        'many.json',
        `[${records.join(',\n')}]`,
        'SELECT count(*), sum(id), max(length(text)) FROM many',
      );
      assert.equal(sum, '[(20000, 199990000, 57)]');
    });
  });

  describe('Parquet', () => {
    it('has the columns and values that the file declares', async () => {
      const bytes = new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            { name: 'id', data: [1n, 9007199254740993n], type: 'INT64' },
            { name: 'name', data: ['Tea', 'ü'], type: 'STRING' },
            { name: 'price', data: [2.5, null], type: 'DOUBLE', nullable: true },
            { name: 'sold', data: [true, false], type: 'BOOLEAN' },
            {
              name: 'at',
              data: [new Date('2024-02-29T12:00:00.5Z'), new Date('1969-12-31T23:59:59Z')],
              type: 'TIMESTAMP',
            },
            { name: 'raw', data: [new Uint8Array([0, 255]), new Uint8Array([])], type: 'BYTE_ARRAY' },
          ],
        }),
      );
      const database = await bench.open(bench.write('sales.parquet', bytes));
      assert.equal(
        await bench.run(database, 'SELECT * FROM sales'),
        "[(1, 'Tea', 2.5, 1, '2024-02-29 12:00:00.5', b'\\x00\\xff'), " +
          "(9007199254740993, 'ü', None, 0, '1969-12-31 23:59:59', b'')]",
      );
      assert.deepEqual(database.conversions, [
        { table: 'sales', column: 'sold', from: 'boolean', to: 'INTEGER', values: 2 },
        { table: 'sales', column: 'at', from: 'timestamp', to: 'TEXT', values: 2 },
      ]);
    });

    it('is read in pieces', async () => {
      const length = 25_000;
      const bytes = new Uint8Array(
        parquetWriteBuffer({
          columnData: [{ name: 'n', data: Array.from({ length }, (_, n) => n), type: 'INT32' }],
          rowGroupSize: 7000,
        }),
      );
      assert.equal(await all('long.parquet', bytes, 'SELECT count(*), sum(n) FROM long'), '[(25000, 312487500)]');
    });

    it('is refused where it is none', async () => {
      await refuses(bench.open(bench.write('no.parquet', 'PAR1 not really')), 'database.badParquet', 'no.parquet');
      await refuses(bench.open(bench.write('empty.parquet', '')), 'database.badParquet');
    });
  });

  it('can be of all kinds in one folder, and tell how far the reading is', async () => {
    bench.write('mix/a.csv', 'x,y\n1,\n2,b\n');
    bench.write('mix/b.json', '[{"x": 1}]');
    bench.write('mix/c.tsv', 'x\ty\n1\t2\n');
    const shares: number[] = [];
    const database = await bench.open(path.join(bench.folder, 'mix'), { onProgress: (share) => shares.push(share) });
    assert.deepEqual(
      database.tables.map(({ name }) => name),
      ['a', 'b', 'c'],
    );
    assert.deepEqual(database.conversions, [
      { table: 'a', column: 'x', from: 'text', to: 'INTEGER', values: 2 },
      { table: 'a', column: 'y', from: 'empty', to: 'NULL', values: 1 },
      { table: 'c', column: 'x', from: 'text', to: 'INTEGER', values: 1 },
      { table: 'c', column: 'y', from: 'text', to: 'INTEGER', values: 1 },
    ]);
    assert.equal(shares.at(-1), 1);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
  });

  it('can be stopped while they are read, and leave nothing', async () => {
    const file = path.join(bench.folder, 'long.csv');
    writeFileSync(file, `a,b,c\n${'1,some text that is read,2.5\n'.repeat(1_000_000)}`);
    const stop = new AbortController();
    const opening = bench.open(file, { onProgress: () => stop.abort(new Error('changed my mind')) }, stop.signal);
    await assert.rejects(opening, /changed my mind/);
    assert.deepEqual([bench.workers(), bench.leftovers()], [[], []]);
  });
});
