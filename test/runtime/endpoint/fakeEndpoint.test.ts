import assert from 'node:assert/strict';
import { startFakeEndpoint, type FakeEndpoint } from '../../fakeEndpoint';

describe('the fake endpoint of the tests', () => {
  let endpoint: FakeEndpoint;
  afterEach(async () => endpoint.close());

  const ask = async (body: object) =>
    fetch(`${endpoint.url}/v1/completions`, { method: 'POST', body: JSON.stringify(body) });

  it('says its lines in order, records what it was asked, and says when it has no more', async () => {
    endpoint = await startFakeEndpoint(['one', 'two']);
    assert.match(await (await ask({ prompt: 'a' })).text(), /"text":"one"/);
    assert.match(await (await ask({ prompt: 'b' })).text(), /"text":"two"/);
    const third = await ask({ prompt: 'c' });
    assert.equal(third.status, 500);
    assert.match(await third.text(), /at its end/);
    assert.deepEqual(
      endpoint.completions.map(({ prompt }) => prompt),
      ['a', 'b', 'c'],
    );
    assert.equal(await endpoint.completions[0]?.closedEarly, false);
  });

  it('can answer what it is asked', async () => {
    endpoint = await startFakeEndpoint(({ prompt }, index) => ({ text: `${index}:${prompt}`, chunkSize: 100 }));
    assert.match(await (await ask({ prompt: 'ping' })).text(), /"text":"0:ping"/);
  });

  it('shows a mistake in the script as an answer', async () => {
    endpoint = await startFakeEndpoint(() => {
      throw new Error('no idea');
    });
    const answer = await ask({ prompt: 'a' });
    assert.equal(answer.status, 500);
    assert.match(await answer.text(), /no idea/);
  });

  it('sends usage only to those who ask, as vLLM does', async () => {
    endpoint = await startFakeEndpoint(['a', 'a']);
    assert.doesNotMatch(await (await ask({ prompt: 'a' })).text(), /usage/);
    assert.match(
      await (await ask({ prompt: 'a', stream_options: { include_usage: true } })).text(),
      /"prompt_tokens":1/,
    );
  });
});
