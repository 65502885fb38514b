import assert from 'node:assert/strict';
import { chooseById, shortId } from '../../src/cli/pendingRuns';

describe('The ID of what waits', () => {
  const runs = [{ id: 'os_1a2b' }, { id: 'db_1a3c' }, { id: 'terminal_1a' }, { id: 'os_9f-1' }, { id: 'os_9f-2' }];
  const choose = (typed: string): string => chooseById(runs, typed, 'agentlm changes').id;

  it('may be its beginning, with or without the kind of the task', () => {
    assert.equal(choose('os_1a'), 'os_1a2b');
    assert.equal(choose('1a3'), 'db_1a3c');
    assert.equal(choose('terminal_1a'), 'terminal_1a');
    assert.equal(choose(shortId('os_1a2b')), 'os_1a2b');
  });

  it('is refused where it is unknown, or begins several', () => {
    assert.throws(
      () => choose('2'),
      /No changes with the ID 2 wait for a decision\. agentlm changes lists those that do/,
    );
    for (const typed of ['1a', 'os_9f']) assert.throws(() => choose(typed), /Several IDs begin with/);
  });

  it('is shown as long as a person types it', () => {
    assert.equal(shortId('db_1a2b3c4d-1111-4222-8333-444455556666'), 'db_1a2b3c4d');
  });
});
