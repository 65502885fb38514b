import assert from 'node:assert/strict';
import type { EndpointFacts } from '../../../src/agent/endpointFacts';
import { UserError } from '../../../src/agent/errors';
import { demoProfile, type EndpointProfile } from '../../../src/vscode/endpoints/endpointProfiles';
import { endpointTooltip } from '../../../src/vscode/endpoints/endpointTooltip';
import { ReplySpeed } from '../../../src/vscode/endpoints/replySpeed';

const profile: EndpointProfile = { name: 'lab', url: 'http://lab:8000' };
const facts: EndpointFacts = {
  engine: 'vllm',
  version: '0.11.0',
  models: [{ id: 'agentlm-7b', contextLength: 4096 }],
  contextLength: 4096,
  grammar: 'regex',
};
const idle = new ReplySpeed(() => 0);

describe('The tooltip of the status bar', () => {
  it('says what is known before anything was asked: the address', () => {
    assert.deepEqual(endpointTooltip(profile, { status: 'unknown' }, undefined), ['Endpoint: lab (http://lab:8000)']);
  });

  it('says what the server is', () => {
    assert.deepEqual(endpointTooltip(profile, { status: 'ready', facts }, undefined), [
      'Endpoint: lab (http://lab:8000)',
      'Server: vLLM 0.11.0',
      'Model: agentlm-7b',
      'Context window: 4096 tokens',
      'Held to the action grammar: yes',
    ]);
  });

  it('says how busy it is, and how fast it was here', () => {
    const metrics = { running: 3, waiting: 1, memoryUse: 0.425, tokensPerSecond: 83.4 };
    const lines = endpointTooltip(profile, { status: 'ready', facts }, { profile, speed: idle, metrics });
    assert.equal(lines.at(-1), 'Server, all its users: 3 running, 1 waiting, 43% of its memory, 83 tokens a second');
    const partly = { ...metrics, waiting: undefined, memoryUse: undefined, tokensPerSecond: 5.25 };
    const other = endpointTooltip(profile, { status: 'ready', facts }, { profile, speed: idle, metrics: partly });
    assert.equal(other.at(-1), 'Server, all its users: 3 running, 5.3 tokens a second');
  });

  it('says why an endpoint failed', () => {
    const error = new UserError('endpoint.unreachable', 'No server answers at {0}.', ['http://lab:8000']);
    const lines = endpointTooltip(profile, { status: 'failed', error }, undefined);
    assert.deepEqual(lines.slice(1), ['No server answers at http://lab:8000.']);
  });

  for (const [words, constrain, health] of [
    ['yes', true, { status: 'ready', facts }],
    ['no, switched off', false, { status: 'ready', facts }],
    ['no, the server refuses or ignores it', true, { status: 'ready', facts, grammarFails: true }],
    ['no, the server cannot', true, { status: 'ready', facts: { ...facts, grammar: 'none' } }],
  ] as const) {
    it(`says whether replies are held to the grammar: ${words}`, () => {
      const lines = endpointTooltip({ ...profile, constrain }, health, undefined);
      assert.equal(lines.at(-1), `Held to the action grammar: ${words}`);
    });
  }

  it('names the demo as what it is', () => {
    assert.deepEqual(endpointTooltip(demoProfile, { status: 'ready', facts }, undefined), [
      'The demo endpoint: a script, not a model.',
    ]);
  });
});
