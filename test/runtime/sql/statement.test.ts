import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readStatement } from '../../../src/runtime/sql/statement';
import { DatabaseSync, sqlText } from './workbench';

/** The error a statement is refused with, or what kind of statement it is. */
function judge(sql: string): string {
  const statement = readStatement(sql);
  return statement.kind === 'refused' ? statement.error : statement.kind;
}

const syntax =
  '1064 (42000): You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version ' +
  'for the right syntax to use near ';
const denied = '1227 (42000): Access denied; you need (at least one of) the SUPER privilege(s) for this operation';

describe('A statement', () => {
  it('may end in a semicolon, or several, and a comment', () => {
    for (const end of ['', ';', ' ; ', ';;', '; -- done', '; /* done */']) assert.equal(judge(`SELECT 1${end}`), 'sql');
  });

  it('is refused when a second one follows, in the words of MySQL', () => {
    assert.equal(judge('SELECT 1; DROP TABLE t'), `${syntax}'DROP TABLE t' at line 1`);
    assert.equal(judge('SELECT 1;\n\nSELECT 2'), `${syntax}'SELECT 2' at line 3`);
    assert.equal(judge("SELECT ';' ; /* ; */ x"), `${syntax}'x' at line 1`);
    assert.equal(judge('SELECT 1 /*!; DROP TABLE t */'), `${syntax}'DROP TABLE t */' at line 1`);
  });

  it('is quoted with 80 characters at most', () => {
    assert.ok(judge(`SELECT 1; ${'😀'.repeat(100)}`).includes(`near '${'😀'.repeat(80)}' at`));
  });

  it('may hold semicolons inside strings, names, comments and a trigger', () => {
    assert.equal(judge('SELECT \'a;b\', `c;d`, "e;f", [g;h] /* ; */ -- ;'), 'sql');
    assert.equal(judge("SELECT 'it\\'s; fine'"), 'sql');
    const trigger = 'CREATE TEMP TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET a = 1; DELETE FROM u; END';
    assert.equal(judge(trigger), 'sql');
    assert.equal(judge(`${trigger};`), 'sql');
    assert.equal(judge(`${trigger}; DROP TABLE t`), `${syntax}'DROP TABLE t' at line 1`);
  });

  it('is refused when it is empty', () => {
    for (const sql of ['', ' ', ';', '-- nothing', '/* nothing */'])
      assert.equal(judge(sql), '1065 (42000): Query was empty');
  });

  it('is refused with an open quote, or a parameter that nobody binds', () => {
    assert.equal(judge("SELECT 'open"), `${syntax}''open' at line 1`);
    assert.equal(judge('SELECT * FROM t WHERE a = ? AND b = 1'), `${syntax}'? AND b = 1' at line 1`);
    assert.equal(judge('SELECT :a'), `${syntax}':a' at line 1`);
    assert.equal(judge('SELECT $a'), `${syntax}'$a' at line 1`);
  });

  it('is denied where it would leave or endanger the scratch copy', () => {
    for (const sql of [
      "ATTACH DATABASE '/etc/passwd' AS x",
      "attach 'x' as y",
      'DETACH x',
      'VACUUM',
      "VACUUM INTO '/tmp/x'",
      "/*! ATTACH 'x' AS y */",
      "EXPLAIN VACUUM INTO '/tmp/x'",
      'PRAGMA journal_mode = WAL',
      'PRAGMA writable_schema=1',
      'PRAGMA main.user_version(5)',
      'EXPLAIN PRAGMA user_version = 5',
      'EXPLAIN QUERY PLAN PRAGMA user_version = 5',
      'PRAGMA `writable_schema` = 1',
      'PRAGMA',
      'PRAGMA/**/temp_store_directory',
    ]) {
      assert.equal(judge(sql), denied, sql);
    }
  });

  it('may be a pragma that only tells', () => {
    for (const sql of [
      'PRAGMA table_info(t)',
      "pragma main.index_list('t')",
      'PRAGMA Table_List',
      'PRAGMA "foreign_key_list"(t)',
    ]) {
      assert.equal(judge(sql), 'sql', sql);
    }
  });

  it('may ask for tables and columns as one asks MySQL', () => {
    assert.equal(judge('show tables;'), 'show-tables');
    for (const sql of ['DESCRIBE t', 'desc `t`', 'SHOW COLUMNS FROM t', 'SHOW FIELDS IN [t]']) {
      assert.deepEqual(readStatement(sql), { kind: 'describe', table: 't' });
    }
    assert.equal(judge('SHOW DATABASES'), 'sql');
    assert.equal(judge('SHOW COLUMNS FROM t LIKE 1'), 'sql');
  });

  it('is known for reading only when it cannot write', () => {
    const reads = (sql: string) => {
      const statement = readStatement(sql);
      return statement.kind === 'sql' && statement.reads;
    };
    for (const sql of [
      'SELECT 1',
      'VALUES (1)',
      'WITH a AS (SELECT 1) SELECT * FROM a',
      'EXPLAIN DELETE FROM t',
      'PRAGMA table_info(t)',
    ]) {
      assert.ok(reads(sql), sql);
    }
    for (const sql of [
      'DELETE FROM t RETURNING *',
      'WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a RETURNING *',
      'WITH a(x) AS (VALUES (1)) UPDATE t SET b = 1',
      'REPLACE INTO t VALUES (1)',
      'BEGIN',
    ]) {
      assert.ok(!reads(sql), sql);
    }
  });

  it('that is accepted is one statement to SQLite too, to its last character', () => {
    const database = new DatabaseSync(':memory:');
    fc.assert(
      fc.property(
        fc.oneof(
          sqlText,
          sqlText.map((text) => `SELECT 1 ${text}`),
        ),
        (sql) => {
          const statement = readStatement(sql);
          if (statement.kind !== 'sql') return;
          let compiled: string | undefined;
          try {
            compiled = database.prepare(statement.text).sourceSQL;
          } catch {
            return;
          }
          assert.equal(compiled, statement.text);
        },
      ),
      { numRuns: 3000 },
    );
    database.close();
  });
});
