import assert from 'node:assert/strict';
import fc from 'fast-check';
import { plainConversation, type PlainMessage } from '../../src/agent/plainChat';

/** Who says what in turn, the system first where it says anything. */
function said(...messages: readonly PlainMessage[]): string[] {
  const { system, turns } = plainConversation(messages);
  return [
    ...(system === undefined ? [] : [`system: ${system}`]),
    ...turns.map(({ from, value }) => `${from}: ${value}`),
  ];
}

describe('A conversation that is no task', () => {
  it('is told as it was said', () => {
    assert.deepEqual(
      said({ from: 'human', text: 'Hi.' }, { from: 'gpt', text: 'Hello.' }, { from: 'human', text: 'Why?' }),
      ['human: Hi.', 'gpt: Hello.', 'human: Why?'],
    );
  });

  it('has all that the system says before the first words of the human', () => {
    assert.deepEqual(
      said(
        { from: 'system', text: 'Be brief.' },
        { from: 'human', text: 'Hi.' },
        { from: 'system', text: 'In French.' },
      ),
      ['system: Be brief.\n\nIn French.', 'human: Hi.'],
    );
  });

  it('makes one turn of what one speaker says in a row, and none of nothing', () => {
    assert.deepEqual(
      said(
        { from: 'human', text: 'A' },
        { from: 'gpt', text: ' \n' },
        { from: 'human', text: 'B' },
        { from: 'gpt', text: 'C' },
        { from: 'human', text: 'D' },
      ),
      ['human: A\n\nB', 'gpt: C', 'human: D'],
    );
  });

  it('begins and ends with the human, whatever was handed in', () => {
    assert.deepEqual(said({ from: 'gpt', text: 'Hi.' }), ['human: Hello.', 'gpt: Hi.', 'human: Go on.']);
    assert.deepEqual(said({ from: 'system', text: 'Be brief.' }), ['system: Be brief.', 'human: Hello.']);
    assert.deepEqual(said(), ['human: Hello.']);
  });

  it('always alternates, and loses no word', () => {
    const message = fc.record({
      from: fc.constantFrom('system', 'human', 'gpt'),
      text: fc.stringMatching(/^[a-z]{1,8}$/),
    });
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const { system = '', turns } = plainConversation(messages);
        assert.ok(turns.every(({ from }, index) => from === (index % 2 === 0 ? 'human' : 'gpt')));
        assert.equal(turns.length % 2, 1);
        const words = [system, ...turns.map(({ value }) => value)].flatMap((text) => text.split('\n\n'));
        assert.ok(messages.every(({ text }) => words.includes(text)));
      }),
    );
  });
});
