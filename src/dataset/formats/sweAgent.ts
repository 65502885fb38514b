import type { Outcome } from '../../agent/events';
import { isRecord } from '../../agent/json';
import type { About, Row } from '../row';
import { sayings } from './messages';
import { idOf, ShapeError, textOf, turnsOf, type Saying } from './shape';

/**
 * A trajectory of mini-swe-agent (`*.traj.json`): all messages in a row, and how it ended.
 * @throws {ShapeError}
 */
export function readMiniSweAgent(
  value: Readonly<Record<string, unknown>>,
  name: string,
): Pick<Row, 'dialogue' | 'about'> {
  return {
    dialogue: { id: idName(value, name), conversations: turnsOf(sayings(value['messages'], 'messages')) },
    about: aboutRun(value),
  };
}

/**
 * A trajectory of SWE-agent (`*.traj`): its history where it has one, else its steps.
 * @throws {ShapeError}
 */
export function readSweAgent(value: Readonly<Record<string, unknown>>, name: string): Pick<Row, 'dialogue' | 'about'> {
  const { history, trajectory } = value;
  const said = Array.isArray(history) && history.length > 0 ? sayings(history, 'history') : steps(trajectory);
  return { dialogue: { id: idName(value, name), conversations: turnsOf(said) }, about: aboutRun(value) };
}

function steps(trajectory: unknown): Saying[] {
  if (!Array.isArray(trajectory)) throw new ShapeError('has neither history nor trajectory');
  return trajectory.flatMap((step: unknown, index): Saying[] => {
    const place = `trajectory[${index}]`;
    if (!isRecord(step)) throw new ShapeError(`has no object in ${place}`);
    const reply = textOf(step['response'] ?? step['action'], `${place}.response`);
    return [
      { from: 'gpt', value: reply, loss: true },
      { from: 'human', value: textOf(step['observation'], `${place}.observation`), loss: false },
    ];
  });
}

function idName(value: Readonly<Record<string, unknown>>, name: string): string {
  const instance = value['instance_id'];
  return typeof instance === 'string' && instance !== '' ? instance : idOf(value, name);
}

/** The words of both for how a run ended. Others are not guessed at. */
const outcomes: readonly (readonly [RegExp, Outcome])[] = [
  [/^submitted$/i, 'finished'],
  [/^(limits?exceeded|exit_cost|exit_context|.*limit.*)/i, 'step-limit'],
  [/^(exit_format|repeatedformaterror|.*format.*)/i, 'malformed'],
  [/^(exit_error|exit_environment_error|.*error.*)/i, 'failed'],
];

function aboutRun(value: Readonly<Record<string, unknown>>): About {
  const info = isRecord(value['info']) ? value['info'] : {};
  const status = info['exit_status'];
  const outcome = typeof status === 'string' ? outcomes.find(([pattern]) => pattern.test(status))?.[1] : undefined;
  const model = modelName(value, info);
  return { ...(model !== undefined && { model }), ...(outcome !== undefined && { outcome }) };
}

function modelName(...places: readonly Readonly<Record<string, unknown>>[]): string | undefined {
  for (const place of places) {
    const config = isRecord(place['config']) ? place['config'] : place;
    const model = config['model'];
    const found = isRecord(model) ? (model['model_name'] ?? model['name']) : (model ?? config['model_name']);
    if (typeof found === 'string') return found;
  }
  return undefined;
}
