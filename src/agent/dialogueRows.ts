import { DialogueError, parseDialogue, type Dialogue } from './conversation';
import { UserError } from './errors';

/**
 * The rows of a file of AgentInstruct: one row, a list of rows, or a row a line.
 * @param file what it is called in messages
 * @throws {UserError} `rows.bad`, `rows.none`
 */
export function readDialogueRows(text: string, file: string): [Dialogue, ...Dialogue[]] {
  const rows = listOf(text) ?? text.split('\n').filter((line) => line.trim() !== '');
  const [first, ...others] = rows.map((row, index) => {
    try {
      return parseDialogue(row);
    } catch (cause) {
      if (!(cause instanceof DialogueError)) throw cause;
      throw new UserError(
        'rows.bad',
        'Row {0} of {1} is no row of AgentInstruct: {2}. Mend it, or choose a file without it.',
        [index + 1, file, cause.message],
        { cause },
      );
    }
  });
  if (first !== undefined) return [first, ...others];
  throw new UserError('rows.none', '{0} has no row. Name a file of AgentInstruct rows, as JSON or JSONL.', [file]);
}

/** Undefined for what is not one JSON text. */
function listOf(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return (Array.isArray(value) ? value : [value]).map((row) => JSON.stringify(row));
  } catch {
    return undefined;
  }
}
