import assert from 'node:assert/strict';
import type { AgentEvent } from '../../../src/agent/events';
import { ReplySpeed } from '../../../src/vscode/endpoints/replySpeed';

const prompt: AgentEvent = { type: 'context', promptTokens: 10, reservedTokens: 10, contextLength: 100 };
const piece = (text: string): AgentEvent => ({ type: 'delta', text });

describe('The speed of replies', () => {
  function heard(...events: readonly (readonly [milliseconds: number, event: AgentEvent])[]): ReplySpeed {
    let now = 0;
    const speed = new ReplySpeed(() => now);
    for (const [at, event] of events) {
      now = at;
      speed.hear(event);
    }
    return speed;
  }

  it('is unknown before there is a reply', () => {
    const { tokensPerSecond, firstTokenMs } = heard([0, prompt], [100, piece('Th')]);
    assert.deepEqual([tokensPerSecond, firstTokenMs], [undefined, 100]);
  });

  it('counts what came after the first token', () => {
    const { tokensPerSecond } = heard([0, prompt], [500, piece('a')], [600, piece('b')], [700, piece('c')]);
    assert.equal(tokensPerSecond, 10);
  });

  it('counts by length where a piece is more than a token', () => {
    const { tokensPerSecond } = heard([0, prompt], [500, piece('x')], [1500, piece('x'.repeat(80))]);
    assert.equal(tokensPerSecond, 20);
  });

  it('leaves out what passes between two replies', () => {
    const { tokensPerSecond, firstTokenMs } = heard(
      [0, prompt],
      [0, piece('a')],
      [100, piece('b')],
      [60_000, prompt],
      [60_250, piece('a')],
      [60_350, piece('b')],
    );
    assert.deepEqual([tokensPerSecond, firstTokenMs], [10, 250]);
  });
});
