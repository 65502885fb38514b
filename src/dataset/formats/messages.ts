import { isRecord } from '../../agent/json';
import type { Row } from '../row';
import { idOf, ShapeError, textOf, trainFlag, turnsOf, type Saying } from './shape';

const roles: Readonly<Record<string, Saying['from']>> = {
  system: 'system',
  developer: 'system',
  user: 'human',
  tool: 'human',
  function: 'human',
  environment: 'human',
  assistant: 'gpt',
};

/**
 * A row of OpenAI's chat format; `weight: 0` on a reply says that it is not to be learnt.
 * @throws {ShapeError}
 */
export function readMessages(value: Readonly<Record<string, unknown>>, name: string): Pick<Row, 'dialogue' | 'about'> {
  return {
    dialogue: { id: idOf(value, name), conversations: turnsOf(sayings(value['messages'], 'messages')) },
    about: {},
  };
}

/** What the messages of a list say, in order. A role of `exit` is a note of mini-swe-agent to itself and is left out. */
export function sayings(messages: unknown, where: string): Saying[] {
  if (!Array.isArray(messages)) throw new ShapeError(`has no list of ${where}`);
  return messages.flatMap((message: unknown, index): Saying[] => {
    const place = `${where}[${index}]`;
    if (!isRecord(message)) throw new ShapeError(`has no object in ${place}`);
    if (message['role'] === 'exit') return [];
    const from = roles[String(message['role'])];
    if (from === undefined) throw new ShapeError(`has an unknown role in ${place}.role`);
    // A demonstration was given to the model (SWE-agent).
    const given = message['is_demo'] === true;
    return [
      { from, value: textOf(message['content'], `${place}.content`), loss: !given && (trainFlag(message) ?? true) },
    ];
  });
}
