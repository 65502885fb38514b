import { gpt, human, type Turn } from '../conversation';
import type { Execution } from '../environment';
import type { Action, FormatProblem, Observation, ParsedReply, Task } from '../task';
import { actionLines, blocks, emptyProblem, normalise, type ActionLine, type Block } from './reply';

/**
 * The OS task of AgentInstruct: the model thinks, writes bash, reads what the OS printed, until it finishes or answers.
 * Grammar and observation wording are those of the os split, which AgentLM was trained on; the instruction is our own.
 */
export const osTask: Task = {
  kind: 'os',
  stepLimit: 8,
  stop: ['</s>', '\nThe output of the OS', '[INST]'],
  grammar: {
    regex:
      ' ?Think: [^\\n]+(\\n([^\\nA`][^\\n]*|A([^c\\n][^\\n]*)?|Ac([^t\\n][^\\n]*)?|Act([^:\\n][^\\n]*)?)?)*\\n\\nAct: (finish|answer\\([^\\n]*\\)|bash\\n\\n```bash\\n(`?`?([^`\\n][^\\n]*)?\\n)+```) ?',
    gbnf: [
      'root   ::= " "? "Think: " [^\\n]+ ("\\n" cline?)* "\\n\\nAct: " act " "?',
      'cline  ::= [^\\nA`] [^\\n]* | "A" ([^c\\n] [^\\n]*)? | "Ac" ([^t\\n] [^\\n]*)? | "Act" ([^:\\n] [^\\n]*)?',
      'act    ::= "finish" | "answer(" [^\\n]* ")" | "bash\\n\\n```bash\\n" body+ "```"',
      'body   ::= "`"? "`"? ([^`\\n] [^\\n]*)? "\\n"',
      '',
    ].join('\n'),
  },
  truncationMark: '\n[truncated because the output is too long]',
  opening,
  parse,
  actionEnd,
  compose,
  observe,
  observeSkipped,
  remind,
};

const instruction = `You work on a Linux machine through one bash shell, in turns, to do what I ask or to answer my question.
Begin each turn with "Think: " and your reasoning. Then leave a blank line and choose exactly one action.
To run commands:

Act: bash

\`\`\`bash
# your commands
\`\`\`

I run them in that shell and send you what the OS printed. They must end by themselves and must not wait for input.
When my task is done and asks for no answer:

Act: finish

To answer my question:

Act: answer(the answer)

Put nothing but the answer into the parentheses, in the form I ask for. Never write the output of the OS yourself.`;

/** A solved problem shows the form better than any rule. Its replies were given, so a trainer does not learn them. */
const example: readonly Turn[] = [
  human(`${instruction}\n\nNow, my problem is:\n\nWhich login shell does the user "games" have? Answer with its path.`),
  gpt(
    "Think: Every user has a line in /etc/passwd, and its last field is the login shell. I cut that field out of the line of games.\n\nAct: bash\n\n```bash\ngrep '^games:' /etc/passwd | cut -d: -f7\n```",
    { loss: false },
  ),
  human('The output of the OS:\n\n/usr/sbin/nologin'),
  gpt('Think: The login shell of games is /usr/sbin/nologin.\n\nAct: answer(/usr/sbin/nologin)', { loss: false }),
];

function opening(problem: string): readonly Turn[] {
  return [...example, human(`Now, I will start a new problem in a new OS. My problem is:\n\n${problem.trim()}`)];
}

const knownActions = new Set(['bash', 'finish', 'answer']);

/** The paper's harness reads the last action line that names a known action, and so do we. */
function parse(reply: string): ParsedReply {
  const text = normalise(reply);
  if (text === '') return { problem: emptyProblem };
  const code = blocks(text);
  const lines = actionLines(text, 'Act', code);
  const line = lines.findLast(({ name }) => knownActions.has(name));
  if (!line) return { problem: withoutAction(lines.at(-1)) };
  const action = readAction(text, line, code);
  return 'code' in action ? { problem: action } : { thought: thoughtBefore(text, line), action };
}

function withoutAction(line: ActionLine | undefined): FormatProblem {
  return line
    ? { code: 'unknown-action', sentence: `Your reply named the action "${line.name}", which does not exist.` }
    : { code: 'no-action', sentence: 'Your reply had no line that begins with "Act:".' };
}

function readAction(text: string, line: ActionLine, code: readonly Block[]): Action | FormatProblem {
  switch (line.name) {
    case 'finish':
      return { kind: 'finish', text: '' };
    case 'answer':
      return readAnswer(text.slice(line.end));
    default:
      return readBash(line, code);
  }
}

/**
 * From the first parenthesis to where the parentheses balance at the end of a line: answers may span several lines. Where
 * they never do, to the last parenthesis of the line, or else of the text.
 */
function readAnswer(rest: string): Action | FormatProblem {
  const [firstLine = ''] = rest.split('\n', 1);
  const scope = rest.slice(0, balancedEnd(rest) ?? (firstLine.includes(')') ? firstLine.length : rest.length));
  const from = scope.indexOf('(');
  const to = scope.lastIndexOf(')');
  if (from === -1 || to < from || scope.slice(0, from).trim() !== '') {
    return { code: 'no-answer', sentence: 'Your action was "answer", but the answer was not in parentheses.' };
  }
  const answer = scope.slice(from + 1, to);
  return { kind: 'answer', text: answer, answer };
}

/** The index after the first `)` that ends a line and leaves no parenthesis open. */
function balancedEnd(rest: string): number | undefined {
  let depth = 0;
  for (let index = 0; index < rest.length; index++) {
    if (rest[index] === '(') depth++;
    if (rest[index] === ')' && --depth <= 0 && /^[ \t]*\r?(\n|$)/.test(rest.slice(index + 1))) return index + 1;
  }
  return undefined;
}

const bashNames = new Set(['bash', 'sh', 'shell', 'console', '']);

/** All bash blocks after the action line, joined by a blank line; those before it when none follows. */
function readBash(line: ActionLine, code: readonly Block[]): Action | FormatProblem {
  const bash = code.filter(({ language }) => bashNames.has(language));
  const after = bash.filter(({ start }) => start > line.start);
  const chosen = after.length > 0 ? after : bash;
  if (chosen.length === 0) {
    return { code: 'no-block', sentence: 'Your action was "bash", but no ```bash block followed it.' };
  }
  if (chosen.some(({ end }) => end === undefined)) {
    return { code: 'open-block', sentence: 'The ```bash block of your reply was never closed with ```.' };
  }
  const commands = chosen.map(({ body }) => body).join('\n\n');
  return commands.trim() === ''
    ? { code: 'empty-block', sentence: 'The ```bash block of your reply was empty.' }
    : { kind: 'bash', text: commands };
}

function thoughtBefore(text: string, line: ActionLine): string {
  return text
    .slice(0, line.start)
    .replace(/^\s*Think:\s*/i, '')
    .trim();
}

function actionEnd(partialReply: string): number | undefined {
  const code = blocks(partialReply);
  const line = actionLines(partialReply, 'Act', code).find(({ name }) => knownActions.has(name));
  if (!line) return undefined;
  const rest = partialReply.slice(line.end);
  switch (line.name) {
    case 'finish':
      return rest.includes('\n') ? line.end : undefined;
    case 'answer': {
      const end = balancedEnd(rest);
      // Without a line break after it, the line may go on.
      return end !== undefined && /^[ \t]*\r?\n/.test(rest.slice(end)) ? line.end + end : undefined;
    }
    default:
      return code.find(({ start, language }) => start > line.start && bashNames.has(language))?.end;
  }
}

function compose(thought: string, action: Action): string {
  return `Think: ${thought}\n\nAct: ${composeAction(action)}`;
}

function composeAction(action: Action): string {
  switch (action.kind) {
    case 'finish':
      return 'finish';
    case 'answer':
      return `answer(${action.text})`;
    default:
      return `bash\n\n\`\`\`bash\n${action.text}\n\`\`\``;
  }
}

/** Characters of output that the model is shown (protocol of the os split: over 800, the first 780 and a remark). */
const outputLimit = 800;
const keptOutput = 780;
const emptyOutput = 'The output of the OS is empty.';

function observe({ output, prompt = '' }: Execution): Observation {
  // The split shows the prompt behind every output, also where that was empty, and cuts it off with what is too long.
  const printed = [output.trimEnd(), prompt].filter((part) => part !== '').join('\n');
  if (printed === '') return { text: emptyOutput, truncated: false };
  // Code points, because the harness counted with Python.
  const characters = Array.from(printed);
  const truncated = characters.length > outputLimit;
  const shown = truncated ? characters.slice(0, keptOutput).join('') + osTask.truncationMark : printed;
  return { text: `The output of the OS:\n\n${shown}`, truncated };
}

function observeSkipped(reason: string): Observation {
  const because = reason.trim() === '' ? '' : ` The reason: ${reason.trim()}`;
  return { text: `${emptyOutput}\n[The user did not let these commands run.${because}]`, truncated: false };
}

function remind({ sentence }: FormatProblem): string {
  return `${sentence} Nothing was run. Write "Think: " and your reasoning, a blank line, and then one action: "Act: bash" with a \`\`\`bash block, "Act: finish", or "Act: answer(your answer)".`;
}
