import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import tokenizer from 'llama-tokenizer-js';
import { gpt, human, type Turn } from '../../../src/agent/conversation';
import { joinPrompt, promptPieces } from '../../../src/runtime/endpoint/llamaPrompt';
import { tokenCount, tokenPieces } from '../../../src/runtime/endpoint/llamaTokenizer';
import { createTokenCounter } from '../../../src/runtime/endpoint/tokens';

const said = (value: string) => gpt(value, { loss: true });
const count = async (turns: readonly Turn[], system?: string) => createTokenCounter()(promptPieces(turns, system));

/** As a server does it: the rendered text is cut at its special tokens, and each part is tokenized by itself. */
function serverCount(prompt: string): number {
  return prompt
    .split('</s><s>')
    .map((part, index, all) => 1 + tokenCount(part) + (index < all.length - 1 ? 1 : 0))
    .reduce((sum, tokens) => sum + tokens);
}

describe('counting tokens', function () {
  this.timeout(20_000);
  const system = 'You are a helpful, respectful and honest assistant.';

  it('agrees with what llama.cpp counted on the true vocabulary', async () => {
    assert.equal(await count([human('Hello!')], system), 34);
    assert.equal(await count([human('Hello!'), said('Hi'), human('ok')], system), 46);
    assert.equal(await count([human('Hello!'), said('Hi there, how can I help'), human('list files')], system), 53);
  });

  it('counts <s> and </s> once each', async () => {
    assert.equal(await count([human('Hello!')]), 1 + tokenCount('[INST] Hello! [/INST]'));
    assert.equal(
      await count([human('a'), said(''), human('b')]),
      serverCount('[INST] a [/INST]  </s><s>[INST] b [/INST]'),
    );
  });

  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc
      .array(fc.constantFrom(' ', '  ', '\n', '\t', 'ls -la', '▁', '</s>', '[INST]', '12345', 'é', '😀', '\ud800'))
      .map((parts) => parts.join('')),
  );

  it('merges as llama-tokenizer-js does, token by token', () => {
    const pieces = fc
      .array(fc.oneof(fc.constantFrom(...tokenizer.vocabById.slice(3)), text))
      .map((all) => all.join(''));
    const same = (said: string) => {
      const expected = tokenizer.encode(said, false, true);
      assert.equal(tokenCount(said), expected.length);
      assert.equal(tokenPieces(said).join(''), said.replaceAll('▁', ' ').toWellFormed());
    };
    for (const file of globSync('docs/*.md')) same(readFileSync(file, 'utf8').slice(0, 5000));
    fc.assert(fc.property(pieces, same));
  });

  it('agrees with a server on every conversation', async () => {
    const rounds = fc.array(fc.tuple(text, text), { maxLength: 3 });
    const counter = createTokenCounter();
    await fc.assert(
      fc.asyncProperty(text, rounds, async (first, rest) => {
        const pieces = promptPieces([human(first), ...rest.flatMap(([reply, next]) => [said(reply), human(next)])]);
        assert.equal(await counter(pieces), serverCount(joinPrompt(pieces)));
      }),
    );
  });

  it('counts a turn once, as long as it is not many windows ago', async () => {
    const counted: string[] = [];
    const counter = createTokenCounter(async () => (piece) => counted.push(piece));
    await counter(['a', 'b']);
    await counter(['a', 'b', 'c']);
    assert.deepEqual(counted, ['a', 'b', 'c']);
    await counter(Array.from({ length: 40 }, (_, index) => `${index}`.padEnd(50_000)));
    await counter(['a']);
    assert.deepEqual(
      counted.filter((piece) => piece.length === 1),
      ['a', 'b', 'c', 'a'],
    );
  });

  it('gives up on a text that no window holds, at once and with more than a window', async () => {
    const tokens = await count([human('a'.repeat(20_000_000))]);
    assert.ok(tokens > 1_000_000);
  });
});
