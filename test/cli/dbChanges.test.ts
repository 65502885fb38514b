import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { dbChangesCommand } from '../../src/cli/dbChangesCommand';
import { readDbChanges } from '../../src/cli/dbChangesArguments';
import { DatabaseSync, never, workbench } from '../runtime/sql/workbench';

describe('agentlm db-changes', function () {
  this.timeout(20_000);
  const bench = workbench();
  let storage: string;
  let file: string;
  let id: string;

  beforeEach(async () => {
    storage = path.join(bench.folder, `storage-${Math.random()}`);
    file = bench.database(
      `shop-${Math.random()}.db`,
      "CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO product VALUES (1, 'Tea'), (2, 'Cup')",
    );
    const database = await bench.open(file, { keep: { storage, problem: 'Rename the tea.' } });
    await database.execute("UPDATE product SET name = 'Green\ttea\x1b[2J' WHERE id = 1", never);
    await database.execute('CREATE TABLE note (a INT)', never);
    await database.close();
    id = database.review?.id ?? '';
  });

  async function say(...line: readonly string[]): Promise<{ text: string; code: number }> {
    let text = '';
    const args = { ...readDbChanges(line, {}), storage };
    const code = await dbChangesCommand(args, bench.workerPath, (more) => (text += more), never);
    return { text, code };
  }

  it('lists, shows and applies what waits', async () => {
    const list = await say();
    assert.match(list.text, new RegExp(`^${id.split('-', 1)[0]}  \\d{4}-.*  ${file}  Rename the tea\\.\n$`));
    const shown = await say('show', id.slice(0, 6));
    assert.equal(
      shown.text,
      [
        'table note: created',
        '+ CREATE TABLE note (a INT)',
        '',
        'product: 0 inserted, 1 updated, 0 deleted',
        '  id | name',
        '- 1 | Tea',
        '+ 1 | Green\ttea<U+001B>[2J',
        '',
        '',
      ].join('\n'),
    );
    const applied = await say('apply', id);
    assert.equal(applied.code, 0);
    assert.match(applied.text, /^Applied to .*:\n {2}product: 0 inserted, 1 updated, 0 deleted\n/);
    assert.match(applied.text, /1 changes of tables/);
    assert.match(applied.text, /As it was before: .*backup-/);
    assert.deepEqual(await say(), { text: 'No changes wait for a decision.\n', code: 0 });
  });

  it('tells of conflicts and leaves the database alone, unless they are to be skipped', async () => {
    const other = new DatabaseSync(file);
    other.exec("UPDATE product SET name = 'Mate' WHERE id = 1");
    other.close();
    const refused = await say('apply', id);
    assert.equal(refused.code, 1);
    assert.match(refused.text, /^Nothing was applied to .*: 1 of its rows changed/);
    assert.match(
      refused.text,
      /found by the run: 1 \| Tea\n {4}left by the run: {2}1 \| Green.*\n {4}now: {14}1 \| Mate\n/,
    );
    const skipped = await say('apply', id, '--skip-conflicts');
    assert.equal(skipped.code, 0);
    assert.match(skipped.text, /Left as they are now, 1 rows/);
  });

  it('discards, and says one JSON object where programs read', async () => {
    const list = JSON.parse((await say('--json')).text) as { runs: readonly { id: string }[] };
    assert.deepEqual(
      list.runs.map((each) => each.id),
      [id],
    );
    const shown = JSON.parse((await say('show', id, '--json')).text) as { tables: readonly { rows: unknown }[] };
    assert.deepEqual(shown.tables[0]?.rows, [{ kind: 'updated', before: [1, 'Tea'], after: [1, 'Green\ttea\x1b[2J'] }]);
    assert.deepEqual(JSON.parse((await say('discard', id, '--json')).text), { id, discarded: true });
    assert.deepEqual(readdirSync(storage), []);
    const unknown = await say('discard', id, '--json');
    assert.equal(unknown.code, 2);
    assert.match(unknown.text, /"code":"cli.unknownId"/);
  });
});
