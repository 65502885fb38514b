import { gpt, human, type Dialogue, type Turn } from '../../src/agent/conversation';
import type { About, Row, RowFormat } from '../../src/dataset/row';

/** A small row of the os split: instruction, primer, problem, two learnt replies. */
export const osTurns: readonly Turn[] = [
  human('You work on a Linux machine.\n\nAct: bash'),
  gpt('Ok.', { loss: false }),
  human('Now, I will start a new problem in a new OS. My problem is:\n\nHow many lamps are there?'),
  gpt('Think: I count them.\n\nAct: bash\n\n```bash\nls lamps | wc -l\n```', { loss: true }),
  human('The output of the OS:\n\n3'),
  gpt('Think: There are three.\n\nAct: answer(3)', { loss: true }),
];

export function rowOf(
  turns: readonly Turn[],
  about: About = {},
  format: RowFormat = 'agentinstruct',
  id = 'os_1',
): Row {
  const dialogue: Dialogue = { id, conversations: turns };
  return { place: { file: 'rows.jsonl', row: 1, line: 1 }, format, dialogue, about };
}

/** The turns with one of them changed. */
export function changed(turns: readonly Turn[], index: number, change: Partial<Turn>): Turn[] {
  return turns.map((turn, position) => (position === index ? { ...turn, ...change } : turn));
}
