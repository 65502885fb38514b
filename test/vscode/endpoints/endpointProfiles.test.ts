import assert from 'node:assert/strict';
import { freeName, readProfiles, readUrl, withProfile } from '../../../src/vscode/endpoints/endpointProfiles';

const lab = { name: 'lab', url: 'http://lab:8000' };
const whole = {
  name: '70B',
  url: 'https://gateway.example.org/llm/v1',
  model: 'agentlm-70b',
  contextLength: 4096,
  engine: 'auto',
  constrain: false,
  headers: { 'x-team': 'a' },
  sessionHeader: 'x-smg-routing-key',
  caFile: '/etc/ca.pem',
  clientCertificate: { cert: '/c.pem', key: '/k.pem' },
  proxy: 'http://proxy:3128',
} as const;

describe('The endpoints of the settings', () => {
  it('are read as they are', () => {
    assert.deepEqual(readProfiles([lab, whole]), { profiles: [lab, whole], problems: [] });
  });

  it('are none where the setting is no list', () => {
    assert.deepEqual(readProfiles('http://lab:8000'), { profiles: [], problems: [] });
  });

  for (const [entry, place] of [
    ['http://lab:8000', 'agentlm.endpoints[1]'],
    [{ url: 'http://x' }, 'agentlm.endpoints[1].name'],
    [{ name: 'demo', url: 'http://x' }, 'agentlm.endpoints[1].name'],
    [{ name: 'a\nb', url: 'http://x' }, 'agentlm.endpoints[1].name'],
    [{ name: 'lab', url: 'http://x' }, 'agentlm.endpoints[1].name'],
    [{ name: 'x' }, 'agentlm.endpoints[1].url'],
    [{ name: 'x', url: 'lab:8000' }, 'agentlm.endpoints[1].url'],
    [{ name: 'x', url: 'http://me:hunter2@lab' }, 'agentlm.endpoints[1].url'],
    [{ name: 'x', url: 'http://lab?key=hunter2' }, 'agentlm.endpoints[1].url'],
    [{ name: 'x', url: 'http://x', contextLength: 100 }, 'agentlm.endpoints[1].contextLength'],
    [{ name: 'x', url: 'http://x', engine: 'vllm' }, 'agentlm.endpoints[1].engine'],
    [{ name: 'x', url: 'http://x', constrain: 'no' }, 'agentlm.endpoints[1].constrain'],
    [{ name: 'x', url: 'http://x', headers: { a: 1 } }, 'agentlm.endpoints[1].headers'],
    [{ name: 'x', url: 'http://x', clientCertificate: { cert: 'a' } }, 'agentlm.endpoints[1].clientCertificate'],
    [{ name: 'x', url: 'http://x', apiKey: 'hunter2' }, 'agentlm.endpoints[1].apiKey'],
    [{ name: 'x', url: 'http://x', toString: 1 }, 'agentlm.endpoints[1].toString'],
  ] as const) {
    it(`that are wrong at ${place} are named, and the others work: ${JSON.stringify(entry)}`, () => {
      const { profiles, problems } = readProfiles([lab, entry, whole]);
      assert.deepEqual(profiles, [lab, whole]);
      assert.deepEqual(
        problems.map(({ error: { code, values } }) => [code, ...values]),
        [['endpoint.bad-profile', place]],
      );
      assert.doesNotMatch(problems[0]?.error.message ?? '', /hunter2/);
    });
  }

  it('say where a key belongs that stands among them', () => {
    const [problem] = readProfiles([{ ...lab, apiKey: 'k' }]).problems;
    assert.match(problem?.error.message ?? '', /run AgentLM: Set API Key/);
  });

  it('take a new one at their end, whatever else stands there', () => {
    assert.deepEqual(withProfile(['nonsense', lab], { name: 'x', url: 'http://x' }), [
      'nonsense',
      lab,
      { name: 'x', url: 'http://x' },
    ]);
  });

  it('keep what else is said about one that is connected again', () => {
    assert.deepEqual(withProfile([whole, lab], { ...lab, name: '70B', model: 'b' }), [
      { ...whole, url: lab.url, model: 'b' },
      lab,
    ]);
  });
});

describe('A URL as people write it', () => {
  for (const [written, url] of [
    ['http://lab:8000', 'http://lab:8000'],
    [' https://lab/llm/v1 ', 'https://lab/llm/v1'],
    ['localhost:8000', 'http://localhost:8000'],
    ['lab', 'http://lab'],
    ['', undefined],
    ['ftp://lab', undefined],
    ['http://me:secret@lab', undefined],
    ['two words', undefined],
  ] as const) {
    it(`${JSON.stringify(written)} means ${url ?? 'none'}`, () => assert.equal(readUrl(written), url));
  }
});

describe('The name of a new endpoint', () => {
  it('is one that no other has', () => {
    assert.equal(freeName('lab', []), 'lab');
    assert.equal(freeName('lab', [lab, { ...lab, name: 'lab 2' }]), 'lab 3');
    assert.equal(freeName('demo', []), 'demo 2');
  });
});
