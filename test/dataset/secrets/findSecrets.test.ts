import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findSecrets } from '../../../src/dataset/secrets/findSecrets';
import { redactionCorpus } from '../../fixtures/redaction/corpus';

const samples = redactionCorpus();

describe('Looking for secrets', () => {
  it('finds 99 % of 200 planted secrets of 20 kinds, and says how often it cries wolf', () => {
    const planted = samples.filter(({ secret }) => secret !== undefined);
    const missed = planted.filter(
      ({ text, secret = '' }) => !findSecrets(text).some(({ start, end }) => text.slice(start, end).includes(secret)),
    );
    const innocent = samples.filter(({ secret }) => secret === undefined);
    const alarms = innocent.filter(({ text }) => findSecrets(text).length > 0);
    console.log(
      `      recall ${planted.length - missed.length} of ${planted.length}, false alarms ${alarms.length} of ${innocent.length}`,
    );
    for (const { kind, text } of [...missed, ...alarms]) console.log(`      ${kind}: ${text.slice(0, 100)}`);
    assert.equal(planted.length, 200);
    assert.equal(innocent.length, 200);
    assert.equal(new Set(planted.map(({ kind }) => kind)).size, 20);
    assert.ok(missed.length <= 2);
    assert.ok(alarms.length <= 4);
  });

  it('marks the secret and not the words around it', () => {
    const text = 'mysql -h db -u root -pWinter44! shop';
    assert.deepEqual(
      findSecrets(text).map(({ kind, start, end }) => [kind, text.slice(start, end)]),
      [['password', 'Winter44!']],
    );
  });

  it('finds what is known word by word, whatever it looks like', () => {
    const text = 'say friend and enter, friend';
    assert.deepEqual(findSecrets(text, ['friend', 'ab']), [
      { kind: 'known', start: 4, end: 10 },
      { kind: 'known', start: 22, end: 28 },
    ]);
  });

  it('reads any text, and its findings lie in order inside it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        let last = 0;
        for (const { start, end } of findSecrets(text)) {
          assert.ok(start >= last && end > start && end <= text.length);
          last = end;
        }
      }),
    );
  });

  for (const [name, text] of [
    ['letters', 'a'.repeat(300_000)],
    ['key words', 'password'.repeat(40_000)],
    ['opened keys', '-----BEGIN PRIVATE KEY-----'.repeat(10_000)],
    ['addresses', 'a@b.c.'.repeat(50_000)],
    ['URLs', 'a://b:'.repeat(50_000)],
    ['spaces', ' '.repeat(300_000)],
    ['equals signs', 'token='.repeat(50_000)],
  ] as const) {
    it(`takes no more than linear time for ${name}`, () => {
      findSecrets(text);
    });
  }
});
