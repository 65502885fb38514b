import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nameOf, tokenize, writeSql } from '../../../src/runtime/sql/tokens';
import { DatabaseSync, sqlText } from './workbench';

const texts = (sql: string) => tokenize(sql).map(({ text }) => text);
const kinds = (sql: string) => tokenize(sql).map(({ kind }) => kind);

describe('Tokens of SQL', () => {
  it('are words, names, strings, numbers and operators', () => {
    assert.equal(
      texts("SELECT `a b`, [c d], x.y1 FROM t WHERE z>=.5e-3 AND s='it''s'").join('|'),
      "SELECT|`a b`|,|[c d]|,|x|.|y1|FROM|t|WHERE|z|>=|.5e-3|AND|s|=|'it''s'",
    );
    assert.deepEqual(kinds('a `b` "c" 0x1F *'), ['word', 'identifier', 'string', 'number', 'operator']);
  });

  it('keep operators of several characters together', () => {
    assert.deepEqual(texts("a<=>b||c&&d->>'$.e' := f<<g != h"), [
      'a',
      '<=>',
      'b',
      '||',
      'c',
      '&&',
      'd',
      '->>',
      "'$.e'",
      ':=',
      'f',
      '<<',
      'g',
      '!=',
      'h',
    ]);
  });

  it('leave comments out', () => {
    assert.deepEqual(texts('a # one\nb -- two\nc /* three\n; */ d --'), ['a', 'b', 'c', 'd']);
  });

  it('take two minus signs for arithmetic unless white space follows, and keep SQLite from seeing a comment', () => {
    assert.equal(writeSql(tokenize('SELECT 5--3')), 'SELECT 5- -3');
    assert.equal(writeSql(tokenize('SELECT 5-- 3')), 'SELECT 5');
  });

  it('expand version comments of MySQL and MariaDB', () => {
    assert.equal(writeSql(tokenize('SELECT /*!50000 1, /* in */ */2 */*!*/ 3')), 'SELECT 1, 2 * 3');
    assert.deepEqual(texts('/*M!100100 DROP TABLE t */'), ['DROP', 'TABLE', 't']);
  });

  it('read no comment and no quote inside a string', () => {
    assert.deepEqual(texts(`'/* -- # " ;'`), [`'/* -- # " ;'`]);
    assert.deepEqual(texts('"it\'s; --"'), ['"it\'s; --"']);
  });

  it('resolve the backslashes of MySQL', () => {
    assert.deepEqual(texts(String.raw`'O\'Brien' "say \"hi\"" 'a\nb\\c' '50\%'`), [
      "'O''Brien'",
      '"say ""hi"""',
      "'a\nb\\c'",
      String.raw`'50\%'`,
    ]);
  });

  it('run to the end where a quote or a comment is never closed', () => {
    for (const open of ["'a;b", '"a;b', '`a;b', '[a;b', '/* a;b', "'it''s", String.raw`'a\'`]) {
      assert.deepEqual(kinds(`x ${open}`), ['word', 'unterminated'], open);
      assert.equal(tokenize(`x ${open}`)[1]?.at, 2);
    }
  });

  it('know the name behind the quotes', () => {
    assert.deepEqual(tokenize('a `b``c` [d] "e""f" \'g\' 1').map(nameOf), ['a', 'b`c', 'd', 'e"f', 'g', undefined]);
  });

  it('cover the whole text, whatever it is', () => {
    fc.assert(
      fc.property(sqlText, (sql) => {
        let end = 0;
        for (const { kind, text, at } of tokenize(sql)) {
          assert.ok(at >= end);
          end = at + (kind === 'string' ? 1 : text.length);
        }
        assert.ok(end <= sql.length);
      }),
    );
  });

  it('give SQLite the string that MySQL would have read', () => {
    const database = new DatabaseSync(':memory:');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const literal = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
        const row = database.prepare(writeSql(tokenize(`SELECT ${literal} AS text`))).get();
        assert.equal(row?.['text'], text);
      }),
    );
    database.close();
  });
});
