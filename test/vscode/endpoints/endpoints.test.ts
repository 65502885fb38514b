import assert from 'node:assert/strict';
import type { SecretStorage } from 'vscode';
import type { EndpointFacts } from '../../../src/agent/endpointFacts';
import { UserError } from '../../../src/agent/errors';
import { ApiKeys } from '../../../src/vscode/endpoints/apiKeys';
import { demoProfile } from '../../../src/vscode/endpoints/endpointProfiles';
import { Endpoints } from '../../../src/vscode/endpoints/endpoints';
import type { EndpointAccess } from '../../../src/vscode/endpoints/endpointTools';
import type { Settings } from '../../../src/vscode/settings';

const lab = { name: 'lab', url: 'https://gpu.example.org/lab' };
const other = { name: 'other', url: 'https://gpu.example.org/other' };
const foreign = { name: 'foreign', url: 'https://gpu.example.org:8443/lab' };
const facts: EndpointFacts = {
  engine: 'vllm',
  version: '0.11.0',
  models: [{ id: 'agentlm-7b', contextLength: 4096 }],
  contextLength: 4096,
  grammar: 'regex',
};

describe('The endpoints of a window', () => {
  it('are asked with the key of their own server and no other', async () => {
    const { endpoints } = setUp({ endpoints: [lab, other, foreign] });
    await endpoints.setKey(lab, 'secret');
    const keyOf = async (profile: typeof lab) => (await endpoints.accessTo(profile)).apiKey;
    assert.deepEqual(await Promise.all([lab, other, foreign, demoProfile].map(keyOf)), [
      'secret',
      'secret',
      undefined,
      undefined,
    ]);
    await endpoints.setKey(other, undefined);
    assert.equal(await keyOf(lab), undefined);
  });

  it('are chosen by name; the demo needs no entry', async () => {
    assert.equal((await setUp({ endpoints: [lab, other], endpoint: 'other' }).endpoints.access()).profile, other);
    assert.equal((await setUp({ endpoint: 'demo' }).endpoints.access()).profile, demoProfile);
  });

  for (const [name, code] of [
    ['', 'endpoint.none'],
    ['gone', 'endpoint.unknown'],
    ['broken', 'endpoint.bad-profile'],
  ] as const) {
    it(`say what is wrong with the choice "${name}"`, async () => {
      const { endpoints } = setUp({ endpoints: [{ name: 'broken', url: 'lab' }, lab], endpoint: name });
      assert.deepEqual(endpoints.state, { status: 'none' });
      await assert.rejects(endpoints.access(), { code });
    });
  }

  it('are written with their key elsewhere, and chosen', async () => {
    const { endpoints, values, secrets } = setUp({ endpoints: [other] });
    await endpoints.save({ profile: lab, apiKey: 'secret' });
    assert.deepEqual(values, { endpoints: [other, lab], endpoint: 'lab' });
    assert.deepEqual([...secrets], [['agentlm.apiKey https://gpu.example.org', 'secret']]);
    assert.equal(endpoints.selected, lab);
  });

  it('are known by what they last said, until they are edited', async () => {
    const { endpoints, answer, set } = setUp({ endpoints: [lab], endpoint: 'lab' });
    await endpoints.look(lab);
    assert.deepEqual([endpoints.health(lab).status, endpoints.health(lab).facts], ['ready', facts]);
    answer(new UserError('endpoint.unreachable', 'Gone.'));
    await endpoints.look(lab);
    assert.deepEqual([endpoints.health(lab).status, endpoints.health(lab).facts], ['failed', facts]);
    assert.equal(endpoints.state.status, 'failed');
    set('endpoints', [{ ...lab, model: 'agentlm-13b' }]);
    assert.equal(endpoints.state.status, 'ready');
  });

  it('are as they were when nobody waits for the answer any more', async () => {
    const { endpoints, answer } = setUp({ endpoints: [lab] });
    const leaving = new AbortController();
    answer('never');
    const look = endpoints.look(lab, leaving.signal);
    assert.equal(endpoints.health(lab).status, 'asking');
    leaving.abort();
    await assert.rejects(look, { name: 'AbortError' });
    assert.equal(endpoints.health(lab).status, 'unknown');
  });

  it('are waited for until the last one who waits has an answer, or the user waits no longer', async () => {
    const { endpoints, answer } = setUp({ endpoints: [lab], endpoint: 'lab' });
    answer('never');
    const look = endpoints.look(lab);
    const cancelled: string[] = [];
    const answered = endpoints.connecting(lab, () => cancelled.push('run'));
    assert.equal(endpoints.state.status, 'connecting');
    endpoints.cancelConnecting();
    await look;
    assert.deepEqual(cancelled, ['run']);
    assert.equal(endpoints.state.status, 'connecting');
    answered();
    assert.deepEqual(endpoints.state, { status: 'ready', label: 'lab', demo: false });
  });
});

interface Values {
  endpoints: readonly unknown[];
  endpoint: string;
}

function setUp(given: Partial<Values>) {
  const values: Values = { endpoints: [], endpoint: '', ...given };
  const listeners: [string, () => void][] = [];
  const set = <K extends keyof Values>(key: K, value: Values[K]): void => {
    values[key] = value;
    for (const [name, listener] of listeners) if (name === key) listener();
  };
  const settings: Pick<Settings, 'onDidChange'> & Record<'get' | 'set', unknown> = {
    get: (key: keyof Values) => values[key],
    set: (key: keyof Values, value: never) => Promise.resolve(set(key, value)),
    onDidChange: (key, listener) => {
      listeners.push([key, listener]);
      return { dispose: () => {} };
    },
  };
  const secrets = new Map<string, string>();
  const storage = {
    get: (name: string) => Promise.resolve(secrets.get(name)),
    store: (name: string, key: string) => Promise.resolve(void secrets.set(name, key)),
    delete: (name: string) => Promise.resolve(void secrets.delete(name)),
  };
  let said: EndpointFacts | UserError | 'never' = facts;
  const probe = async (_: EndpointAccess, signal: AbortSignal): Promise<EndpointFacts> => {
    if (said === 'never') {
      signal.throwIfAborted();
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    }
    if (said instanceof UserError) throw said;
    return said;
  };
  const keys = new ApiKeys(storage as unknown as SecretStorage);
  const endpoints = new Endpoints(settings as unknown as Settings, keys, { probe });
  return { endpoints, values, secrets, set, answer: (next: typeof said) => (said = next) };
}
