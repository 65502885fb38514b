import type { Turn } from '../../agent/conversation';
import { isRecord } from '../../agent/json';
import { learntReplies, messagesOf, outOfTurn, unfit, type ExportFormat } from './example';
import { refuse, within, type Stretch } from './reading';

/** Special tokens of the models that are tuned from this format. */
const specialTokens = [
  '<|im_start|>',
  '<|im_end|>',
  '<|endoftext|>',
  '<|start|>',
  '<|end|>',
  '<|message|>',
  '<|channel|>',
  '<|endofprompt|>',
];

/** The names that a message may have; an upload with others is refused. */
const known = new Set(['weight', 'name']);

/** OpenAI's chat format for supervised tuning: `weight` 0 or 1 on a reply says whether it counts. */
export const openAi: ExportFormat = {
  examples({ dialogue }) {
    const problem = unfit(dialogue);
    if (problem !== undefined) return problem;
    const messages = dialogue.conversations.map(({ from, loss, value }) =>
      from === 'human'
        ? { role: 'user', content: value }
        : { role: 'assistant', content: value, weight: loss === true ? 1 : 0 },
    );
    return [{ value: { messages }, intended: learntReplies(dialogue.conversations) }];
  },
  read(value, limits) {
    if (!isRecord(value) || Object.keys(value).some((key) => key !== 'messages')) {
      return refuse('shape', null, 'An example holds messages and nothing else.');
    }
    const messages = messagesOf(value['messages'], 'role', 'content', specialTokens);
    if ('refused' in messages) return messages;
    const wrong = outOfTurn(messages, ['user', 'assistant'], 'the upload is refused, or nothing follows what is asked');
    if (wrong !== undefined) return wrong;
    const stretches: Stretch[] = [];
    for (const [turn, { role, text, extra }] of messages.entries()) {
      if (Object.keys(extra).some((key) => !known.has(key)))
        return refuse('shape', turn, 'The message has an unknown key.');
      const { weight } = extra;
      if (weight !== undefined && (role !== 'assistant' || (weight !== 0 && weight !== 1))) {
        return refuse('shape', turn, 'Only a reply has a weight, and it is 0 or 1.');
      }
      const learnt = role === 'assistant' && weight !== 0;
      if (turn === messages.length - 1 && !learnt) {
        return refuse(
          'last-not-learnt',
          turn,
          'The last reply has weight 0: an example has to end with what it teaches.',
        );
      }
      stretches.push({ text: `<|${role}|>`, learnt: false, turn: null }, { text, learnt, turn });
    }
    return within(limits, stretches, 'the end is cut off');
  },
};

/** Turns as messages of the chat format, without weights. */
export function chatMessages(turns: readonly Turn[]): { role: 'user' | 'assistant'; content: string }[] {
  return turns.map(({ from, value }) => ({ role: from === 'human' ? 'user' : 'assistant', content: value }));
}
