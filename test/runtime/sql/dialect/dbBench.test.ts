import assert from 'node:assert/strict';
import path from 'node:path';
import type { Context } from 'mocha';
import type { Connection } from 'mysql2/promise';
import { requireMariadb, startMariadb, type MariadbServer } from '../../../mariadb';
import { agentInstructLines, sharedText } from '../../../sharedData';
import { workbench } from '../workbench';
import { comparable, openDialect, openMain, printed } from './bothEngines';

/** A task of AgentBench's database suite, as far as it is needed here. */
interface Task {
  readonly type: readonly string[];
  readonly label: readonly string[];
  readonly answer_md5?: string;
  readonly sql?: { readonly query: string };
  readonly table: {
    readonly table_name: string;
    readonly table_info: {
      readonly columns: readonly { readonly name: string }[];
      readonly rows: readonly (readonly (string | number)[])[];
    };
  };
}

function tasks(test: Context): Task[] {
  return sharedText(test, 'agentbench/db/dev.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Task);
}

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
const text = (value: string | number): string => `'${String(value).replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** A column without a name cannot be made; no statement of the suite asks for it. */
function columnNames({ table }: Task): string[] {
  return table.table_info.columns.map(({ name }, index) => (name === '' ? `column_${index + 1}` : name));
}

/** The suite makes every column TEXT, whatever the task calls it. */
function setUp(task: Task): string[] {
  const table = quoted(task.table.table_name);
  const columns = columnNames(task).map((name) => `${quoted(name)} TEXT`);
  const rows = task.table.table_info.rows.map((row) => `(${row.map(text).join(', ')})`);
  return [`CREATE TABLE ${table} (${columns.join(', ')})`, `INSERT INTO ${table} VALUES ${rows.join(', ')}`];
}

/** What the suite compares a changed table by. */
function hashOf(task: Task): string {
  const columns = columnNames(task).map(quoted).join(', ');
  return (
    'SELECT md5(group_concat(rowhash ORDER BY rowhash)) AS hash FROM ' +
    `(SELECT substring(md5(concat_ws(',', ${columns})), 1, 5) AS rowhash FROM ${quoted(task.table.table_name)}) AS sub`
  );
}

describe('The tasks of AgentBench', function () {
  this.timeout(120_000);
  const bench = workbench();
  let server: MariadbServer;
  let mariadb: Connection;

  before(async function () {
    sharedText(this, 'agentbench/db/dev.jsonl');
    requireMariadb(this);
    server = await startMariadb();
  });
  after(() => server?.stop());
  beforeEach(async () => {
    mariadb = await openMain(server);
  });
  afterEach(() => mariadb.end());

  it('are all set up, by the same statements on both engines', async function () {
    const all = tasks(this);
    assert.equal(all.length, 60);
    for (const [index, task] of all.entries()) {
      mariadb = index === 0 ? mariadb : (await mariadb.end(), await openMain(server));
      const dialect = openDialect();
      const count = `SELECT COUNT(*) FROM ${quoted(task.table.table_name)}`;
      for (const sql of setUp(task)) {
        assert.equal(dialect.execute(sql).output, '[]', sql);
        assert.equal(await printed(mariadb, sql), '[]', sql);
      }
      assert.equal(dialect.execute(count).output, `[(${task.table.table_info.rows.length},)]`);
      assert.equal(dialect.execute(hashOf(task)).output, await printed(mariadb, hashOf(task)), task.table.table_name);
      dialect.database.close();
    }
  });

  it('that change a table leave it as the suite wants it, through the sandbox and on MariaDB', async function () {
    const changing = tasks(this).filter(({ answer_md5: hash }) => hash !== undefined);
    assert.equal(changing.length, 40);
    for (const [index, task] of changing.entries()) {
      const [statement = ''] = task.label;
      const file = path.join(bench.folder, `task${index}.db`);
      const seed = openDialect(file);
      for (const sql of setUp(task)) seed.execute(sql);
      seed.database.close();
      const sandbox = await bench.open(file, { dialect: 'mysql' });
      assert.equal(await bench.run(sandbox, statement), '[]', statement);
      assert.equal(await bench.run(sandbox, hashOf(task)), task.answer_md5, statement);
      await sandbox.close();
      await mariadb.end();
      mariadb = await openMain(server);
      for (const sql of [...setUp(task), statement]) assert.equal(await printed(mariadb, sql), '[]', sql);
      assert.equal(await printed(mariadb, hashOf(task)), task.answer_md5, statement);
    }
  });

  it('that ask of a table are answered with the same rows, wherever MariaDB takes the statement', async function () {
    const asking = tasks(this).filter(({ sql }) => sql !== undefined);
    let accepted = 0;
    for (const task of asking) {
      const query = task.sql?.query ?? '';
      await mariadb.end();
      mariadb = await openMain(server);
      const dialect = openDialect();
      for (const sql of setUp(task)) {
        dialect.execute(sql);
        await printed(mariadb, sql);
      }
      const [ours, theirs] = [dialect.execute(query).output, await printed(mariadb, query)];
      dialect.database.close();
      if (theirs.startsWith('[')) accepted += 1;
      assert.equal(comparable(ours), comparable(theirs), query);
    }
    assert.ok(accepted > 5, `${accepted} of ${asking.length} were accepted`);
  });
});

describe('The statements of AgentInstruct', () => {
  it('are all read and translated, or refused in words of MySQL', function () {
    const statements = agentInstructLines(this).flatMap((line) => {
      const { conversations } = JSON.parse(line) as { conversations: { from: string; value: string }[] };
      return conversations.flatMap(({ from, value }) => {
        const [, sql] = /```sql\n([^]*?)\n?```/.exec(value) ?? [];
        return from === 'gpt' && sql !== undefined ? [sql] : [];
      });
    });
    assert.ok(statements.length > 200);
    const dialect = openDialect();
    for (const sql of statements) {
      const { output } = dialect.execute(sql);
      assert.match(output, /^\[|^\d{4} \(\w{5}\): /, sql);
      assert.doesNotMatch(output, /^1105/, sql);
    }
    dialect.database.close();
  });
});
