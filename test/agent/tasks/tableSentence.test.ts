import assert from 'node:assert/strict';
import { human } from '../../../src/agent/conversation';
import { UserError } from '../../../src/agent/errors';
import { fitTables, tableSentence } from '../../../src/agent/tasks/tableSentence';
import { countTokens } from '../../../src/runtime/plainModel';

const model = { contextLength: 4096, countTokens };
const table = (name: string, columns: number) => ({
  name,
  columns: Array.from({ length: columns }, (_, index) => `${name}_column_${index + 1}`),
});
const tokensOf = async (sentence: string): Promise<number> => countTokens([human(sentence)]);

describe('What the model is told of the tables', function () {
  this.timeout(30_000);

  it('is the sentence of the data set', () => {
    assert.equal(
      tableSentence([{ name: 'T', columns: ['a', 'b', 'c'] }]),
      'The name of this table is T, and the headers of this table are a,b,c.',
    );
    assert.equal(
      tableSentence([
        { name: 'T', columns: ['a', 'b'] },
        { name: 'U', columns: ['c'] },
      ]),
      'There are 2 tables involved with this task. The name of the 1st table is T, and the headers of this table are a,b. The name of the 2nd table is U, and the headers of this table are c.',
    );
    const many = tableSentence(Array.from({ length: 23 }, (_, n) => ({ name: `t${n}`, columns: ['a'] })));
    for (const ordinal of ['3rd', '4th', '11th', '12th', '13th', '21st', '22nd', '23rd']) {
      assert.ok(many.includes(`the ${ordinal} table`), ordinal);
    }
  });

  it('stays that sentence as long as it fits a quarter of the window', async () => {
    const tables = [table('orders', 20), table('customers', 20)];
    assert.deepEqual(await fitTables(tables, [], model), { sentence: tableSentence(tables), shortened: false });
    assert.equal((await fitTables(tables, [], { ...model, contextLength: 1024 })).shortened, true);
  });

  it('names the tables that were not chosen, and no column of theirs', async () => {
    const tables = [table('orders', 2), table('customers', 2), table('notes', 1)];
    const { sentence, shortened } = await fitTables(tables, ['CUSTOMERS'], model);
    assert.equal(
      sentence,
      'The name of this table is customers, and the headers of this table are customers_column_1,customers_column_2. There are 2 more tables in this database: orders,notes. DESCRIBE lists the headers of a table.',
    );
    assert.equal(shortened, false);
    const { sentence: most } = await fitTables(tables, ['notes', 'orders'], model);
    assert.match(most, /^There are 2 tables .* 1st table is orders, .* 2nd table is notes, .* There is 1 more table/);
  });

  it('counts the columns of a table of 2,000 that have no room', async () => {
    const { sentence, shortened } = await fitTables([table('a `wide` one', 2000)], [], model);
    assert.ok(shortened && (await tokensOf(sentence)) <= 1024, sentence);
    const [, first, hidden] = /are (.*) and (\d+) more, which DESCRIBE `a ``wide`` one` lists\.$/.exec(sentence) ?? [];
    assert.equal((first?.split(',').length ?? 0) + Number(hidden), 2000);
    assert.ok(Number(hidden) < 1980, 'as many as fit');
  });

  it('names some columns of some of 500 tables, and counts the rest', async () => {
    const tables = Array.from({ length: 500 }, (_, index) => table(`table_${index + 1}`, 30));
    const { sentence, shortened } = await fitTables(tables, [], model);
    assert.ok(shortened && (await tokensOf(sentence)) <= 1024, sentence);
    assert.match(sentence, /table_1_column_20 and 10 more, which DESCRIBE `table_1` lists/);
    const [, full = '1'] = /^There are (\d+) tables/.exec(sentence) ?? [];
    const [, more, names, hidden] =
      /There are (\d+) more tables in this database: (.*) and (\d+) others, which SHOW TABLES lists/.exec(sentence) ??
      [];
    assert.equal(Number(full) + Number(more), 500);
    assert.equal((names?.split(',').length ?? 0) + Number(hidden), Number(more));
  });

  it('gives the chosen ones of 500 tables the room', async () => {
    const tables = Array.from({ length: 500 }, (_, index) => table(`table_${index + 1}`, 30));
    const { sentence, shortened } = await fitTables(tables, ['table_444', 'table_7'], model);
    assert.ok(shortened && (await tokensOf(sentence)) <= 1024, sentence);
    assert.ok(sentence.includes('table_7_column_30.') && sentence.includes('table_444_column_30.'));
    assert.match(sentence, /There are 498 more tables in this database: table_1,table_2,/);
  });

  it('fits whatever names are made of', async () => {
    const long = { name: 'x'.repeat(100_000), columns: ['y'.repeat(100_000)] };
    const { sentence } = await fitTables([long, { ...long, name: 'z' }], [], model);
    assert.equal(sentence, 'There are 2 tables in this database, listed by SHOW TABLES.');
    assert.equal((await fitTables([], [], model)).sentence, 'There are no tables in this database yet.');
  });

  it('is not written for a table that is not there', async () => {
    await assert.rejects(fitTables([table('orders', 1)], ['orders', 'order'], model), (error) => {
      assert.ok(UserError.is(error) && error.code === 'database.noSuchTable');
      assert.match(error.message, /no table order in this database\. It has orders\./);
      return true;
    });
  });
});
