import type { Speaker, Turn } from '../../agent/conversation';
import { isRecord } from '../../agent/json';

/** A value has no shape that is known here. The message is the end of a sentence about the row. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** Something said, before it is a turn. `system` is said to the model, so it opens what the user says next. */
export interface Saying {
  readonly from: Speaker | 'system';
  readonly value: string;
  /** Of a gpt turn. */
  readonly loss: boolean;
}

/**
 * Turns out of sayings. A system text is put before the first thing that the user says, as AgentInstruct has it, and
 * what one speaker says twice in a row becomes one turn: the formats of this product have neither.
 */
export function turnsOf(sayings: readonly Saying[]): Turn[] {
  const turns: Turn[] = [];
  for (const { from, value, loss } of sayings) {
    const speaker = from === 'gpt' ? 'gpt' : 'human';
    const last = turns.at(-1);
    if (last?.from !== speaker) {
      turns.push({ from: speaker, loss: speaker === 'gpt' ? loss : null, value });
    } else {
      turns[turns.length - 1] = {
        from: speaker,
        loss: speaker === 'gpt' ? last.loss === true && loss : null,
        value: [last.value, value].filter((text) => text !== '').join('\n\n'),
      };
    }
  }
  return turns;
}

/** The text of a message: a string, or the text parts of a list. */
export function textOf(content: unknown, place: string): string {
  if (typeof content === 'string') return content;
  if (content === null || content === undefined) return '';
  if (!Array.isArray(content)) throw new ShapeError(`has no text in ${place}`);
  return content
    .map((part: unknown) => {
      if (typeof part === 'string') return part;
      if (isRecord(part) && typeof part['text'] === 'string') return part['text'];
      throw new ShapeError(`has something other than text in ${place}`);
    })
    .join('');
}

/** Whether a reply is to be learnt, by the names that trainers have for it; undefined where nothing is said. */
export function trainFlag(message: Readonly<Record<string, unknown>>): boolean | undefined {
  const { train, weight } = message;
  if (typeof train === 'boolean') return train;
  if (weight === 0 || weight === 1) return weight === 1;
  return undefined;
}

/** The id of a row, or the name it gets here. */
export function idOf({ id }: Readonly<Record<string, unknown>>, otherwise: string): string {
  if (typeof id === 'string' && id !== '') return id;
  return typeof id === 'number' || typeof id === 'bigint' ? String(id) : otherwise;
}
