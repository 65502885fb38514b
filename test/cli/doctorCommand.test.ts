import assert from 'node:assert/strict';
import { doctorCommand } from '../../src/cli/doctorCommand';
import { startFakeEndpoint, type FakeEndpointOptions } from '../fakeEndpoint';

describe('agentlm doctor', () => {
  async function doctor(endpoint: string, json = false, signal = new AbortController().signal) {
    let printed = '';
    const args = { command: 'doctor', endpoint, model: undefined, apiKey: undefined, json } as const;
    const code = await doctorCommand(args, (text) => (printed += text), signal);
    return { code, printed };
  }

  async function ofFake(options: FakeEndpointOptions, json = false) {
    const fake = await startFakeEndpoint(() => ({ text: 'one\ntwo\nthree', delayMs: 1 }), options);
    try {
      return await doctor(fake.url, json);
    } finally {
      await fake.close();
    }
  }

  it('prints a line for each check, and exits with 0 when none failed', async () => {
    const { code, printed } = await doctor('demo');
    assert.equal(code, 0);
    assert.match(printed, /pass.*probe.*An OpenAI-compatible server, serving agentlm-demo\./);
    assert.match(printed, /\n\n\d+ passed, \d+ to look at, 0 failed\.\n$/);
  });

  it('exits with 1 when a check failed, and writes one JSON object with all of them', async () => {
    const { code, printed } = await ofFake({}, true);
    const report = JSON.parse(printed) as Record<string, unknown> & { checks: Record<string, unknown>[] };
    assert.deepEqual(Object.keys(report), ['engine', 'version', 'models', 'contextLength', 'checks']);
    assert.deepEqual([report['engine'], report['models'], report['contextLength']], ['openai', ['agentlm-7b'], 4096]);
    for (const check of report.checks) assert.deepEqual(Object.keys(check), ['id', 'status', 'detail']);
    // The fake makes its counts up, which is not what AgentLM's tokenizer would say.
    assert.deepEqual(
      report.checks.filter(({ status }) => status === 'fail').map(({ id }) => id),
      ['prompt'],
    );
    assert.equal(code, 1);
  });

  it('exits with 3 when there is nobody to be tested, or nobody who lets us', async () => {
    assert.equal((await doctor('http://127.0.0.1:9')).code, 3);
    const { code, printed } = await ofFake({ apiKey: 'secret' }, true);
    assert.equal(code, 3);
    assert.match(printed, /asks for an API key/);
  });

  it('exits with 130 when it is interrupted', async () => {
    assert.equal((await doctor('demo', false, AbortSignal.abort())).code, 130);
  });
});
