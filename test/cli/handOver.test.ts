import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { canRunHere } from '../../src/cli/handOver';
import { startFakeEndpoint } from '../fakeEndpoint';
import { processesWith } from '../runtime/shell/shells';

describe('An old Node', function () {
  this.timeout(60_000);

  for (const [version, can] of [
    ['18.19.0', false],
    ['20.20.2', false],
    ['22.12.0', false],
    ['22.13.0', true],
    ['24.21.0', true],
  ] as const) {
    it(`${version} ${can ? 'runs the commands itself' : 'hands over'}`, () => assert.equal(canRunHere(version), can));
  }

  describe('that hands over', () => {
    let folder: string;
    let old: string;
    before(function () {
      if (process.platform === 'win32' || !existsSync('node_modules/node/bin/node')) this.skip();
      folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
      old = path.join(folder, 'old.cjs');
      writeFileSync(
        old,
        "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.0.0' } })",
      );
    });
    after(() => {
      if (folder) rmSync(folder, { recursive: true });
    });

    function agentlm(...args: readonly string[]): ChildProcess {
      const argv = ['--require', old, path.resolve('dist/cli.js'), ...args];
      return spawn(process.execPath, argv, { stdio: 'ignore', env: { ...process.env, XDG_STATE_HOME: folder } });
    }

    it('passes on the exit code', async () => {
      assert.deepEqual(await once(agentlm('--version'), 'exit'), [0, null]);
      assert.deepEqual(await once(agentlm('dance'), 'exit'), [2, null]);
    });

    it('leaves nothing running when it is killed, whatever the model is doing', async () => {
      const asked = Promise.withResolvers<void>();
      const endpoint = await startFakeEndpoint(() => {
        asked.resolve();
        return { fault: 'hang' };
      });
      const where = ['--cwd', folder, '--endpoint', endpoint.url, '--sandbox', 'off', '--approve', 'all'];
      const launcher = agentlm('run', 'os', 'Wait.', ...where);
      try {
        await asked.promise;
        assert.equal(processesWith(endpoint.url).length, 2);
        launcher.kill('SIGKILL');
        while (processesWith(endpoint.url).length > 0) await delay(50);
      } finally {
        launcher.kill('SIGKILL');
        await endpoint.close();
      }
    });
  });
});
