/** What the demo needs to know of a prompt. */
export interface ReadPrompt {
  /** `chat`: a conversation that is no task. */
  readonly kind: 'os' | 'db' | 'chat';
  /** The user's words, without what the task put around them. */
  readonly problem: string;
  /** What the environment said since the problem was set, oldest first. */
  readonly observations: readonly string[];
}

const newProblem = 'Now, I will start a new problem in a new OS. My problem is:\n\n';

/** Reads a Llama-2 prompt back into its human turns (protocol of the os and db splits). */
export function readPrompt(prompt: string): ReadPrompt {
  const humanTurns = prompt
    .split('</s><s>')
    .map((pair) => pair.replace(/^\s*\[INST\] /, '').replace(/ \[\/INST\][\s\S]*$/, ''));
  const osStart = humanTurns.findIndex((turn) => turn.startsWith(newProblem));
  if (osStart !== -1) {
    return {
      kind: 'os',
      problem: (humanTurns[osStart] ?? '').slice(newProblem.length),
      observations: humanTurns.slice(osStart + 1),
    };
  }
  const [first = '', question = '', ...observations] = humanTurns;
  // Only a conversation that is no task has a system text.
  if (first.startsWith('<<SYS>>\n')) {
    const said = (humanTurns.at(-1) ?? '').replace(/^<<SYS>>\n[^]*?\n<<\/SYS>>\n\n/, '');
    return { kind: 'chat', problem: said, observations: [] };
  }
  return { kind: 'db', problem: question.split('\n', 1)[0] ?? '', observations };
}
