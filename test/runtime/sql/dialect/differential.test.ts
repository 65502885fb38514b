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
  const told = new Map<string, readonly Told[]>();

  before(async function () {
    requireMariadb(this);
    const server = await startMariadb();
    try {
      for (const { title, statements } of groups) told.set(title, await tell(server, statements));
    } finally {
      await server.stop();
    }
  });

  for (const { title, statements } of groups) {
    it(`gives the same rows and the same errors: ${title}, ${statements.length} statements`, () => {
      const wrong = told.get(title)?.filter(({ sql, ours, theirs }) => ours !== theirs && !differences.has(sql));
      assert.deepEqual(wrong, []);
    });
  }

  it('differs just where docs/sql-dialect.md says', () => {
    const all = [...told.values()].flat();
    const differing = all.filter(({ sql }) => differences.has(sql));
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
    const same = all.length - differing.length;
    const counts = `Of ${all.length} statements, ${same} give the same on MariaDB 10.11, row by row. The others:`;
    const list = [counts, '', ...reasons].join('\n');
    const text = readFileSync(page, 'utf8');
    const [head = '', rest = ''] = text.split(begin);
    const [, tail = ''] = rest.split(end);
    const fresh = `${head}${begin}\n\n${list}\n\n${end}${tail}`;
    if (process.env['AGENTLM_WRITE_DOCS']) writeFileSync(page, fresh);
    assert.equal(readFileSync(page, 'utf8'), fresh, 'AGENTLM_WRITE_DOCS=1 npm test -- unit writes the page');
  });
});

/** One statement and what became of it. */
interface Told {
  readonly sql: string;
  readonly ours: string;
  readonly theirs: string;
}

/** Runs statements on both engines, beginning with the same tables. */
async function tell(server: MariadbServer, statements: readonly string[]): Promise<Told[]> {
  const mariadb = await openMain(server);
  const dialect = openDialect();
  const both = async (sql: string): Promise<Told> => {
    const ours = comparable(dialect.execute(sql).output);
    return { sql, ours, theirs: comparable(await printed(mariadb, sql)) };
  };
  for (const sql of setUp) assert.deepEqual(await both(sql), { sql, ours: '[]', theirs: '[]' });
  const told: Told[] = [];
  for (const sql of statements) told.push(await both(sql));
  dialect.database.close();
  await mariadb.end();
  return told;
}

/** Code in Markdown, shortened in its middle. */
function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').replaceAll('`', "'");
  return `\`${line.length > 120 ? `${line.slice(0, 60)} … ${line.slice(-50)}` : line}\``;
}
