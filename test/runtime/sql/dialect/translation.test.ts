import assert from 'node:assert/strict';
import fc from 'fast-check';
import { translateStatement } from '../../../../src/runtime/sql/dialect/translateStatement';
import { MysqlError } from '../../../../src/runtime/sql/mysqlErrors';
import { pythonLiteral } from '../../../../src/runtime/sql/pythonLiteral';
import { sqlText } from '../workbench';
import { openDialect } from './bothEngines';
import { groups, setUp } from './statements';

describe('The translation from MySQL', () => {
  let dialect: ReturnType<typeof openDialect>;

  before(() => {
    dialect = openDialect();
    for (const sql of setUp) dialect.execute(sql);
  });
  after(() => dialect.database.close());

  /** The statements for SQLite; none where MySQL would refuse. */
  function steps(sql: string): string[] {
    try {
      const plan = translateStatement(sql, dialect.database);
      return plan.kind === 'statements' ? [...plan.steps] : [];
    } catch (error) {
      assert.ok(error instanceof MysqlError, `${sql}: ${error instanceof Error ? error.stack : String(error)}`);
      assert.match(error.message, /^\d{4} \(\w{5}\): /);
      return [];
    }
  }

  const known = groups.flatMap(({ statements }) => statements);
  /** Statements with words put in, left out and doubled. */
  const nearlyRight = fc
    .tuple(
      fc.constantFrom(...known),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.constantFrom(...known)), { minLength: 1, maxLength: 4 }),
    )
    .map(([sql, edits]) => {
      const words = sql.split(/\b/);
      for (const [place, count, other] of edits) {
        const source = other.split(/\b/);
        const at = place % words.length;
        words.splice(at, count, ...source.slice(place % source.length, (place % source.length) + count));
      }
      return words.join('');
    });

  it('refuses in words of MySQL or gives statements, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(sqlText, nearlyRight, fc.string({ unit: 'binary' })), (sql) => void steps(sql)),
      { numRuns: 4000 },
    );
  });

  it('never makes two statements of one', () => {
    fc.assert(
      fc.property(fc.oneof(sqlText, nearlyRight, fc.constantFrom(...known)), (sql) => {
        for (const step of steps(sql)) {
          const bare = step.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, 'x');
          assert.doesNotMatch(bare, /;|--|\/\*|['"]/, step);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('gives SQLite nothing that it cannot read', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyRight, fc.constantFrom(...known)), (sql) => {
        const made = steps(sql);
        if (made.length !== 1) return;
        try {
          dialect.database.prepare(made[0] ?? '');
        } catch (error) {
          assert.doesNotMatch(String(error), /syntax error|incomplete input|unrecognized token/, `${sql}\n${made[0]}`);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('changes nothing, and says the same each time', () => {
    const changes = () =>
      dialect.database.prepare('SELECT total_changes() AS n, (SELECT COUNT(*) FROM sqlite_schema) AS made').get();
    const before = changes();
    for (const sql of known) assert.deepEqual(steps(sql), steps(sql), sql);
    assert.deepEqual(changes(), before);
  });

  it('runs whatever it made to rows or to an error of MySQL', () => {
    dialect.database.exec('BEGIN');
    fc.assert(
      fc.property(nearlyRight, (sql) => {
        const { output } = dialect.execute(sql);
        assert.match(output, /^\[|^\d{4} \(\w{5}\): /, sql);
      }),
      { numRuns: 1500 },
    );
  });

  it('keeps every text as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const literal = `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`;
        assert.equal(dialect.execute(`SELECT ${literal}`).output, `[(${pythonLiteral(text)},)]`);
      }),
    );
  });

  it('keeps every integer of 64 bits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        assert.equal(dialect.execute(`SELECT ${value}`).output, `[(${value},)]`);
      }),
    );
  });
});
