import type { Dialogue } from '../../agent/conversation';
import type { Problem } from '../problem';

/** The markers of the Llama-2 chat format: in a turn they end it, or begin another, where nobody said so. */
export const llamaSeparators: readonly string[] = ['</s>', '<s>', '[INST]', '[/INST]', '<<SYS>>', '<</SYS>>'];

export function separatorProblems({ conversations }: Dialogue): Problem[] {
  return conversations.flatMap(({ value }, turn) =>
    llamaSeparators
      .filter((separator) => value.includes(separator))
      .map((separator): Problem => ({
        code: 'separator',
        turn,
        detail: `The turn holds ${separator}, which trainers read as a boundary of the conversation.`,
      })),
  );
}
