import assert from 'node:assert/strict';
import { openDialect } from './bothEngines';

describe("A session in MySQL's dialect", () => {
  let dialect: ReturnType<typeof openDialect>;
  const run = (sql: string): string => dialect.execute(sql).output;
  const all = (...statements: readonly string[]): string[] => statements.map(run);

  beforeEach(() => {
    dialect = openDialect();
    dialect.database.exec(`
      CREATE TABLE city (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL UNIQUE, area REAL DEFAULT 1.5, founded DATETIME,
        price NUMERIC, code ANY);
      INSERT INTO city VALUES (1, 'Ulm', 118.7, '2020-01-05', 12.5, 1), (2, 'Bonn', 141, '2020-01-05 00:00:00', 3, 'x');
      CREATE TABLE river (city INTEGER REFERENCES city (id) ON DELETE CASCADE, name TEXT COLLATE NOCASE, PRIMARY KEY (city, name));
      INSERT INTO river VALUES (1, 'Donau');
      CREATE INDEX by_area ON city (area);
      CREATE TRIGGER renamed AFTER UPDATE OF name ON city BEGIN UPDATE city SET area = 0 WHERE id = new.id; END;
    `);
  });
  afterEach(() => dialect.database.close());

  describe('with a file that SQLite made', () => {
    it('takes values as they are where a declaration says more than it holds them to', () => {
      assert.equal(run('SELECT price, code FROM city'), "[(12.5, 1), (3, 'x')]");
      assert.equal(run("SELECT name FROM city WHERE code = 1 OR code = 'X'"), "[('Ulm',), ('Bonn',)]");
    });

    it('finds a day in a column of moments whether or not the time was written', () => {
      assert.equal(run("SELECT name FROM city WHERE founded = '2020-01-05'"), "[('Ulm',), ('Bonn',)]");
      assert.equal(run("SELECT name FROM city WHERE founded > '2020-01-05'"), '[]');
      assert.match(
        run('SELECT founded FROM city'),
        /datetime\.datetime\(2020, 1, 5, 0, 0\).*datetime\.datetime\(2020, 1, 5, 0, 0\)/,
      );
    });

    it('shows dates of another form as the text they are', () => {
      assert.equal(run("INSERT INTO city (id, name, founded) VALUES (3, 'Rom', '14 February 1917')"), '[]');
      assert.equal(run('SELECT founded FROM city WHERE id = 3'), "[('14 February 1917',)]");
    });

    it("knows SQLite's own tables, pragmas, functions and full-text search", () => {
      assert.equal(run("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"), "[('by_area',)]");
      assert.match(run('PRAGMA table_info(city)'), /^\[\(0, 'id', 'INTEGER'/);
      assert.equal(
        run("SELECT strftime('%Y', '2020-05-06'), iif(1, 'a', 'b'), typeof(1)"),
        "[('2020', 'a', 'integer')]",
      );
      run('CREATE VIRTUAL TABLE page USING fts5(body)');
      run("INSERT INTO page (body) VALUES ('to be or not')");
      assert.equal(run("SELECT body FROM page WHERE page MATCH 'not'"), "[('to be or not',)]");
      assert.equal(run('SELECT rowid FROM page'), '[(1,)]');
    });

    it('describes it in types of MySQL', () => {
      assert.equal(
        run('DESCRIBE river'),
        "[('city', 'int', 'NO', 'PRI', None, ''), ('name', 'text', 'NO', 'PRI', None, '')]",
      );
      assert.match(run('SHOW CREATE TABLE city'), /`id` int NOT NULL AUTO_INCREMENT/);
    });
  });

  describe('makes a table anew where SQLite has no other way, and', () => {
    it('keeps the numbers of its rows, its indexes, triggers and who refers to it', () => {
      run('DELETE FROM city WHERE id = 2');
      run("INSERT INTO city (id, name) VALUES (7, 'Köln')");
      assert.equal(
        run('ALTER TABLE city MODIFY area DECIMAL(8,1) NOT NULL, ADD COLUMN mayor VARCHAR(10) AFTER id'),
        '[]',
      );
      assert.equal(
        run('SELECT rowid, id, mayor, area FROM city'),
        "[(1, 1, None, Decimal('118.7')), (7, 7, None, Decimal('1.5'))]",
      );
      assert.match(run('SHOW INDEX FROM city'), /'by_area'/);
      run("UPDATE city SET name = 'Ulm/Donau' WHERE id = 1");
      assert.equal(run('SELECT area FROM city WHERE id = 1'), "[(Decimal('0.0'),)]", 'the trigger fires');
      assert.equal(run('SELECT COUNT(*) FROM river'), '[(1,)]', 'nothing was deleted on the way');
      assert.match(run("INSERT INTO river VALUES (99, 'x')"), /^1452/);
      run('DELETE FROM city WHERE id = 1');
      assert.equal(run('SELECT COUNT(*) FROM river'), '[(0,)]');
    });

    it('adds conditions and formulas over columns that are there', () => {
      assert.equal(
        run('ALTER TABLE city ADD CHECK (area < 1000), ADD COLUMN double_area DOUBLE AS (area * 2) VIRTUAL'),
        '[]',
      );
      assert.equal(run('SELECT double_area FROM city WHERE id = 1'), '[(237.4,)]');
      assert.equal(run('UPDATE city SET area = 5000'), "3819 (HY000): Check constraint 'city_chk_1' is violated.");
    });

    it('leaves everything as it was when a row does not fit', () => {
      const before = run('SHOW CREATE TABLE city');
      assert.equal(
        run('ALTER TABLE city ADD COLUMN extra INT, MODIFY name INT'),
        "1366 (HY000): Incorrect integer value: 'Ulm' for column 'name' at row 1",
      );
      assert.equal(run('SHOW CREATE TABLE city'), before);
      assert.equal(dialect.database.isTransaction, false);
      assert.match(run("INSERT INTO river VALUES (99, 'x')"), /^1452/, 'foreign keys are looked after again');
    });
  });

  it('keeps conditions and simple views free of functions that other programs lack', () => {
    assert.match(run("CREATE TABLE guarded (a VARCHAR(5) CHECK (a <> 'x' AND a LIKE '_%'))"), /^\[\]$/);
    assert.match(
      run("INSERT INTO guarded VALUES ('X')"),
      /^3819 \(HY000\): Check constraint 'guarded_chk_1' is violated\./,
    );
    run("CREATE VIEW southern AS SELECT name FROM city WHERE name = 'ulm' OR name LIKE 'M%' ORDER BY name");
    const kept = dialect.database
      .prepare("SELECT group_concat(sql) AS sql FROM sqlite_schema WHERE name IN ('guarded', 'southern')")
      .get();
    assert.doesNotMatch(String(kept?.['sql']), /mysql_/);
    assert.equal(run('SELECT * FROM southern'), "[('Ulm',)]");
  });

  it('ends a transaction before it defines something, as MySQL does', () => {
    all('START TRANSACTION', "INSERT INTO city (name) VALUES ('Rom')", 'CREATE TABLE t (a INT)', 'ROLLBACK');
    assert.equal(run('SELECT COUNT(*) FROM city'), '[(3,)]');
    assert.deepEqual(all('COMMIT', 'ROLLBACK', 'BEGIN', 'BEGIN', 'ROLLBACK'), ['[]', '[]', '[]', '[]', '[]']);
  });

  it('changes several tables at once, or none of them', () => {
    run("INSERT INTO city (id, name) VALUES (3, 'Rom')");
    const failing = "UPDATE city c JOIN river r ON c.id = r.city SET r.name = 'Rhein', c.name = 'Bonn'";
    assert.match(run(failing), /^1062/);
    assert.equal(run('SELECT name FROM river'), "[('Donau',)]");
    assert.equal(run('SELECT COUNT(*) FROM sqlite_schema'), '[(6,)]');
  });

  it('refuses what leaves or endangers the copy', () => {
    for (const sql of [
      "ATTACH '/tmp/x' AS y",
      'VACUUM',
      'PRAGMA foreign_keys = OFF',
      'PRAGMA writable_schema = 1',
      "SELECT load_extension('x')",
      "SELECT * INTO OUTFILE '/tmp/x' FROM city",
      "LOAD DATA INFILE '/etc/passwd' INTO TABLE city",
      "SELECT LOAD_FILE('/etc/passwd')",
      "SELECT readfile('/etc/passwd')",
      "SELECT mysql_assign('@x', 1)",
      'GRANT ALL ON *.* TO root',
      'CREATE DATABASE other',
      'DROP DATABASE main',
      'CALL something()',
      'SELECT 1; DROP TABLE city',
      "SELECT 'a\\'; DROP TABLE city; -- '; DROP TABLE river",
      '/*!50000 DROP DATABASE main */',
      "INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 0, 'x')",
    ]) {
      assert.match(run(sql), /^\d{4} \(\w{5}\): /, sql);
    }
    assert.equal(run('SHOW TABLES'), "[('city',), ('river',)]");
  });

  it('words what is nested too deeply, or too long, as an error', () => {
    assert.match(run(`SELECT ${'('.repeat(500)}1${')'.repeat(500)}`), /^1436/);
    assert.match(run(`SELECT 1${' + 1'.repeat(20_000)}`), /^1436/);
    assert.match(run(`SELECT ${'NOT '.repeat(3000)}1`), /^1436/);
    assert.match(run(`SELECT * FROM ${'('.repeat(300)}city${')'.repeat(300)}`), /^1436/);
    assert.match(run(`SELECT REPEAT('x', 1000000000)`), /^1301/);
    assert.equal(run(`SELECT ${Array.from({ length: 500 }, () => '1').join(' + ')}`), '[(500,)]');
  });

  it('knows no table, variable or unit by a name that only JavaScript knows', () => {
    for (const sql of [
      'SELECT * FROM information_schema.constructor',
      'SELECT @@constructor',
      'SELECT constructor()',
      "SELECT TIMESTAMPDIFF(constructor, '2020-01-01', '2020-01-02')",
    ]) {
      assert.match(run(sql), /^\d{4} \(\w{5}\): /, sql);
    }
    assert.equal(run('SELECT @constructor, @__proto__'), '[(None, None)]');
  });

  it('keeps variables of the session', () => {
    all('SET @a = 2, @b := @a + 1');
    assert.equal(run('SELECT @a, @b, @c'), '[(2, 3, None)]');
    assert.equal(run('SELECT @n := @a * 10'), '[(20,)]');
    assert.equal(run('SELECT @n'), '[(20,)]');
  });

  it('gives the user a grid with the digits of decimals, under the names MySQL would give', () => {
    const { result } = dialect.execute(
      'SELECT id AS number, COUNT(*), AVG(area), MAX(founded) FROM city GROUP BY id LIMIT 1',
    );
    assert.deepEqual(result?.columns, [
      { name: 'number', kind: 'integer' },
      { name: 'COUNT(*)', kind: 'integer' },
      { name: 'AVG(area)', kind: 'real' },
      { name: 'MAX(founded)', kind: 'datetime' },
    ]);
    const sums = dialect.execute('SELECT SUM(id), 1 / 3 FROM city').result;
    assert.deepEqual(
      sums?.columns.map(({ kind }) => kind),
      ['decimal', 'decimal'],
    );
    assert.deepEqual(sums?.rows, [['3', '0.3333']]);
  });
});
