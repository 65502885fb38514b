import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { gpt, human, type Turn } from '../../../src/agent/conversation';
import { UserError } from '../../../src/agent/errors';
import { osTask } from '../../../src/agent/tasks/os';
import { connect } from '../../../src/runtime/endpoint/connect';
import { startFakeEndpoint, type FakeReply } from '../../fakeEndpoint';
import { faces, type FakeFace } from '../../fakeEngines';

/** AGENTLM_SOAK=500 for the long one. */
const runs = Number(process.env['AGENTLM_SOAK'] ?? 44);
const turnsInRun = 10;

const good = 'Think: next.\n\nAct: bash\n\n```bash\nls\n```';
const soon = { 'retry-after': '0.001' };

/** What goes wrong once in a run, and how the run must end: with all its turns, or with this error. */
const faults: Readonly<Record<string, { readonly reply: FakeReply; readonly outcome: string }>> = {
  'reset before the reply': { reply: { fault: 'reset' }, outcome: 'whole' },
  'reset in the reply': { reply: { text: good, ending: 'reset' }, outcome: 'endpoint.stream-cut' },
  'cut reply': { reply: { text: good, ending: 'cut' }, outcome: 'endpoint.stream-cut' },
  stall: { reply: { text: 'Think', ending: 'stall' }, outcome: 'endpoint.timeout' },
  silence: { reply: { fault: 'hang' }, outcome: 'endpoint.timeout' },
  '429': { reply: { status: 429, body: { error: 'Model is overloaded' }, headers: soon }, outcome: 'whole' },
  '503': { reply: { status: 503, body: { error: 'Server is overloaded' }, headers: soon }, outcome: 'whole' },
  'cut JSON': {
    reply: { status: 500, body: '{"error": {"message": "Internal', headers: soon },
    outcome: 'endpoint.server-error',
  },
  'a login page': {
    reply: { status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Sign in</title>' },
    outcome: 'endpoint.not-an-api',
  },
  'a slow first token': { reply: { text: good, chunkSize: 1000, delayMs: 20 }, outcome: 'whole' },
  'nothing at all': { reply: good, outcome: 'whole' },
};

describe('many runs against servers that fail', () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  before(() => process.on('unhandledRejection', note));
  after(() => process.off('unhandledRejection', note));

  it(`end as each fault deserves, and leave nothing behind (${runs} runs of ${turnsInRun} turns)`, async () => {
    const open = () => process.getActiveResourcesInfo().filter((name) => /^(?:TCP|TLS|Timeout)/.test(name)).length;
    // Mocha's own timer starts with the first wait.
    await sleep(1);
    const before = open();
    const kinds = Object.entries(faults);
    const looks = Object.keys(faces) as FakeFace[];
    for (let run = 0; run < runs; run++) {
      const [name = '', fault] = kinds[run % kinds.length] ?? [];
      const face = looks[(run + Math.floor(run / kinds.length)) % looks.length] ?? 'openai';
      const at = run % turnsInRun;
      const endpoint = await startFakeEndpoint((_, index) => (index === at && fault ? fault.reply : good), { face });
      try {
        assert.equal(await outcomeOf(endpoint.url), fault?.outcome, `${name} from ${face} in turn ${at}`);
      } finally {
        await endpoint.close();
      }
    }
    await sleep(50);
    assert.ok(open() <= before, process.getActiveResourcesInfo().join(' '));
    assert.deepEqual(unhandled, []);
  }).timeout(600_000);

  async function outcomeOf(baseUrl: string): Promise<string> {
    const limits = { firstTokenTimeoutMs: 500, idleTimeoutMs: 500, patienceMs: 5000 };
    const model = await connect({ baseUrl, conversationId: 'soak', ...limits }, new AbortController().signal);
    const turns: Turn[] = [human('List the files.')];
    try {
      for (let turn = 0; turn < turnsInRun; turn++) {
        let text = '';
        const request = { turns, maxTokens: 64, stop: osTask.stop, grammar: osTask.grammar };
        for await (const chunk of model.reply(request, new AbortController().signal)) text += chunk.text;
        turns.push(gpt(text, { loss: true }), human('The output of the OS:\n\na b'));
      }
      return 'whole';
    } catch (error) {
      if (!UserError.is(error)) throw error;
      return error.code;
    }
  }
});
