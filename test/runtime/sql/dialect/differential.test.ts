import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { requireMariadb, startMariadb, type MariadbServer } from '../../../mariadb';
import { comparable, openDialect, openMain, printed } from './bothEngines';
import { differences, groups, setUp } from './statements';

const page = 'docs/sql-dialect.md';
const begin = '<!-- differences: written by test/runtime/sql/dialect/differential.test.ts -->';
const end = '<!-- /differences -->';

describe('MySQL on SQLite, beside a MariaDB server', function () {
  this.timeout(60_000);
  let server: MariadbServer;
  const told: { readonly sql: string; readonly ours: string; readonly theirs: string }[] = [];

  before(async function () {
    requireMariadb(this);
    server = await startMariadb();
    const mariadb = await openMain(server);
    const dialect = openDialect();
    const both = async (sql: string): Promise<void> => {
      told.push({
        sql,
        ours: comparable(dialect.execute(sql).output),
        theirs: comparable(await printed(mariadb, sql)),
      });
    };
    for (const sql of setUp) await both(sql);
    for (const { statements } of groups) for (const sql of statements) await both(sql);
    dialect.database.close();
  });
  after(() => server?.stop());

  it('begins with the same tables', () => {
    for (const { sql, ours, theirs } of told.slice(0, setUp.length)) assert.deepEqual([sql, ours], [sql, theirs]);
  });

  for (const { title, statements } of groups) {
    it(`gives the same rows and the same errors: ${title}, ${statements.length} statements`, () => {
      const wanted = new Set(statements.filter((sql) => !differences.has(sql)));
      const wrong = told.filter(({ sql, ours, theirs }) => wanted.has(sql) && ours !== theirs);
      assert.deepEqual(wrong, []);
    });
  }

  it('differs just where docs/sql-dialect.md says', () => {
    const differing = told.filter(({ sql }) => differences.has(sql));
    assert.deepEqual(
      differing.filter(({ ours, theirs }) => ours === theirs).map(({ sql }) => sql),
      [],
      'these do not differ any more',
    );
    assert.equal(new Set(differing.map(({ sql }) => sql)).size, differences.size);
    const reasons = [...new Set(differences.values())].flatMap((reason) => [
      `- ${reason}`,
      ...differing
        .filter(({ sql }) => differences.get(sql) === reason)
        .map(({ sql, ours, theirs }) => `  - ${code(sql)}: here ${code(ours)}, there ${code(theirs)}`),
    ]);
    const same = told.length - differing.length;
    const counts = `Of ${told.length} statements, ${same} give the same on MariaDB 10.11, row by row. The others:`;
    const list = [counts, '', ...reasons].join('\n');
    const text = readFileSync(page, 'utf8');
    const [head = '', rest = ''] = text.split(begin);
    const [, tail = ''] = rest.split(end);
    const fresh = `${head}${begin}\n\n${list}\n\n${end}${tail}`;
    if (process.env['AGENTLM_WRITE_DOCS']) writeFileSync(page, fresh);
    assert.equal(readFileSync(page, 'utf8'), fresh, 'AGENTLM_WRITE_DOCS=1 npm test -- unit writes the page');
  });
});

/** Code in Markdown, shortened in its middle. */
function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').replaceAll('`', "'");
  return `\`${line.length > 120 ? `${line.slice(0, 60)} … ${line.slice(-50)}` : line}\``;
}
