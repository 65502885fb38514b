import { gpt, human, type Turn } from '../conversation';
import type { Execution, Table } from '../environment';
import type { Action, FormatProblem, Observation, ParsedReply, Task } from '../task';
import { readList } from './literal';
import { actionLines, blocks, emptyProblem, normalise, type ActionLine, type Block } from './reply';
import { tableSentence } from './tableSentence';

/**
 * The database task of AgentInstruct: the model writes one SQL statement a turn and reads the raw reply of the database,
 * until it answers. Grammar and wording are those of the db split; the instruction is our own.
 * @param sentence what the model is told of the tables
 */
export function databaseTask(tables: readonly Table[], sentence = tableSentence(tables)): Task {
  return {
    kind: 'db',
    stepLimit: 15,
    stop: ['</s>', '[INST]'],
    grammar: { regex, gbnf },
    truncationMark: '[TRUNCATED]',
    opening: (problem) => opening(problem, sentence),
    parse,
    actionEnd,
    compose,
    observe,
    observeSkipped,
    remind,
  };
}

const line =
  '([^\\nA`][^\\n]*|A([^c\\n][^\\n]*)?|Ac([^t\\n][^\\n]*)?|Act([^i\\n][^\\n]*)?|Acti([^o\\n][^\\n]*)?|Actio([^n\\n][^\\n]*)?|Action([^:\\n][^\\n]*)?)';
const item =
  '("([^"\\\\\\n]|\\\\[^\\n])*"|\'([^\'\\\\\\n]|\\\\[^\\n])*\'|[+\\-]?[0-9]+(\\.[0-9]+)?([eE][+\\-]?[0-9]+)?|None|null|[Tt]rue|[Ff]alse)';
const regex = ` ?(${line}?\\n)*Action: (Operation\\n\`\`\`sql\\n(\`?\`?([^\`\\n][^\\n]*)?\\n)+\`\`\`|Answer\\nFinal Answer: \\[(${item}(, ?${item})*)?\\]) ?`;

const gbnf = [
  'root    ::= " "? (cline? "\\n")* "Action: " act " "?',
  'cline   ::= [^\\nA`] [^\\n]* | "A" ([^c\\n] [^\\n]*)? | "Ac" ([^t\\n] [^\\n]*)? | "Act" ([^i\\n] [^\\n]*)? | "Acti" ([^o\\n] [^\\n]*)? | "Actio" ([^n\\n] [^\\n]*)? | "Action" ([^:\\n] [^\\n]*)?',
  'act     ::= "Operation\\n```sql\\n" body+ "```" | "Answer\\nFinal Answer: [" (item ("," " "? item)*)? "]"',
  'body    ::= "`"? "`"? ([^`\\n] [^\\n]*)? "\\n"',
  'item    ::= "\\"" ([^"\\\\\\n] | "\\\\" [^\\n])* "\\"" | "\'" ([^\'\\\\\\n] | "\\\\" [^\\n])* "\'" | [+\\-]? [0-9]+ ("." [0-9]+)? ([eE] [+\\-]? [0-9]+)? | "None" | "null" | [Tt] "rue" | [Ff] "alse"',
  '',
].join('\n');

const instruction = `I will give you a question about a MySQL database, or a change to make in it. Solve it by writing SQL, in turns.
In each turn, explain your reasoning first. Then choose exactly one of two actions.
To run a statement, write:
Action: Operation
\`\`\`sql
SELECT name FROM city WHERE population > 1000000;
\`\`\`
Only one statement a turn, on one line, without comments. I run it and send you the raw reply of the database.
To give the final answer, write:
Action: Answer
Final Answer: ["first value", "second value"]
Answer once you are sure, with the values exactly as the database gave them. When I asked for a change, make it first; then any answer will do.`;

function opening(problem: string, sentence: string): readonly Turn[] {
  return [human(instruction), gpt('Ok.', { loss: false }), human(`${problem.trim()}\n${sentence}`)];
}

function parse(reply: string): ParsedReply {
  const text = normalise(reply);
  if (text === '') return { problem: emptyProblem };
  const code = blocks(text);
  // The first one, as in the paper's harness.
  const [found] = actionLines(text, 'Action', code);
  if (!found) {
    return { problem: { code: 'no-action', sentence: 'Your reply had no line that begins with "Action:".' } };
  }
  const action = readAction(text, found, code);
  return 'code' in action ? { problem: action } : { thought: text.slice(0, found.start).trim(), action };
}

function readAction(text: string, found: ActionLine, code: readonly Block[]): Action | FormatProblem {
  switch (found.name) {
    case 'operation':
      return readStatement(found, code);
    case 'answer':
      return readAnswer(text.slice(found.end));
    default:
      return { code: 'unknown-action', sentence: `Your reply named the action "${found.name}", which does not exist.` };
  }
}

const sqlNames = new Set(['sql', 'mysql', 'sqlite', '']);

/** The first SQL block after the action line, else the first of the reply. */
function readStatement(found: ActionLine, code: readonly Block[]): Action | FormatProblem {
  const sql = code.filter(({ language }) => sqlNames.has(language));
  const block = sql.find(({ start }) => start > found.start) ?? sql[0];
  if (!block) return { code: 'no-block', sentence: 'Your action was "Operation", but no ```sql block followed it.' };
  if (block.end === undefined) {
    return { code: 'open-block', sentence: 'The ```sql block of your reply was never closed with ```.' };
  }
  const text = oneLine(block.body);
  return text === ''
    ? { code: 'empty-block', sentence: 'The ```sql block of your reply was empty.' }
    : { kind: 'sql', text };
}

/** One line, as the harness makes it; but a line comment would then swallow the rest, so such a statement stays as it is. */
function oneLine(statement: string): string {
  const trimmed = statement.trim();
  return /--|#/.test(trimmed) ? trimmed : trimmed.replace(/\s*\n\s*/g, ' ');
}

function readAnswer(rest: string): Action | FormatProblem {
  const match = /^[ \t]*Final Answer:[ \t]*(.*)$/im.exec(rest);
  const text = match?.[1]?.trim() ?? '';
  if (text === '') {
    return {
      code: 'no-answer',
      sentence: 'Your action was "Answer", but no "Final Answer:" line with values followed it.',
    };
  }
  return { kind: 'answer', text, answer: readList(text) ?? [text] };
}

function actionEnd(partialReply: string): number | undefined {
  const code = blocks(partialReply);
  const [found] = actionLines(partialReply, 'Action', code);
  if (found?.name === 'operation') {
    return code.find(({ start, language }) => start > found.start && sqlNames.has(language))?.end;
  }
  if (found?.name === 'answer') {
    const answer = /^[ \t]*Final Answer:[^\n]*?(?=[ \t\r]*\n)/im.exec(partialReply.slice(found.end));
    return answer ? found.end + answer.index + answer[0].length : undefined;
  }
  return undefined;
}

function compose(thought: string, action: Action): string {
  const act =
    action.kind === 'sql'
      ? `Action: Operation\n\`\`\`sql\n${action.text}\n\`\`\``
      : `Action: Answer\nFinal Answer: ${action.text}`;
  return thought === '' ? act : `${thought}\n${act}`;
}

/** Characters of a database's reply that the model is shown, as in the paper's harness. */
const replyLimit = 800;

function observe({ output }: Execution): Observation {
  // Code points, because the harness counted with Python.
  const characters = Array.from(output);
  const truncated = characters.length > replyLimit;
  return { text: truncated ? `${characters.slice(0, replyLimit).join('')}[TRUNCATED]` : output, truncated };
}

function observeSkipped(reason: string): Observation {
  const because = reason.trim() === '' ? '' : ` The reason: ${reason.trim()}`;
  return { text: `[The user did not let this statement run.${because}]`, truncated: false };
}

function remind({ sentence }: FormatProblem): string {
  return `${sentence} Nothing was run. Explain your reasoning, and then write one action: "Action: Operation" with one statement in a \`\`\`sql block, or "Action: Answer" and on the next line "Final Answer: [...]".`;
}
