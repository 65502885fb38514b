import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keepEvaluation, unfinishedResults, type KeptRequest } from '../../../src/runtime/evaluation/keptEvaluations';
import { startFakeEndpoint, type FakeEndpoint } from '../../fakeEndpoint';
import { never } from './hosts';

const suite = path.resolve('test/runtime/evaluation/suites/shop.agentlm-suite.json');

describe('An evaluation of the editor', function () {
  this.timeout(60_000);
  let folder: string;
  let endpoint: FakeEndpoint;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'agentlm-test-kept-'));
    endpoint = await startFakeEndpoint(() => 'I know.\nAction: Answer\nFinal Answer: ["4"]');
  });
  afterEach(async () => {
    await endpoint.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const request = (wishes: Partial<KeptRequest> = {}): KeptRequest => ({
    suite: { kind: 'db', place: suite },
    endpoint: { baseUrl: endpoint.url, patienceMs: 0 },
    rules: 'old',
    concurrency: 1,
    retries: 0,
    machine: {
      network: false,
      writeLimitBytes: 1024 * 1024,
      commandTimeoutMs: 10_000,
      scriptTimeoutMs: 10_000,
    },
    database: { statementTimeoutMs: 10_000, sqlWorker: path.resolve('dist/sqlWorker.js') },
    ...wishes,
  });
  const silent = { suite: () => {}, event: () => {} };

  /** Stops after the second result. */
  async function stopInTheMiddle(): Promise<void> {
    const stopping = new AbortController();
    let results = 0;
    const hearing = {
      ...silent,
      event: ({ type }: { readonly type: string }) => {
        if (type === 'result' && ++results === 2) stopping.abort();
      },
    };
    await assert.rejects(keepEvaluation(folder, request(), false, stopping.signal, hearing));
  }

  it('is kept in a file of its own once it came to its end', async () => {
    await keepEvaluation(folder, request(), false, never, silent);
    await keepEvaluation(folder, request(), false, never, silent);
    const files = readdirSync(folder);
    assert.equal(files.length, 2);
    assert.ok(files.every((file) => !file.includes('unfinished')));
    assert.equal(await unfinishedResults(folder, request()), undefined);
  });

  it('that was stopped is gone on with, and asks for nothing twice', async () => {
    await stopInTheMiddle();
    assert.equal((await unfinishedResults(folder, request()))?.results.length, 2);
    const asked = endpoint.completions.length;
    const { results } = await keepEvaluation(folder, request(), true, never, silent);
    assert.equal(new Set(results.map(({ index }) => index)).size, results.length);
    assert.ok(results.length > 2);
    assert.equal(endpoint.completions.length - asked, results.length - 2);
    assert.equal(await unfinishedResults(folder, request()), undefined);
  });

  it('that was stopped begins anew where the user wants that', async () => {
    await stopInTheMiddle();
    const asked = endpoint.completions.length;
    const { results } = await keepEvaluation(folder, request(), false, never, silent);
    assert.equal(endpoint.completions.length - asked, results.length);
  });

  it('of other settings, or of a suite that has changed, is not gone on with', async () => {
    await stopInTheMiddle();
    assert.equal(await unfinishedResults(folder, request({ rules: 'new' })), undefined);
    const [file = ''] = readdirSync(folder);
    writeFileSync(path.join(folder, file), '{"type":"evaluation","version":1,"kind":"db","digest":"of another"}\n');
    assert.equal(await unfinishedResults(folder, request()), undefined);
  });

  it('of a few tasks is not kept', async () => {
    const { results } = await keepEvaluation(folder, request({ only: new Set([1]) }), false, never, silent);
    assert.deepEqual(
      results.map(({ index }) => index),
      [1],
    );
    assert.deepEqual(readdirSync(folder), []);
  });
});
