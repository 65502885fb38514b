import assert from 'node:assert/strict';
import type { ReplyRequest } from '../../../src/agent/model';
import { chatSystem, createChat, type Chat, type ChatEvent } from '../../../src/agent/tasks/chat';
import { scriptedModel } from '../../scriptedModel';

const never = new AbortController().signal;

async function say(chat: Chat, text: string, signal = never): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for await (const event of chat.say(text, signal)) events.push(event);
  return events;
}

const said = (events: readonly ChatEvent[]): string =>
  events.map((event) => (event.type === 'delta' ? event.text : '')).join('');

const values = ({ turns }: ReplyRequest): string[] => turns.map(({ value }) => value);

describe('A conversation that is no task', () => {
  it('is had with the system text of the training, and remembers what was said', async () => {
    const model = scriptedModel([' Hello.', 'I am.']);
    const chat = createChat(model, 100);
    assert.equal(said(await say(chat, 'Hi')), 'Hello.');
    assert.deepEqual((await say(chat, 'Who?')).at(-1), { type: 'ended', reason: 'stop' });
    assert.deepEqual(model.requests.map(values), [['Hi'], ['Hi', 'Hello.', 'Who?']]);
    assert.deepEqual(
      model.requests.map(({ system }) => system),
      [chatSystem, chatSystem],
    );
  });

  it('leaves out early exchanges when the window is full, says so, and then has room for some more', async () => {
    const model = scriptedModel(Array<string>(40).fill('r'.repeat(40)), { contextLength: 400 });
    const chat = createChat(model, 100);
    const forgotten: number[] = [];
    for (let message = 0; message < 40; message++) {
      const [first] = await say(chat, `${message}${'q'.repeat(39)}`);
      if (first?.type === 'forgotten') forgotten.push(first.turns);
    }
    assert.ok(forgotten.length >= 2 && forgotten.length < 12, forgotten.join());
    assert.ok(forgotten.every((turns, index) => turns % 2 === 0 && turns > (forgotten[index - 1] ?? 0)));
    for (const request of model.requests) {
      assert.ok((await model.countTokens(request.turns)) < 300);
      assert.equal(request.turns[0]?.from, 'human');
    }
  });

  it('refuses a message that has no room, and goes on without it', async () => {
    const model = scriptedModel(['Hello.', 'Yes.'], { contextLength: 400 });
    const chat = createChat(model, 100);
    await say(chat, 'Hi');
    await assert.rejects(say(chat, 'x'.repeat(2000)), { code: 'run.too-long' });
    await say(chat, 'Still there?');
    assert.deepEqual(values(model.requests[1] ?? assert.fail()), ['Hi', 'Hello.', 'Still there?']);
  });

  it('keeps of a reply that is stopped what was said', async () => {
    const model = scriptedModel(['One two three.', 'Yes.']);
    const chat = createChat(model, 100);
    let heard = '';
    for await (const event of chat.say('Count.', never)) {
      if (event.type !== 'delta') continue;
      heard = event.text;
      break;
    }
    await say(chat, 'Go on.');
    assert.deepEqual(values(model.requests[1] ?? assert.fail()), ['Count.', heard, 'Go on.']);
  });
});
