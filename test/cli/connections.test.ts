import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startFakeEndpoint } from '../fakeEndpoint';

/** Is loaded by every Node of a session, its child processes too, and writes down whom each of them calls. */
const watcher = `
const { appendFileSync } = require('node:fs');
const note = (...words) => appendFileSync(process.env.AGENTLM_TEST_CONNECTIONS, words.join(' ') + '\\n');
const { Socket } = require('node:net');
const { connect } = Socket.prototype;
Socket.prototype.connect = function (...given) {
  const [options] = Array.isArray(given[0]) ? given[0] : given;
  note(options.host ?? 'localhost', options.port ?? options.path ?? options);
  return connect.apply(this, given);
};
const { send } = require('node:dgram').Socket.prototype;
require('node:dgram').Socket.prototype.send = function (...given) {
  note('a datagram');
  return send.apply(this, given);
};
`;

describe('Connections', function () {
  this.timeout(60_000);

  it('of a session go to its endpoint and nowhere else', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-'));
    const [preload, log, data] = ['watch.cjs', 'connections', 'sales.csv'].map((name) => path.join(folder, name));
    assert.ok(preload && log && data);
    writeFileSync(preload, watcher);
    writeFileSync(log, '');
    writeFileSync(data, 'product,price\nlamp,3\n');
    const os = ['Think: I look.\n\nAct: bash\n\n```bash\nls\n```', 'Think: Done.\n\nAct: finish'];
    const db = [
      'I look.\nAction: Operation\n```sql\nSELECT * FROM sales\n```',
      'I know.\nAction: Answer\nFinal Answer: ["lamp"]',
    ];
    const endpoint = await startFakeEndpoint([...os, ...db]);
    const agentlm = (...line: string[]) =>
      promisify(execFile)(process.execPath, ['dist/cli.js', ...line, '--endpoint', endpoint.url], {
        env: {
          ...process.env,
          XDG_STATE_HOME: folder,
          NODE_OPTIONS: `--require ${preload}`,
          AGENTLM_TEST_CONNECTIONS: log,
        },
      });
    try {
      const unasked = ['--approve', 'all', '--record', path.join(folder, 'rows.jsonl')];
      await agentlm('run', 'os', 'List the files.', '--cwd', folder, '--sandbox', 'off', ...unasked);
      await agentlm('run', 'db', 'Which product?', '--database', data, ...unasked);
      assert.equal(endpoint.completions.length, 4);
      const called = new Set(readFileSync(log, 'utf8').trim().split('\n'));
      assert.deepEqual([...called], [`127.0.0.1 ${new URL(endpoint.url).port}`]);
    } finally {
      await endpoint.close();
      rmSync(folder, { recursive: true });
    }
  });
});
