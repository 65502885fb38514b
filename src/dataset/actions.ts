import type { Action, ParsedReply } from '../agent/task';
import { databaseTask } from '../agent/tasks/database';
import { osTask } from '../agent/tasks/os';
import type { Split } from './split';

const database = databaseTask([]);

/** What a reply does, as far as the grammar of its task tells. */
export type ReplyAction = Action | { readonly kind: 'other'; readonly text: string };

/**
 * Actions of the splits that this product does not run itself, as their instructions in AgentInstruct ask for them. Generous:
 * what the environments of AgentBench took is taken.
 */
const otherActions: Readonly<Partial<Record<Split, RegExp>>> = {
  alfworld: /^[ \t]*ACTION:[ \t]*(\S.*)$/im,
  webshop: /\b((?:search|click)\[[^\]\n]+\])/i,
  kg: /\b((?:get_relations|get_neighbors|get_attributes|intersection|argmax|argmin|count)\(.*\))|(Final Answer:[ \t]*#\d+)/i,
  mind2web: /^[ \t]*(Answer:[ \t]*[A-F]\b.*(?:\n[ \t]*Action:[^\n]+)?(?:\n[ \t]*Value:[^\n]+)?)/im,
};

/** The action of a reply, or the sentence that says why there is none; undefined where the task has no actions. */
export function actionOf(reply: string, split: Split): ReplyAction | { readonly problem: string } | undefined {
  if (split === 'general') return undefined;
  if (split === 'os') return fromTask(osTask.parse(reply));
  if (split === 'db') return fromTask(database.parse(reply));
  const match = otherActions[split]?.exec(reply);
  const text = match?.slice(1).find((group) => group !== undefined);
  return text === undefined
    ? { problem: `The reply holds no action of the ${split} task.` }
    : { kind: 'other', text: text.trim() };
}

function fromTask(parsed: ParsedReply): ReplyAction | { readonly problem: string } {
  return 'problem' in parsed ? { problem: parsed.problem.sentence } : parsed.action;
}

/** Whether the observation of an action is worded as the model was trained to read it. */
export function isObservation(text: string, split: Split): boolean {
  switch (split) {
    case 'os':
      return text.startsWith('The output of the OS:\n\n') || text.startsWith('The output of the OS is empty.');
    case 'db':
      // A list of tuples, perhaps cut, or "1054 (42S22): …"; a bracketed remark is the harness speaking.
      return /^(?:\[\]|\[\(|\[[A-Z]|-?\d+(?: \(\w{5}\))?: )/.test(text) || text === '';
    default:
      return text.trim() !== '';
  }
}

/** Whether an observation says that the environment could not do what it was told. */
export function isEnvironmentError(text: string, split: Split): boolean {
  if (split === 'db') return /^-?\d+(?: \(\w{5}\))?: /.test(text);
  if (split !== 'os') return false;
  return /(?:: (?:command not found|No such file or directory|Permission denied|not found|cannot |syntax error|Is a directory|Not a directory)|^Traceback \(most recent call last\)|\bTimeout\b|was stopped after)/m.test(
    text,
  );
}
