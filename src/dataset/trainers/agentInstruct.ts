import { isRecord } from '../../agent/json';
import { llamaSeparators } from '../checks/separators';
import { learntReplies, messagesOf, outOfTurn, unfit, type ExportFormat } from './example';
import { refuse, within, type Stretch } from './reading';

/**
 * AgentInstruct, as AgentTuning trains on it: FastChat with the Llama-2 template, where a reply counts when its `loss` says
 * so. A reply that says nothing counts, and so a row is refused where nothing is said.
 */
export const agentInstruct: ExportFormat = {
  examples(row) {
    const { dialogue } = row;
    const last = dialogue.conversations.length - 1;
    const problem = unfit(dialogue);
    if (problem !== undefined) return problem;
    if (dialogue.conversations[last]?.from === 'gpt' && dialogue.conversations[last].loss !== true) {
      return refuse(
        'last-not-learnt',
        last,
        'The last reply is not to be learnt, so the row says more than it teaches.',
      );
    }
    return [{ value: dialogue, intended: learntReplies(dialogue.conversations) }];
  },
  read(value, limits) {
    const messages = messagesOf(isRecord(value) ? value['conversations'] : undefined, 'from', 'value', llamaSeparators);
    if ('refused' in messages) return messages;
    const wrong = outOfTurn(messages, ['human', 'gpt'], 'the trainer stops at it');
    if (wrong !== undefined) return wrong;
    const stretches = messages.flatMap(({ role, text, extra }, turn): Stretch[] => {
      if (role === 'human') {
        return [
          { text: '<s>[INST] ', learnt: false, turn: null },
          { text: text.trim(), learnt: false, turn },
          { text: ' [/INST] ', learnt: false, turn: null },
        ];
      }
      const learnt = extra['loss'] !== false;
      return [
        { text: text.trim(), learnt, turn },
        { text: ' </s>', learnt, turn: null },
      ];
    });
    return within(limits, stretches, 'the trainer cuts the end off without a word');
  },
};
