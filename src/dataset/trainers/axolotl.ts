import { isRecord } from '../../agent/json';
import { llamaSeparators } from '../checks/separators';
import { learntReplies, messagesOf, outOfTurn, unfit, type ExportFormat } from './example';
import { refuse, within, type Stretch } from './reading';

/**
 * axolotl, `type: chat_template` with `message_field_training: train` and `roles_to_train: []`: each turn says whether it
 * counts, which is what `loss` says. The turn is found in the rendered prompt by comparing it with one that says
 * "[[dummy_message]]" instead, so a reply that begins or ends like that is found short of it.
 */
export const axolotl: ExportFormat = {
  examples({ dialogue }) {
    const problem = unfit(dialogue);
    if (problem !== undefined) return problem;
    const { id, conversations } = dialogue;
    const turns = conversations.map(({ from, loss, value }) => ({ from, value, train: loss === true }));
    return [{ value: { id, conversations: turns }, intended: learntReplies(conversations) }];
  },
  read(value, limits) {
    const messages = messagesOf(isRecord(value) ? value['conversations'] : undefined, 'from', 'value', llamaSeparators);
    if ('refused' in messages) return messages;
    const wrong = outOfTurn(
      messages,
      ['human', 'gpt'],
      'the chat template refuses it, or nothing is learnt at its end',
    );
    if (wrong !== undefined) return wrong;
    const stretches: Stretch[] = [];
    for (const [turn, { role, text, extra }] of messages.entries()) {
      const learnt = extra['train'] === true;
      if (turn === messages.length - 1 && !learnt) {
        return refuse(
          'last-not-learnt',
          turn,
          'The last turn does not train: axolotl warns that it may then unmask a wrong end of sequence.',
        );
      }
      const said = text.trim();
      if (learnt && (said.startsWith('[[') || said.endsWith(']]'))) {
        return refuse(
          'mask',
          turn,
          'The reply begins or ends with double brackets, where axolotl loses the edge of the turn and learns it in part.',
        );
      }
      if (role === 'human') {
        stretches.push(
          { text: '<s>[INST] ', learnt: false, turn: null },
          { text: said, learnt, turn },
          { text: ' [/INST] ', learnt: false, turn: null },
        );
      } else {
        stretches.push({ text: said, learnt, turn }, { text: ' </s>', learnt, turn: null });
      }
    }
    return within(limits, stretches, 'axolotl drops the row');
  },
};

/** The part of an axolotl configuration that reads a file of this format. */
export function axolotlConfiguration(fileName: string, maxTokens: number): string {
  return [
    'datasets:',
    `  - path: ${JSON.stringify(fileName)}`,
    '    ds_type: json',
    '    type: chat_template',
    '    field_messages: conversations',
    '    message_property_mappings: { role: from, content: value }',
    '    roles: { user: [human], assistant: [gpt] }',
    '    roles_to_train: []',
    '    message_field_training: train',
    '    train_on_eos: turn',
    'chat_template: tokenizer_default',
    `sequence_len: ${maxTokens}`,
    '',
  ].join('\n');
}
