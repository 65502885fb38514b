import { isRecord } from '../../agent/json';
import type { Row } from '../row';
import { idOf, ShapeError, textOf, trainFlag, turnsOf, type Saying } from './shape';

const speakers: Readonly<Record<string, Saying['from']>> = {
  human: 'human',
  user: 'human',
  observation: 'human',
  tool: 'human',
  gpt: 'gpt',
  chatgpt: 'gpt',
  assistant: 'gpt',
  model: 'gpt',
  bing: 'gpt',
  bard: 'gpt',
  system: 'system',
};

/**
 * A row of ShareGPT, FastChat or LLaMA-Factory, or of axolotl with its `train` flags. Without flags every reply is to be
 * learnt, as those trainers do.
 * @throws {ShapeError}
 */
export function readShareGpt(value: Readonly<Record<string, unknown>>, name: string): Pick<Row, 'dialogue' | 'about'> {
  const { conversations } = value;
  if (!Array.isArray(conversations)) throw new ShapeError('has no list of conversations');
  const sayings = conversations.map((turn: unknown, index): Saying => {
    const place = `conversations[${index}]`;
    if (!isRecord(turn)) throw new ShapeError(`has no object in ${place}`);
    const from = speakers[String(turn['from'] ?? turn['role']).toLowerCase()];
    if (from === undefined) throw new ShapeError(`has an unknown speaker in ${place}.from`);
    return { from, value: textOf(turn['value'] ?? turn['content'], `${place}.value`), loss: trainFlag(turn) ?? true };
  });
  const system: Saying[] =
    typeof value['system'] === 'string' && value['system'] !== ''
      ? [{ from: 'system', value: value['system'], loss: false }]
      : [];
  return { dialogue: { id: idOf(value, name), conversations: turnsOf([...system, ...sayings]) }, about: {} };
}
