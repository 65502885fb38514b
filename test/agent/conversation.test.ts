import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DialogueError, formatDialogue, gpt, human, parseDialogue } from '../../src/agent/conversation';
import { agentInstructLines } from '../sharedData';

describe('AgentInstruct JSON', () => {
  it('writes what Python wrote, to the byte', () => {
    const line =
      '{"id": "os_7", "conversations": [{"from": "human", "loss": null, "value": "Zähle \\"alle\\" 😀\\n"}, {"from": "gpt", "loss": false, "value": "Ok."}, {"from": "human", "loss": null, "value": "\\u0001\\t"}, {"from": "gpt", "loss": true, "value": "Think: a\\\\b"}]}';
    assert.equal(formatDialogue(parseDialogue(line)), line);
  });

  it('reads back what it wrote, whatever was said', () => {
    const turn = fc.oneof(
      fc.string({ unit: 'binary' }).map(human),
      fc.tuple(fc.string({ unit: 'binary' }), fc.boolean()).map(([value, loss]) => gpt(value, { loss })),
    );
    const dialogue = fc.record(
      { id: fc.string({ unit: 'binary' }), conversations: fc.array(turn) },
      { noNullPrototype: true },
    );
    fc.assert(fc.property(dialogue, (row) => assert.deepEqual(parseDialogue(formatDialogue(row)), row)));
  });

  it('writes one line, whatever was said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        assert.ok(!/[\n\r]/.test(formatDialogue({ id: 'x', conversations: [human(value)] })));
      }),
    );
  });

  for (const [row, place] of [
    ['', 'row'],
    ['[]', 'row'],
    ['{"conversations": []}', 'id'],
    ['{"id": "a"}', 'conversations'],
    ['{"id": "a", "conversations": [1]}', 'conversations[0]'],
    ['{"id": "a", "conversations": [{"from": "system", "loss": null, "value": ""}]}', 'conversations[0].from'],
    ['{"id": "a", "conversations": [{"from": "gpt", "loss": 1, "value": ""}]}', 'conversations[0].loss'],
    ['{"id": "a", "conversations": [{"from": "gpt", "loss": true}]}', 'conversations[0].value'],
  ] as const) {
    it(`names ${place} in ${row || 'an empty line'}`, () => {
      assert.throws(
        () => parseDialogue(row),
        (error) => error instanceof DialogueError && error.place === place,
      );
    });
  }

  it('round-trips all dialogues of the db split that are here', function () {
    const lines = agentInstructLines(this);
    assert.equal(lines.length, 180);
    for (const line of lines) assert.equal(formatDialogue(parseDialogue(line)), line);
  });
});
