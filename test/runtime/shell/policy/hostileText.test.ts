import assert from 'node:assert/strict';
import { asksBecause } from './corpus';

describe('A hostile text', () => {
  const hidden = {
    'a NUL': 'ls \0x',
    'a carriage return': 'ls\r',
    'a bell': 'ls \u0007',
    'an escape sequence': 'ls \u001b[2K',
    'a right-to-left override': 'ls \u202ex',
    'an isolate': 'ls \u2066x\u2069',
    'a zero-width space': 'l\u200bs',
    'a no-break space': 'ls\u00a0-la',
    'a byte order mark': '\ufeffls',
    'a line separator': 'ls\u2028rm x',
    'a lone surrogate': 'ls \ud800',
    'a tag': 'ls \u{e0041}',
  };
  for (const [what, command] of Object.entries(hidden)) {
    it(`asks for what a reader would not see: ${what}`, () => assert.equal(asksBecause(command), 'policy.hidden'));
  }

  it('asks for a name that only looks like one', () => {
    for (const command of ['ⅼs', 'cаt x', 'ｌｓ', 'ls\u0301'])
      assert.notEqual(asksBecause(command), undefined, command);
  });

  const deep = {
    parentheses: `${'('.repeat(10_000)}ls${')'.repeat(10_000)}`,
    'parentheses of a moderate depth': `${'('.repeat(300)}ls${')'.repeat(300)}`,
    substitutions: `${'$('.repeat(5000)}ls${')'.repeat(5000)}`,
    'substitutions of a moderate depth': `echo ${'$(echo '.repeat(240)}x${')'.repeat(240)}`,
    'quoted substitutions': `echo ${'"$(echo '.repeat(1500)}x${')"'.repeat(1500)}`,
    'default values': `echo ${'${x:-'.repeat(3000)}x${'}'.repeat(3000)}`,
    braces: `${'{ '.repeat(4000)}ls;${' }'.repeat(4000)}`,
    'brace expansion': `ls ${'{a,'.repeat(3000)}b${'}'.repeat(3000)}`,
    conditions: `${'if ls; then '.repeat(800)}ls;${' fi;'.repeat(800)}`,
    arithmetic: `echo $((${'('.repeat(5000)}1${')'.repeat(5000)}))`,
    'a long sum': `echo $((1${'+1'.repeat(9000)}))`,
    'shells in shells': Array.from({ length: 9 }).reduce<string>(
      (inner) => `bash -c '${inner.replaceAll("'", String.raw`'\''`)}'`,
      'rm x',
    ),
  };
  for (const [what, command] of Object.entries(deep)) {
    it(`is judged however deep it goes: ${what}`, () => {
      const code = asksBecause(command);
      if (!/moderate|sum|default|brace/.test(what)) assert.notEqual(code, undefined);
    });
  }

  const long = {
    'many commands': 'ls; '.repeat(4999),
    'a long pipeline': `ls${' | sort'.repeat(2800)}`,
    'many words': `ls ${'a '.repeat(9900)}`,
    'many globs': `ls ${'a*b/c?d '.repeat(2400)}`,
    'one long word': `ls ${'a'.repeat(19_000)}`,
    'one long glob': `cat ${'a*'.repeat(9000)}`,
    'variables that double': `${Array.from({ length: 60 }, (_, n) => `a${n + 1}=$a${n}$a${n}; `).join('')}cat $a60`,
    'variables that branch': `${Array.from({ length: 40 }, (_, n) => `for v${n} in a b c d; do `).join('')}ls $v1$v2$v3$v4;${' done;'.repeat(40)}`,
    'a regular expression that backtracks': `sed 's/${'[a]'.repeat(4000)}/x/' f`,
    'an awk program without an end': `awk '${'/[x'.repeat(5000)}' f`,
  };
  for (const [what, command] of Object.entries(long)) {
    it(`is judged however long it is: ${what}`, () => {
      assert.ok(command.length <= 20_000, String(command.length));
      asksBecause(command);
    });
  }

  it('asks where it is too long to be judged, and where there is nothing in it', () => {
    assert.equal(asksBecause(`ls ${'a '.repeat(20_000)}`), 'policy.too-long');
    assert.equal(asksBecause(' \n\t'), 'policy.empty');
    assert.equal(asksBecause('# nothing but a comment'), undefined);
  });
});
