import { translateStatement } from '../src/runtime/sql/dialect/translateStatement';
import { openNodeSqlite } from '../src/runtime/sql/nodeSqlite';
import { openScratch } from '../src/runtime/sql/openScratch';
import { openSession } from '../src/runtime/sql/scratchDatabase';

const rounds = 400;
const scannedRows = 1_000_000;

/** Statements as the model writes them. */
const statements = [
  "SELECT name FROM person WHERE city = 'Ulm' AND age > 30 ORDER BY name LIMIT 5",
  'SELECT p.name, COUNT(*), AVG(o.price) FROM person p JOIN purchase o ON o.person = p.id GROUP BY p.id HAVING COUNT(*) > 2',
  "UPDATE purchase SET price = price * 1.1 WHERE day BETWEEN '2020-01-01' AND '2020-12-31'",
  "INSERT INTO person (name, city, age) VALUES ('Ann', 'Ulm', 30), ('Bob', 'Bonn', 41)",
];

interface DialectCost {
  /** Reading and translating a statement, its tables looked up; the median of all of them. */
  readonly translationMs: number;
  /** A column of text compared with a literal by MySQL's collation, a million rows; and as SQLite compares it. */
  readonly scanMs: number;
  readonly nativeScanMs: number;
}

export function dialectCost(): DialectCost {
  const database = openScratch(openNodeSqlite(), ':memory:', 1e9);
  const session = openSession(database, 'mysql');
  try {
    database.exec(`
      CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, city VARCHAR(40), age INT);
      CREATE TABLE purchase (id INTEGER PRIMARY KEY, person INT, price DECIMAL(10,2), day DATE);
      INSERT INTO person (name, city) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${scannedRows})
        SELECT 'Name ' || i, 'City ' || i % 1000 FROM n`);
    const spent: number[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const sql of statements) {
        const begun = performance.now();
        translateStatement(sql, database);
        spent.push(performance.now() - begun);
      }
    }
    const scan = timed(() => session.execute("SELECT COUNT(*) FROM person WHERE city = 'CITY 7'").output);
    const native = "SELECT count(*) FROM person WHERE city = 'CITY 7' COLLATE NOCASE";
    const nativeScan = timed(() => String(database.prepare(native).all().length));
    spent.sort((a, b) => a - b);
    return { translationMs: spent[Math.floor(spent.length / 2)] ?? NaN, scanMs: scan, nativeScanMs: nativeScan };
  } finally {
    database.close();
  }
}

function timed(work: () => string): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}
