import { isRecord } from './json';
/** Who speaks in AgentInstruct: `human` is the user or the environment, `gpt` is the model. */
export type Speaker = 'human' | 'gpt';

/**
 * One turn of a trajectory, as AgentInstruct writes it (dataset card of THUDM/AgentInstruct).
 * `loss` says what a trainer does with it: null for human turns, true for replies to be learnt, false for replies that
 * were given to the model (primers, one-shot examples) or that it should not learn.
 */
export interface Turn {
  readonly from: Speaker;
  readonly loss: boolean | null;
  readonly value: string;
}

/** One row of AgentInstruct. Roles alternate, the first turn is human, the last is gpt with `loss: true`. */
export interface Dialogue {
  readonly id: string;
  readonly conversations: readonly Turn[];
}

/** A row that is not AgentInstruct, with the place inside it, e.g. `conversations[3].loss`. */
export class DialogueError extends Error {
  override readonly name = 'DialogueError';
  constructor(
    readonly place: string,
    readonly expected: string,
  ) {
    super(`${place} is not ${expected}`);
  }
}

/**
 * Reads one line of AgentInstruct JSONL.
 * @throws {DialogueError} naming the first place that does not fit.
 */
export function parseDialogue(json: string): Dialogue {
  return readDialogue(parseJson(json));
}

/**
 * Reads one row of AgentInstruct, whatever file it came out of.
 * @throws {DialogueError} naming the first place that does not fit.
 */
export function readDialogue(row: unknown): Dialogue {
  if (!isRecord(row)) throw new DialogueError('row', 'an object');
  if (typeof row['id'] !== 'string') throw new DialogueError('id', 'a string');
  if (!Array.isArray(row['conversations'])) throw new DialogueError('conversations', 'a list');
  return { id: row['id'], conversations: row['conversations'].map(parseTurn) };
}

/** One line of AgentInstruct JSONL, without its line break: Python's `json.dumps(row, ensure_ascii=False)`, to the byte. */
export function formatDialogue(dialogue: Dialogue): string {
  const turns = dialogue.conversations.map(
    ({ from, loss, value }) => `{"from": "${from}", "loss": ${loss}, "value": ${quote(value)}}`,
  );
  return `{"id": ${quote(dialogue.id)}, "conversations": [${turns.join(', ')}]}`;
}

/** What the user, the environment or the harness says. */
export function human(value: string): Turn {
  return { from: 'human', loss: null, value };
}

/** What the model says, and whether a trainer is to learn it. */
export function gpt(value: string, { loss }: { readonly loss: boolean }): Turn {
  return { from: 'gpt', loss, value };
}

function parseTurn(turn: unknown, index: number): Turn {
  const place = `conversations[${index}]`;
  if (!isRecord(turn)) throw new DialogueError(place, 'an object');
  const { from, loss, value } = turn;
  if (from !== 'human' && from !== 'gpt') throw new DialogueError(`${place}.from`, '"human" or "gpt"');
  if (loss !== null && typeof loss !== 'boolean') throw new DialogueError(`${place}.loss`, 'null, false or true');
  if (typeof value !== 'string') throw new DialogueError(`${place}.value`, 'a string');
  return { from, loss, value };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw Object.assign(new DialogueError('row', 'valid JSON'), { cause });
  }
}

/**
 * JSON.stringify differs from Python's json.dumps(ensure_ascii=False) in one place only: it escapes lone surrogates,
 * which Python would refuse to encode as UTF-8 anyway. DEL and everything above it is left as it is by both.
 */
function quote(text: string): string {
  return JSON.stringify(text);
}
