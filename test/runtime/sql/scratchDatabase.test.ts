import assert from 'node:assert/strict';
import type { DatabaseSync as Database } from 'node:sqlite';
import { openNodeSqlite } from '../../../src/runtime/sql/nodeSqlite';
import { openScratch } from '../../../src/runtime/sql/openScratch';
import { openSession, type Session } from '../../../src/runtime/sql/scratchDatabase';

describe("A session in SQLite's dialect", () => {
  let database: Database;
  let session: Session;
  const run = (sql: string) => session.execute(sql).output;

  beforeEach(() => {
    database = openScratch(openNodeSqlite(), ':memory:', 1e9);
    session = openSession(database, 'sqlite');
    database.exec(`
      CREATE TABLE city (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL UNIQUE, area REAL DEFAULT 1.5,
        note TEXT DEFAULT 'x', CHECK (area > 0));
      INSERT INTO city (id, name, area) VALUES (1, 'Ulm', 118.7), (2, 'Bonn', 141.0);
      CREATE TABLE river (city INTEGER REFERENCES city (id), name TEXT, PRIMARY KEY (city, name));
      INSERT INTO river VALUES (1, 'Donau');
    `);
  });
  afterEach(() => database.close());

  it('runs a statement that fails at one of its rows once, and no further', () => {
    const failing = "SELECT json_extract(a, '$') FROM (SELECT '1' AS a UNION ALL SELECT '2' UNION ALL SELECT '{')";
    assert.deepEqual(session.execute(failing), { output: '1105 (HY000): malformed JSON', omittedBytes: 0 });
    assert.match(run("INSERT INTO city (id, name) VALUES (9, 'Ulm') RETURNING id"), /^1062/);
    assert.equal(run('SELECT count(*) FROM city'), '[(2,)]');
  });

  it('prints rows as a list of tuples, and nothing but [] for a statement without rows', () => {
    assert.equal(run('SELECT * FROM `city`'), "[(1, 'Ulm', 118.7, 'x'), (2, 'Bonn', 141.0, 'x')]");
    assert.equal(run('SELECT COUNT(*) FROM city;'), '[(2,)]');
    assert.equal(run("SELECT name FROM city WHERE name = 'Rom'"), '[]');
    assert.equal(run("UPDATE city SET note = NULL WHERE name = 'Ulm'"), '[]');
    assert.equal(run('SELECT note FROM city'), "[(None,), ('x',)]");
    assert.equal(run('CREATE TABLE t (a)'), '[]');
  });

  it('keeps integers of 64 bits exact, columns of the same name apart, and blobs bytes', () => {
    assert.equal(
      run('SELECT 9223372036854775807, -9223372036854775808, 9007199254740993'),
      '[(9223372036854775807, -9223372036854775808, 9007199254740993)]',
    );
    assert.equal(run('SELECT a.id, b.id FROM city AS a, city AS b WHERE a.id < b.id'), '[(1, 2)]');
    assert.equal(run("SELECT x'00ff27', 1e999, 1e16"), `[(b"\\x00\\xff'", inf, 1e+16)]`);
  });

  it('reads a text in double quotes as a string unless it names a column', () => {
    assert.equal(run('SELECT id FROM city WHERE name = "Ulm"'), '[(1,)]');
    assert.equal(run('SELECT "name", "Rom" FROM city ORDER BY id LIMIT 1'), "[('Ulm', 'Rom')]");
    assert.equal(run('INSERT INTO city (name) VALUES ("O\\"Hara")'), '[]');
    assert.equal(run("SELECT name FROM city WHERE name = 'O\"Hara'"), `[('O"Hara',)]`);
  });

  it('lists tables and describes them as MySQL does', () => {
    assert.equal(run('SHOW TABLES'), "[('city',), ('river',)]");
    assert.equal(
      run('DESCRIBE city'),
      "[('id', 'integer', 'NO', 'PRI', None, ''), ('name', 'varchar(20)', 'NO', '', None, ''), " +
        "('area', 'real', 'YES', '', '1.5', ''), ('note', 'text', 'YES', '', 'x', '')]",
    );
    assert.equal(run('SHOW COLUMNS FROM `city`'), run('DESC city'));
    assert.equal(run('DESCRIBE lake'), "1146 (42S02): Table 'main.lake' doesn't exist");
  });

  it('leaves the tables behind a full-text index out of the list', () => {
    run('CREATE VIRTUAL TABLE page USING fts5(body)');
    run("INSERT INTO page VALUES ('to be or not')");
    assert.equal(run("SELECT body FROM page WHERE page MATCH 'not'"), "[('to be or not',)]");
    assert.equal(run('SHOW TABLES'), "[('city',), ('page',), ('river',)]");
  });

  const errors: readonly (readonly [string, string])[] = [
    ['SELECT * FROM lake', "1146 (42S02): Table 'main.lake' doesn't exist"],
    ['SELECT * FROM shop.lake', "1146 (42S02): Table 'shop.lake' doesn't exist"],
    ['DROP TABLE lake', "1051 (42S02): Unknown table 'main.lake'"],
    ['SELECT First_Name FROM city', "1054 (42S22): Unknown column 'First_Name' in 'field list'"],
    ['SELECT c.mayor FROM city AS c', "1054 (42S22): Unknown column 'c.mayor' in 'field list'"],
    ['UPDATE city SET mayor = 1', "1054 (42S22): Unknown column 'mayor' in 'field list'"],
    ['INSERT INTO city (mayor) VALUES (1)', "1054 (42S22): Unknown column 'mayor' in 'field list'"],
    ['SELECT name FROM city, river', "1052 (23000): Column 'name' in field list is ambiguous"],
    ["INSERT INTO city VALUES (1, 'Rom', 1, '')", "1062 (23000): Duplicate entry for key 'city.PRIMARY'"],
    ["INSERT INTO city (name) VALUES ('Ulm')", "1062 (23000): Duplicate entry for key 'city.name'"],
    ["INSERT INTO river VALUES (1, 'Donau')", "1062 (23000): Duplicate entry for key 'river.PRIMARY'"],
    ['INSERT INTO city (name) VALUES (NULL)', "1048 (23000): Column 'name' cannot be null"],
    [
      "INSERT INTO river VALUES (9, 'Rhein')",
      '1452 (23000): Cannot add or update a child row: a foreign key constraint fails',
    ],
    [
      'DELETE FROM city WHERE id = 1',
      '1451 (23000): Cannot delete or update a parent row: a foreign key constraint fails',
    ],
    ['UPDATE city SET area = -1', "3819 (HY000): Check constraint 'area > 0' is violated."],
    ['CREATE TABLE city (a)', "1050 (42S01): Table 'city' already exists"],
    ['CREATE TABLE t (a, A)', "1060 (42S21): Duplicate column name 'A'"],
    ['INSERT INTO river VALUES (1)', "1136 (21S01): Column count doesn't match value count at row 1"],
    ['INSERT INTO river (city) VALUES (1, 2)', "1136 (21S01): Column count doesn't match value count at row 1"],
    ['SELECT 1 UNION SELECT 1, 2', '1222 (21000): The used SELECT statements have a different number of columns'],
    ['SELECT (SELECT 1, 2)', '1241 (21000): Operand should contain 1 column(s)'],
    ['SELECT SUM(COUNT(*)) FROM city', '1111 (HY000): Invalid use of group function'],
    ['SELECT DATE_FORMAT(1)', '1305 (42000): FUNCTION main.DATE_FORMAT does not exist'],
    ['SELECT LENGTH(1, 2)', "1582 (42000): Incorrect parameter count in the call to native function 'LENGTH'"],
    ["SELECT json('{')", '1105 (HY000): malformed JSON'],
  ];
  for (const [sql, words] of errors)
    it(`words the failure of ${sql} as MySQL does`, () => assert.equal(run(sql), words));

  const near = (text: string) =>
    '1064 (42000): You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version ' +
    `for the right syntax to use near '${text}' at line 1`;

  it('quotes a syntax error from the very token on, not from its first namesake', () => {
    assert.equal(run('SELEC name FROM city'), near('SELEC name FROM city'));
    assert.equal(run('UPDATE city SET name = 1 WHERE `id` `id` > 100'), near('`id` > 100'));
    assert.equal(run('SELECT 1 FROM city WHERE 1 = 1 1 = 1'), near('1 = 1'));
    assert.equal(run('SELECT name /* FRM */ FROM city WHERE name FRM 3'), near('FRM 3'));
    assert.equal(run('SELECT * FROM city WHERE'), near(''));
    assert.equal(run('SELECT {1}'), near('{1}'));
    assert.equal(run('SHOW DATABASES'), near('SHOW DATABASES'));
  });

  it('runs a changing statement to its end, however little of its rows is shown', () => {
    run('CREATE TABLE big (i)');
    const hundredThousand = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000)';
    const inserted = session.execute(`INSERT INTO big ${hundredThousand} SELECT i FROM n RETURNING i`);
    assert.equal(inserted.output.length, 64 * 1024);
    assert.ok(inserted.omittedBytes > 500_000);
    assert.equal(run('SELECT count(*) FROM big'), '[(100000,)]');
  });

  it('stops a reading statement where no more of it can be shown', () => {
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';
    const { output, omittedBytes } = session.execute(endless);
    assert.equal(output.length, 64 * 1024);
    assert.ok(omittedBytes > 0);
    assert.equal(run('DROP TABLE river'), '[]', 'nothing is locked by what was not read');
  });

  it('has no function that reaches files, and opens no other database', () => {
    const denied = '1227 (42000): Access denied; you need (at least one of) the SUPER privilege(s) for this operation';
    assert.equal(run("SELECT load_extension('/tmp/evil')"), denied);
    assert.match(run("SELECT `LOAD_EXTENSION`('/tmp/evil', 'init')"), /^1227/);
    for (const call of ["readfile('/etc/passwd')", "writefile('/tmp/x', 'y')", "edit('x')"]) {
      assert.match(run(`SELECT ${call}`), /^1305 \(42000\): FUNCTION main\.\w+ does not exist$/);
    }
    assert.match(run("SELECT fts3_tokenizer('x', x'0000000000000000')"), /^1227|^1105 .*disabled/);
    for (const sql of [
      "ATTACH '/tmp/agentlm-attached' AS other",
      "CREATE VIRTUAL TABLE c USING csv(filename = '/etc/passwd')",
      "SELECT * FROM fsdir('/')",
      "INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 0, 'x')",
      'SELECT * FROM sqlite_dbpage',
    ]) {
      assert.match(run(sql), /^\d{4} \(\w{5}\): /, sql);
    }
  });

  it('lets a transaction of the model span statements', () => {
    run('BEGIN');
    assert.ok(database.isTransaction);
    run('DELETE FROM river');
    run('ROLLBACK');
    assert.equal(run('SELECT count(*) FROM river'), '[(1,)]');
  });

  it('prints text that is not UTF-8 with replacement characters', () => {
    assert.equal(run("SELECT CAST(x'ff41' AS TEXT)"), "[('\ufffdA',)]");
  });
});
