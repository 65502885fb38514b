import assert from 'node:assert/strict';
import { startFakeEndpoint } from '../../fakeEndpoint';
import { connectTo, replyOf } from './ask';
import { streamAnswers } from './serverAnswers';

describe('the stream of', () => {
  for (const { server, body, reply } of streamAnswers) {
    it(`${server} is read`, async () => {
      const fake = await startFakeEndpoint([{ status: 200, body, headers: { 'content-type': 'text/event-stream' } }]);
      try {
        assert.deepEqual(await replyOf(await connectTo(fake)), reply);
      } finally {
        await fake.close();
      }
    });
  }
});
