import { human, gpt } from '../src/agent/conversation';
import { connect } from '../src/runtime/endpoint/connect';
import { joinPrompt, promptPieces } from '../src/runtime/endpoint/llamaPrompt';
import { startFakeEndpoint } from '../test/fakeEndpoint';

const tokens = 4000;

/**
 * What the client costs beside a server on loopback: processor time of both for 1,000 tokens that come one an event as
 * fast as they can, with the share of the server left in; the first reply of a process, `openai` being loaded; and how
 * fast a prompt is rendered. Milliseconds, megabytes a second.
 */
export async function endpointCost(): Promise<{ cpuMs: number; firstReplyMs: number; renderMBs: number }> {
  const endpoint = await startFakeEndpoint(() => ({ text: 'abcd'.repeat(tokens), chunkSize: 4 }));
  const signal = new AbortController().signal;
  const request = { turns: [human('Go on.')], maxTokens: 64, stop: [], grammar: { regex: '', gbnf: '' } };
  try {
    const options = { baseUrl: endpoint.url, conversationId: 'bench', constrain: false, continueCut: false };
    const begun = performance.now();
    const model = await connect(options, signal);
    let firstReplyMs = NaN;
    let used = process.cpuUsage();
    for (let round = 0; round < 4; round++) {
      // The first round loads what is loaded once.
      if (round === 1) used = process.cpuUsage();
      for await (const { text } of model.reply(request, signal)) {
        if (text && Number.isNaN(firstReplyMs)) firstReplyMs = performance.now() - begun;
      }
    }
    const { user, system } = process.cpuUsage(used);
    return { cpuMs: (user + system) / 1000 / ((3 * tokens) / 1000), firstReplyMs, renderMBs: renderSpeed() };
  } finally {
    await endpoint.close();
  }
}

function renderSpeed(): number {
  const turns = [
    human('x'.repeat(2000)),
    ...Array.from({ length: 6 }, () => [gpt('y'.repeat(300), { loss: true }), human('z'.repeat(800))]).flat(),
  ];
  const rounds = 2000;
  let bytes = 0;
  const begun = performance.now();
  for (let round = 0; round < rounds; round++) bytes += joinPrompt(promptPieces(turns)).length;
  return bytes / 1e6 / ((performance.now() - begun) / 1000);
}
