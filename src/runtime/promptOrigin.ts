import { createHash } from 'node:crypto';
import { formatDialogue, type Turn } from '../agent/conversation';
import type { AgentEvent, RunOrigin } from '../agent/events';
import type { Task } from '../agent/task';

/**
 * Which words a run opens with, so that runs with other ones can be told apart.
 * @param opening all turns before the task itself
 * @param own the task in our own words
 */
export function promptOrigin(opening: readonly Turn[], own: Task): RunOrigin['prompt'] {
  const sha256 = hashOf(opening);
  return { source: sha256 === hashOf(openingOf(own)) ? 'own' : 'trained', sha256 };
}

/** What a task says before the problem is set. */
export function openingOf(task: Task): readonly Turn[] {
  return task.opening('').slice(0, -1);
}

/** What a run said then; it may have had other words than it would have now. Undefined where it had not come so far. */
export function openingIn(events: readonly AgentEvent[]): readonly Turn[] | undefined {
  const first = events.findIndex(({ type }) => type === 'step');
  if (first === -1) return undefined;
  return events
    .slice(0, first)
    .flatMap((event) => (event.type === 'turn' ? [event.turn] : []))
    .slice(0, -1);
}

function hashOf(opening: readonly Turn[]): string {
  const text = formatDialogue({ id: '', conversations: opening });
  return createHash('sha256').update(text).digest('hex');
}
