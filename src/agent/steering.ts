import type { AgentEvent, EventOf } from './events';
import { human } from './conversation';
import { withRemarks } from './remarks';

/** What a surface adds to the course of a run. */
export interface RunCourse {
  /** Hands over what a person has said to the agent since; nothing twice. */
  readonly instructions?: () => readonly string[];
  /** Settles when there is something to hand over, or the signal is aborted. */
  readonly saidSomething?: (signal: AbortSignal) => Promise<void>;
  /** The run goes on from these events (`resumedFrom`) instead of beginning. */
  readonly earlier?: readonly AgentEvent[] | undefined;
}

/** What the agent reads next, and behind it what a person says, in the words in which AgentInstruct sets a problem. */
export function withInstruction(text: string, instruction: string | undefined): string {
  return instruction === undefined ? text : `${text}\n\nNow, my instruction is:\n\n${instruction}`;
}

const interrupted = 'The task was interrupted here and goes on now. What came of this was not read.';
const afresh =
  'The task was interrupted here and goes on now. The shell is a new one, in the folder in which it began.';

/**
 * The events of a run that ended before it got anywhere, as another run begins with them: what was said and done stays,
 * a reply that was never finished goes. Undefined when there is nothing to go on from.
 */
export function resumedFrom(events: readonly AgentEvent[]): readonly AgentEvent[] | undefined {
  const kept = withoutOpenStep(events.filter(isPartOfTheWay));
  const started = events.find(({ type }) => type === 'started');
  const kind = started?.type === 'started' ? started.kind : undefined;
  const last = kept.findLastIndex(({ type }) => type === 'turn');
  if (kind === 'chat') return last === -1 ? undefined : kept;
  const turn = kept[last];
  if (turn?.type !== 'turn' || !kept.some(({ type }) => type === 'step')) return undefined;
  if (turn.turn.from === 'gpt') return [...kept, { type: 'turn', turn: human(`[${interrupted}]`) }];
  const told: EventOf<'turn'> = {
    type: 'turn',
    turn: human(withRemarks(turn.turn.value, kind === 'os' ? afresh : undefined)),
  };
  return kept.with(last, told);
}

function isPartOfTheWay(event: AgentEvent): boolean {
  if (event.type === 'notice') return event.notice.code !== 'interrupted';
  return event.type !== 'started' && event.type !== 'failure' && event.type !== 'finished';
}

/** Without a last step in which nobody came to say anything. */
function withoutOpenStep(events: readonly AgentEvent[]): readonly AgentEvent[] {
  const last = events.findLastIndex(({ type }) => type === 'step');
  const isOpen = last !== -1 && !events.slice(last).some(({ type }) => type === 'turn');
  return isOpen ? events.slice(0, last) : events;
}
