import { DialogueError, readDialogue } from '../../agent/conversation';
import { isRecord } from '../../agent/json';
import type { Place, RawValue, Row, Unreadable } from '../row';
import { readMessages } from './messages';
import { ShapeError } from './shape';
import { readShareGpt } from './shareGpt';
import { readMiniSweAgent, readSweAgent } from './sweAgent';
import { isRecordLine, RecordReader } from './trajectoryRecord';

/**
 * The rows of one file, in order. Each value is recognised by its shape, so a file may mix them; what is in none of them
 * is named and left out. The lines of a recorded session become a row a run, once the file has come to its end.
 */
export async function* readRows(values: AsyncIterable<RawValue>): AsyncGenerator<Row | Unreadable, void> {
  const recorded = new RecordReader();
  for await (const raw of values) {
    if ('unreadable' in raw) yield raw;
    else if (isRecordLine(raw.value)) recorded.add(raw.place, raw.value);
    else yield readRow(raw.place, raw.value);
  }
  yield* recorded.rows();
}

/** Reads one value of a file that is not a recorded session. */
export function readRow(place: Place, value: unknown): Row | Unreadable {
  try {
    if (!isRecord(value)) throw new ShapeError('is not a JSON object');
    return { place, ...readShape(place, value) };
  } catch (error) {
    if (error instanceof DialogueError) return { place, unreadable: `is not AgentInstruct: ${error.message}` };
    if (error instanceof ShapeError) return { place, unreadable: error.message };
    throw error;
  }
}

function readShape(place: Place, value: Readonly<Record<string, unknown>>): Omit<Row, 'place'> {
  const name = `row_${place.row}`;
  if (Array.isArray(value['trajectory']) || (Array.isArray(value['history']) && 'info' in value)) {
    return { format: 'swe-agent', ...readSweAgent(value, name) };
  }
  if (Array.isArray(value['messages'])) {
    return 'info' in value || 'trajectory_format' in value
      ? { format: 'mini-swe-agent', ...readMiniSweAgent(value, name) }
      : { format: 'openai', ...readMessages(value, name) };
  }
  if (!Array.isArray(value['conversations'])) {
    throw new ShapeError('has neither "conversations" nor "messages", so it is no conversation');
  }
  const carriesLoss = value['conversations'].some((turn) => isRecord(turn) && 'loss' in turn);
  // AgentTraj, which is otherwise the same, names its rows by `item_id`.
  return carriesLoss
    ? { format: 'agentinstruct', dialogue: readDialogue({ ...value, id: value['id'] ?? value['item_id'] }), about: {} }
    : { format: 'sharegpt', ...readShareGpt(value, name) };
}
