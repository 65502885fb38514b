import assert from 'node:assert/strict';
import manifest from '../../../package.json';
import { readDatabaseProfiles, withDatabase, withoutDatabase } from '../../../src/vscode/databases/databaseProfiles';

const shop = { name: 'shop', url: 'mysql://reader@localhost:3306/shop', access: 'read' } as const;

describe('Database servers of the settings', () => {
  it('are read; what an agent may do there is nothing unless it is said', () => {
    const { profiles, problems } = readDatabaseProfiles([
      shop,
      { name: 'books', url: 'postgres://ada@db.example/books', tables: ['a'], scratch: 'local' },
    ]);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      profiles.map(({ name, place, server }) => [name, place, server.access, server.tls]),
      [
        ['shop', 'mysql://reader@localhost:3306/shop', 'read', 'off'],
        ['books', 'postgres://ada@db.example:5432/books', 'nothing', 'verify'],
      ],
    );
    assert.deepEqual([profiles[1]?.server.tables, profiles[1]?.server.scratch], [['a'], 'local']);
  });

  it('are passed over one by one where something is wrong, and no value of theirs is repeated', () => {
    const secret = 's3cret';
    const { profiles, problems } = readDatabaseProfiles([
      null,
      { ...shop, name: '' },
      { ...shop, url: `mysql://reader:${secret}@localhost/shop` },
      { ...shop, url: `http://${secret}` },
      { ...shop, access: 'write' },
      { ...shop, password: secret },
      { ...shop, tables: [] },
      shop,
      shop,
    ]);
    assert.deepEqual(
      profiles.map(({ name }) => name),
      ['shop'],
    );
    assert.deepEqual(
      problems.map(({ code, values }) => `${code} ${values[0]}`),
      [
        'database.bad-profile agentlm.databases[0]',
        'database.bad-profile agentlm.databases[1].name',
        'database.password-in-settings agentlm.databases[2]',
        'database.bad-profile agentlm.databases[3].url',
        'database.bad-profile agentlm.databases[4].access',
        'database.bad-profile agentlm.databases[5].password',
        'database.bad-profile agentlm.databases[6].tables',
        'database.bad-profile agentlm.databases[8].name',
      ],
    );
    assert.ok(problems.every(({ message }) => !message.includes(secret)));
    assert.deepEqual(readDatabaseProfiles('no list'), { profiles: [], problems: [] });
  });

  it('are changed one at a time: the others stay as they are, wrong ones too', () => {
    const odd = { name: 5 };
    const renamed = { ...shop, name: 'shop 2' };
    assert.deepEqual(withDatabase([odd, shop], renamed, 'shop'), [odd, renamed]);
    assert.deepEqual(withDatabase([odd], shop), [odd, shop]);
    assert.deepEqual(withoutDatabase([odd, shop], 'shop'), [odd]);
  });

  it('belong to the machine, and the schema takes no password', () => {
    const setting = manifest.contributes.configuration.properties['agentlm.databases'];
    assert.equal(setting.scope, 'machine');
    const pattern = new RegExp(setting.items.properties.url.pattern);
    assert.match(shop.url, pattern);
    assert.match('postgres://localhost/books?socket=/run/postgresql', pattern);
    assert.doesNotMatch('mysql://reader:secret@localhost/shop', pattern);
  });
});
