import type { Dialogue } from '../agent/conversation';

/** The six splits of AgentInstruct, and everything else. */
export type Split = 'os' | 'db' | 'alfworld' | 'webshop' | 'kg' | 'mind2web' | 'general';

export const splits: readonly Split[] = ['os', 'db', 'alfworld', 'webshop', 'kg', 'mind2web', 'general'];

/** What an instruction of each split says of its actions. The ids of published rows say it sooner. */
const instructions: readonly (readonly [Split, RegExp])[] = [
  ['os', /^\s*Act: (?:bash|finish|answer)\b/m],
  ['db', /^\s*Action: Operation\b/m],
  ['alfworld', /\bhousehold\b[^]*\bACTION:/],
  ['webshop', /\b(?:search|click)\[/],
  ['kg', /\bget_relations\b|\bknowledge (?:base|graph)\b/i],
  ['mind2web', /<html>[^]*\bAnswer:/i],
];

/** The task that a row is about: by its id (`os_12`), else by its instruction, the first human turn. */
export function splitOf({ id, conversations }: Dialogue): Split {
  const prefix = /^([a-z\d]+)_/i.exec(id)?.[1]?.toLowerCase();
  const named = splits.find((split) => split === prefix);
  if (named !== undefined && named !== 'general') return named;
  const [first] = conversations;
  if (first?.from !== 'human') return 'general';
  return instructions.find(([, pattern]) => pattern.test(first.value))?.[0] ?? 'general';
}

/** How the last turn of an opening begins in the os split. */
const osProblem = /^Now, I will start a new problem in a new OS\. My problem is:\n\n/;

/**
 * How many turns were given before the model's own work began: instruction, primer, one-shot example and task. The last
 * of them is human.
 */
export function openingLength({ conversations }: Dialogue, split: Split): number {
  if (split === 'os') {
    const problem = conversations.findIndex(({ from, value }) => from === 'human' && osProblem.test(value));
    if (problem !== -1) return problem + 1;
  }
  // The primer ("Ok.") is the one reply that holds no action and is not learnt.
  const [, primer, task] = conversations;
  const primed = primer?.from === 'gpt' && primer.loss !== true && task?.from === 'human' && primer.value.length < 200;
  return primed ? 3 : Math.min(1, conversations.length);
}

/** What a row asks for: the task without the instruction, where they are apart. */
export function problemOf(dialogue: Dialogue, split: Split): string {
  const task = dialogue.conversations[openingLength(dialogue, split) - 1]?.value ?? '';
  return task.replace(osProblem, '');
}
