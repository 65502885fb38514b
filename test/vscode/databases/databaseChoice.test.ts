import assert from 'node:assert/strict';
import type { Memento } from 'vscode';
import { DatabaseChoice } from '../../../src/vscode/databases/databaseChoice';
import type { DatabaseServers } from '../../../src/vscode/databases/databaseServers';

/** What VS Code keeps for a workspace. */
function memento(): Memento {
  const kept = new Map<string, unknown>();
  return {
    keys: () => [...kept.keys()],
    get: (key: string, otherwise?: unknown) => kept.get(key) ?? otherwise,
    update: (key: string, value: unknown) => Promise.resolve(void kept.set(key, value)),
  } as Memento;
}

const shop = { name: 'The shop', place: 'mysql://reader@localhost:3306/shop' };

function choiceOf(state: Memento): DatabaseChoice {
  const servers = { find: (place: string) => (place === shop.place ? shop : undefined) };
  return new DatabaseChoice(state, servers as unknown as DatabaseServers, () => Promise.resolve([]));
}

describe('The database that was chosen', () => {
  it('is remembered, with those before it, each once', async () => {
    const state = memento();
    const choice = choiceOf(state);
    let changes = 0;
    choice.onDidChange(() => changes++);
    assert.deepEqual([choice.current, choice.label], [undefined, undefined]);
    for (const file of ['/a/one.db', '/a/two.csv', '/a/one.db']) await choice.use(file);
    for (let index = 0; index < 8; index++) await choice.use(`/b/${index}.db`);
    await choice.use('/a/one.db');
    const again = choiceOf(state);
    assert.deepEqual([again.current, again.label, changes], ['/a/one.db', 'one.db', 12]);
    const recent = state.get<string[]>('recentDatabases') ?? [];
    assert.deepEqual([recent.length, recent[0], recent[1]], [8, '/a/one.db', '/b/7.db']);
  });

  it('says how many of its tables tasks are about', async () => {
    const state = memento();
    await state.update('databaseTables', { '/a/one.db': ['orders'], '/a/two.db': ['a', 'b'] });
    const choice = choiceOf(state);
    await choice.use('/a/one.db');
    assert.deepEqual([choice.label, choice.tablesOf('/a/one.db')], ['one.db, 1 table', ['orders']]);
    await choice.use('/a/two.db');
    assert.equal(choice.label, 'two.db, 2 tables');
    assert.equal(choice.tablesOf('/a/three.db'), undefined);
  });

  it('is called by its name in the settings where it is one on a server', async () => {
    const choice = choiceOf(memento());
    await choice.use(shop.place);
    assert.equal(choice.label, 'The shop');
  });
});
