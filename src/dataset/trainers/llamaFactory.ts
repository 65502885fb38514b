import { isRecord } from '../../agent/json';
import { llamaSeparators } from '../checks/separators';
import { learntReplies, messagesOf, outOfTurn, unfit, type ExportFormat } from './example';
import { within, type Stretch } from './reading';

/** Placeholders for pictures and sounds: LLaMA-Factory looks for a file for each. */
const media = ['<image>', '<video>', '<audio>'];

/**
 * LLaMA-Factory, sharegpt format, to be trained with `mask_history: true`: then only the last reply of an example counts.
 * Each learnt reply becomes an example of its own, with all that was said before it, which is the one way to have it learn
 * some replies of a row and not others.
 */
export const llamaFactory: ExportFormat = {
  examples({ dialogue }) {
    const problem = unfit(dialogue);
    if (problem !== undefined) return problem;
    const { id, conversations } = dialogue;
    return learntReplies(conversations).map((learnt) => ({
      value: {
        id: `${id}#${learnt.turn}`,
        conversations: conversations.slice(0, learnt.turn + 1).map(({ from, value }) => ({ from, value })),
      },
      intended: [learnt],
    }));
  },
  read(value, limits) {
    const messages = messagesOf(isRecord(value) ? value['conversations'] : undefined, 'from', 'value', [
      ...llamaSeparators,
      ...media,
    ]);
    if ('refused' in messages) return messages;
    const wrong = outOfTurn(messages, ['human', 'gpt'], 'LLaMA-Factory skips the example with a warning');
    if (wrong !== undefined) return wrong;
    const stretches = messages.flatMap(({ role, text }, turn): Stretch[] => {
      if (role === 'human') {
        return [
          { text: '<s>[INST] ', learnt: false, turn: null },
          { text, learnt: false, turn },
          { text: ' [/INST]', learnt: false, turn: null },
        ];
      }
      const learnt = turn === messages.length - 1;
      return [
        { text, learnt, turn },
        { text: '</s>', learnt, turn: null },
      ];
    });
    return within(limits, stretches, 'with mask_history LLaMA-Factory drops the beginning, instruction and all');
  },
};

/** The entry of a file in `dataset_info.json`, under the name that the training asks for. */
export function datasetInfo(fileName: string): unknown {
  return {
    file_name: fileName,
    formatting: 'sharegpt',
    columns: { messages: 'conversations' },
    tags: { role_tag: 'from', content_tag: 'value', user_tag: 'human', assistant_tag: 'gpt' },
  };
}
