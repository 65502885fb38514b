import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import manifest from '../../../package.json';
import { findSource } from '../../../src/runtime/sql/source';
import { databaseEndings, isDatabase, soughtEndings } from '../../../src/vscode/databases/databaseFiles';

describe('Files that are databases', () => {
  it('are the same to the menus, the dialogs and the sandbox', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
    const { menus } = manifest.contributes;
    const entries = [...menus['editor/context'], ...menus['explorer/context'], ...menus.commandPalette];
    const conditions = entries.filter(({ command }) => command === 'agentlm.queryDatabase').map(({ when }) => when);
    try {
      assert.equal(conditions.length, 3);
      for (const ending of databaseEndings) {
        const file = path.join(folder, `a.${ending.toUpperCase()}`);
        writeFileSync(file, '');
        const kind = ['sqlite', 'sqlite3', 'db'].includes(ending) ? 'sqlite' : 'files';
        assert.equal((await findSource(file)).kind, kind, ending);
        assert.ok(isDatabase(file));
        for (const condition of conditions) {
          const [, pattern = ''] = /resourceExtname =~ \/(.*?)\/i/.exec(condition) ?? [];
          assert.match(`.${ending}`, new RegExp(pattern, 'i'), condition);
          assert.doesNotMatch('.csvx', new RegExp(pattern, 'i'), condition);
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are looked for in a workspace, but for JSON, which holds settings more often than tables', () => {
    assert.deepEqual(
      databaseEndings.filter((ending) => !soughtEndings.includes(ending)),
      ['json'],
    );
    assert.ok(!isDatabase('db') && !isDatabase('notes.txt'));
  });
});
