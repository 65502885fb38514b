import assert from 'node:assert/strict';
import {
  isServerUrl,
  readServerAddress,
  readServerUrl,
  serverAddress,
  serverUrl,
} from '../../src/agent/databaseServer';
import { UserError } from '../../src/agent/errors';

describe('the address of a database server', () => {
  it('is read with all of its parts, and shown again without the password', () => {
    const { server, password } = readServerUrl('mysql://an%40a:s%3Acret@db.example:3307/my%20shop?ca=/etc/ca.pem');
    assert.deepEqual(server, {
      engine: 'mysql',
      host: 'db.example',
      port: 3307,
      user: 'an@a',
      database: 'my shop',
      tls: 'verify',
      caFile: '/etc/ca.pem',
    });
    assert.equal(password, 's:cret');
    assert.equal(serverUrl(server), 'mysql://an%40a@db.example:3307/my%20shop?ca=/etc/ca.pem');
  });

  it('takes what the clients of a server take where a part is left out', () => {
    const { server, password } = readServerUrl('postgresql:///shop');
    assert.deepEqual(server, {
      engine: 'postgres',
      host: 'localhost',
      port: 5432,
      user: 'postgres',
      database: 'shop',
      tls: 'off',
    });
    assert.equal(password, undefined);
  });

  it('encrypts unless the server is on this machine, or somebody says otherwise', () => {
    const tlsOf = (url: string): string => readServerUrl(url).server.tls;
    assert.equal(tlsOf('mariadb://a@127.0.0.1/d'), 'off');
    assert.equal(tlsOf('mariadb://a@[::1]/d'), 'off');
    assert.equal(tlsOf('mariadb://a@localhost.example/d'), 'verify');
    assert.equal(tlsOf('mariadb://a@10.0.0.1/d?tls=off'), 'off');
    assert.equal(tlsOf('postgres://a@10.0.0.1/d?socket=/run/postgresql'), 'off');
  });

  for (const url of [
    'mysql://root@localhost:3306/shop?socket=/run/my%20sqld.sock',
    'postgres://ana@[fe80::1]:5433/shop?tls=off',
    'postgres://ana@db.example:5432/a%2Fb',
  ]) {
    it(`is the same when it was shown and read again: ${url}`, () => {
      const { server } = readServerUrl(url);
      assert.deepEqual(readServerUrl(serverUrl(server)).server, server);
    });
  }

  for (const url of [
    'mysql://ana:secret@host:port/shop',
    'mysql://ana:secret@host',
    'mysql://ana:secret@host:99999/shop',
    'mysql://ana:secret@host/shop?ssl=secret',
    'mysql://ana:sec%ret@host/shop',
    'mysql://ana:secret@host/shop?tls=sometimes',
  ]) {
    it(`is refused without its words where it cannot be read: ${url}`, () => {
      assert.throws(
        () => readServerUrl(url),
        (error) => UserError.is(error) && error.code === 'database.badUrl' && !/sec%?ret/.test(error.message),
      );
    });
  }

  it('can be changed alone, in a line', () => {
    const server = { ...readServerUrl('mysql://ana@db.example/shop?ca=/ca.pem').server, access: 'read' } as const;
    assert.equal(serverAddress(server), 'db.example:3306?ca=/ca.pem');
    for (const [line, url] of [
      [serverAddress(server), 'mysql://ana@db.example:3306/shop?ca=/ca.pem'],
      ['localhost', 'mysql://ana@localhost:3306/shop'],
      ['10.0.0.1:3307?tls=off', 'mysql://ana@10.0.0.1:3307/shop?tls=off'],
      ['[fe80::1]:3307', 'mysql://ana@[fe80::1]:3307/shop'],
      ['/run/my sqld.sock', 'mysql://ana@localhost/shop?socket=/run/my%20sqld.sock'],
    ] as const) {
      const changed = readServerAddress(line, server);
      assert.equal(changed && serverUrl(changed), url);
      assert.equal(changed?.access, 'read');
    }
    for (const line of ['', 'no server at all', 'ana@host', 'host/shop', 'host:99999', 'host?tls=maybe', 'host?ssl=on'])
      assert.equal(readServerAddress(line, server), undefined, line);
  });

  it('is told from a file', () => {
    assert.equal(isServerUrl('MySQL://localhost/shop'), true);
    assert.equal(isServerUrl('mysql.db'), false);
  });
});
