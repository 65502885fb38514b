import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseServer } from '../../../../src/agent/databaseServer';
import { UserError } from '../../../../src/agent/errors';
import { openServer } from '../../../../src/runtime/sql/servers/openServer';
import { kindsOfServers, type TestServer } from '../../../databaseServers';

const never = new AbortController().signal;

/** Whether the session is encrypted, as the server sees it. */
const question = {
  MariaDB: "SELECT variable_value <> '' FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'",
  PostgreSQL: 'SELECT ssl::int FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
} as const;

for (const { name, require, start } of kindsOfServers) {
  describe(`the connection to a ${name} server that signed its own certificate`, function () {
    this.timeout(60_000);
    let server: TestServer;
    let folder: string;
    let caFile: string;
    let port: number;

    before(async function () {
      this.timeout(120_000);
      require(this);
      if (!hasOpenssl()) this.skip();
      folder = await mkdtemp(path.join(tmpdir(), 'agentlm-test-'));
      [caFile, port] = [path.join(folder, 'cert.pem'), await freePort()];
      const key = path.join(folder, 'key.pem');
      // For the address, and not for the name.
      const names = ['-subj', '/CN=shop', '-addext', 'subjectAltName=IP:127.0.0.1'];
      const kind = ['-newkey', 'rsa:2048', '-nodes', '-days', '2'];
      execFileSync('openssl', ['req', '-x509', ...kind, ...names, '-keyout', key, '-out', caFile], { stdio: 'ignore' });
      server = await start();
      await server.query('CREATE TABLE notes (line TEXT)');
      await server.kill();
      await server.restart({ port, tls: { cert: await readFile(caFile, 'utf8'), key: await readFile(key, 'utf8') } });
    });

    after(async () => {
      await server?.stop();
      if (folder) await rm(folder, { recursive: true });
    });

    const isEncrypted = async (more: Partial<DatabaseServer>): Promise<string> => {
      const described = server.described({ access: 'read', user: 'reader', port, socket: undefined, ...more });
      const database = await openServer({ server: described, password: 'open sesame', workerPath: '' }, never);
      try {
        return (await database.execute(question[name], never)).output;
      } finally {
        await database.close();
      }
    };
    const refuses = async (opening: Promise<unknown>, code: string, words: RegExp): Promise<void> =>
      assert.rejects(opening, (error) => {
        assert.ok(UserError.is(error), String(error));
        assert.equal(error.code, code, error.message);
        assert.match(error.message, words);
        return true;
      });
    const remote = { host: '127.0.0.1', tls: 'verify' } as const;

    it('is encrypted where that certificate is trusted', async () => {
      assert.equal(await isEncrypted({ ...remote, caFile }), '[(1,)]');
    });

    it('is not made where nobody vouches for it, and it is said how to trust it', async () => {
      await refuses(isEncrypted(remote), 'database.noTls', /self.signed certificate.* \(\?ca=FILE\).*\(\?tls=off\)/);
    });

    it('is not made where the certificate is for another name', async () => {
      await refuses(isEncrypted({ ...remote, caFile, host: 'localhost' }), 'database.noTls', /localhost/);
    });

    it('is not made where the file of certificates cannot be read', async () => {
      const missing = path.join(folder, 'nowhere.pem');
      await refuses(isEncrypted({ ...remote, caFile: missing }), 'database.noCertificates', /nowhere\.pem/);
    });

    it('is as it is where encryption was switched off', async () => {
      assert.equal(await isEncrypted({ host: '127.0.0.1', tls: 'off' }), '[(0,)]');
    });

    it('is not made, and no password sent, where the server cannot encrypt', async () => {
      await server.kill();
      await server.restart({ port });
      await refuses(isEncrypted({ ...remote, caFile }), 'database.noTls', /does not support/);
    });
  });
}

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** One that was free a moment ago: neither server can choose its own. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
