import type { Dialogue, Turn } from '../../agent/conversation';
import { isRecord } from '../../agent/json';
import type { Row } from '../row';
import { isEncodable, markerIn, refuse, type Reading, type Refusal, type TrainerLimits } from './reading';

/** One line of an export, and what a trainer is meant to learn from it: message index and text. */
export interface Example {
  readonly value: unknown;
  readonly intended: readonly Learnt[];
}

export interface Learnt {
  readonly turn: number;
  readonly text: string;
}

/** A format to export to, with the trainer that reads it. */
export interface ExportFormat {
  /** What a row becomes. More than one example where the trainer learns only the end of each. */
  examples(row: Row): readonly Example[] | { readonly refused: Refusal };
  /** Reads an example as the trainer does: its asserts, its masks, its separators, its truncation. */
  read(value: unknown, limits: TrainerLimits): Reading;
}

/**
 * The examples of a row that the trainer reads as they are meant; or the first reason why it would not. A row is written
 * whole or not at all.
 */
export function exportRow(
  format: ExportFormat,
  row: Row,
  limits: TrainerLimits,
): { readonly values: readonly unknown[] } | { readonly refused: Refusal } {
  const examples = format.examples(row);
  if ('refused' in examples) return examples;
  for (const { value, intended } of examples) {
    const reading = format.read(value, limits);
    if ('refused' in reading) return reading;
    const wrong = misread(intended, reading);
    if (wrong !== undefined) return { refused: wrong };
  }
  return { values: examples.map(({ value }) => value) };
}

/** The first difference between what is meant to be learnt and what would be. */
function misread(
  intended: readonly Learnt[],
  { stretches }: Extract<Reading, { stretches: unknown }>,
): Refusal | undefined {
  const learnt = new Map<number, string>();
  for (const { text, turn, learnt: counts } of stretches) {
    if (counts && turn !== null) learnt.set(turn, (learnt.get(turn) ?? '') + text);
  }
  for (const { turn, text } of intended) {
    const read = learnt.get(turn);
    learnt.delete(turn);
    if (read?.trim() === text.trim()) continue;
    const what = read === undefined ? 'not at all' : 'only in part';
    return { code: 'mask', turn, detail: `The trainer would learn this reply ${what}.` };
  }
  const [given] = learnt.keys();
  return given === undefined
    ? undefined
    : {
        code: 'mask',
        turn: given,
        detail:
          'The trainer would learn this reply too, which was given and is not to be learnt: it has no mask for single replies. Allow it with --learn-given, or export to axolotl or llama-factory.',
      };
}

/** The replies of a conversation that are to be learnt. */
export function learntReplies(turns: readonly Turn[]): Learnt[] {
  return turns.flatMap(({ from, loss, value }, turn) =>
    from === 'gpt' && loss === true ? [{ turn, text: value }] : [],
  );
}

/** What must hold before a conversation can be an example for anybody. */
export function unfit({ conversations }: Dialogue): { readonly refused: Refusal } | undefined {
  for (const [turn, { from, loss, value }] of conversations.entries()) {
    if (!isEncodable(value)) {
      return refuse('encoding', turn, 'The turn holds half a surrogate pair, which Python cannot write as UTF-8.');
    }
    if (value.trim() === '') return refuse('empty-turn', turn, `The ${from} turn is empty.`);
    if (from === 'human' ? loss !== null : loss === null) {
      return refuse(
        'loss',
        turn,
        'Nobody said whether this turn is to be learnt: human turns carry null, replies true or false.',
      );
    }
  }
  if (learntReplies(conversations).length === 0) {
    return refuse('nothing-learnt', null, 'No reply carries loss: true, so there is nothing to learn.');
  }
  return undefined;
}

/** A message of an example, by whatever names the format has for it. */
export interface Message {
  readonly role: string;
  readonly text: string;
  readonly extra: Readonly<Record<string, unknown>>;
}

/** The messages of an example; a refusal where a trainer would stop at a missing key. */
export function messagesOf(
  list: unknown,
  roleKey: string,
  textKey: string,
  markers: readonly string[],
): readonly Message[] | { readonly refused: Refusal } {
  if (!Array.isArray(list) || list.length === 0) return refuse('shape', null, 'The example has no messages.');
  const messages: Message[] = [];
  for (const [turn, message] of list.entries() as IterableIterator<[number, unknown]>) {
    if (!isRecord(message)) return refuse('shape', turn, 'The message is no object.');
    const { [roleKey]: role, [textKey]: text, ...extra } = message;
    if (typeof role !== 'string' || typeof text !== 'string') {
      return refuse('shape', turn, `The message has no ${roleKey} or no ${textKey}.`);
    }
    const marker = markerIn(text, markers);
    if (marker !== undefined) {
      return refuse('separator', turn, `The turn holds ${marker}, which the trainer reads as a boundary.`);
    }
    messages.push({ role, text, extra });
  }
  return messages;
}

/** Refuses what does not go human, gpt, human, gpt to its end. */
export function outOfTurn(
  messages: readonly Message[],
  [human, gpt]: readonly [string, string],
  whatHappens: string,
): { readonly refused: Refusal } | undefined {
  for (const [turn, { role }] of messages.entries()) {
    if (role !== (turn % 2 === 0 ? human : gpt))
      return refuse('roles', turn, `The turn is out of turn: ${whatHappens}.`);
  }
  return messages.length % 2 === 0
    ? undefined
    : refuse('roles', messages.length - 1, `The conversation does not end with a reply: ${whatHappens}.`);
}
