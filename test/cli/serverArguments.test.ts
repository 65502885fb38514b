import assert from 'node:assert/strict';
import { readServer } from '../../src/cli/serverArguments';
import { UsageError } from '../../src/cli/usageError';

const url = 'postgres://ana@db.example/shop';

describe('a database server on the command line', () => {
  it('is one that the agent may read, or have a copy of', () => {
    assert.equal(readServer(url, { 'db-access': 'read' }, {})?.server.access, 'read');
    const scratch = readServer(url, { 'db-access': 'scratch', 'db-scratch': 'local' }, {});
    assert.deepEqual([scratch?.server.access, scratch?.server.scratch], ['scratch', 'local']);
  });

  it('takes its password from the environment, where the commands of the model do not find it', () => {
    const environment = { AGENTLM_DB_PASSWORD: 'usual', OTHER: 'other' };
    assert.equal(readServer(url, { 'db-access': 'read', 'db-password-env': 'OTHER' }, environment)?.password, 'other');
    assert.deepEqual(environment, {});
    const usual = { AGENTLM_DB_PASSWORD: 'usual' };
    assert.equal(readServer(url, { 'db-access': 'read' }, usual)?.password, 'usual');
    assert.deepEqual(usual, {});
  });

  it('is no file', () => {
    assert.equal(readServer('shop.db', {}, {}), undefined);
  });

  for (const [database, values, words] of [
    [url, {}, /--db-access read/],
    [url, { 'db-access': 'write' }, /--db-access read/],
    [url, { 'db-access': 'read', 'db-scratch': 'local' }, /--db-scratch goes with/],
    [url, { 'db-access': 'scratch', 'db-scratch': 'here' }, /server or local/],
    [url, { 'db-access': 'read', 'db-password-env': 'NOWHERE' }, /NOWHERE of --db-password-env is not set/],
    ['shop.db', { 'db-access': 'read' }, /--db-access goes with a server/],
    ['mysql://ana@db.example', { 'db-access': 'read' }, /cannot be read/],
    ['mysql://ana:secret@db.example/shop', { 'db-access': 'read' }, /no password may/],
  ] as const) {
    it(`is refused with a sentence: ${database} ${JSON.stringify(values)}`, () => {
      assert.throws(
        () => readServer(database, values, {}),
        (error) => UsageError.is(error) && words.test(error.message) && !error.message.includes('secret'),
      );
    });
  }
});
