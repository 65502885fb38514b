import type { Dialogue, Turn } from './conversation';
import type { Intervention } from './environment';
import type { AgentEvent, EventOf, Notice, Outcome } from './events';
import type { RunKind } from './task';

/** A recorded run: what was said, what came of it, and how. */
export interface Trajectory {
  /** Of this format; raised when a field changes its meaning. */
  readonly version: 1;
  readonly id: string;
  readonly kind: RunKind;
  readonly problem: string;
  readonly model: string;
  readonly turns: readonly Turn[];
  /** Actions that a person changed before they ran, with the model's own text. */
  readonly edits: readonly { readonly step: number; readonly original: string; readonly edited: string }[];
  /** What a person did in the agent's shell before the observation of a step; never what they typed. */
  readonly interventions: readonly { readonly step: number; readonly kind: Intervention }[];
  /** What a person said to the agent at work, behind what it read after a step. */
  readonly instructions: readonly { readonly step: number; readonly text: string }[];
  readonly counts: TroubleCounts;
  readonly finished: EventOf<'finished'>;
}

/** How often the model went astray. */
export interface TroubleCounts {
  /** Replies without an action. */
  readonly malformed: number;
  /** Those of them that were answered with a reminder. */
  readonly reminders: number;
  /** Steps in which it was found to go round in circles. */
  readonly repeated: number;
}

/** What the demo endpoint says in every reply of its own: it has no model, and nobody is to learn from it. */
export const demoRemark = 'This is the demo endpoint: a script without a model.';

/** Why a trajectory cannot be trained on. */
export type Obstacle = 'demo' | 'no-answer' | 'nothing-to-learn' | 'last-reply-not-learnt' | 'roles';

/** Listens to the events of one run and ends up with its trajectory. */
export class TrajectoryRecorder {
  private started: EventOf<'started'> | undefined;
  private finished: EventOf<'finished'> | undefined;
  private readonly turns: Turn[] = [];
  private readonly edits: Trajectory['edits'][number][] = [];
  private readonly interventions: Trajectory['interventions'][number][] = [];
  private readonly instructions: Trajectory['instructions'][number][] = [];
  private readonly counts = { malformed: 0, reminders: 0, repeated: 0 };
  private proposed = '';
  private reminderDue = false;

  hear(event: AgentEvent): void {
    switch (event.type) {
      case 'started':
        this.started = event;
        break;
      case 'turn':
        this.turns.push(event.turn);
        if (this.reminderDue && event.turn.from === 'human') {
          this.counts.reminders++;
          this.reminderDue = false;
        }
        break;
      case 'notice':
        this.count(event.notice);
        break;
      case 'observation':
        for (const kind of event.interventions ?? []) this.interventions.push({ step: event.step, kind });
        break;
      case 'instruction':
        this.instructions.push({ step: event.step, text: event.text });
        break;
      case 'action':
        this.proposed = event.text;
        break;
      case 'approval':
        if (event.decision.verdict === 'edit') {
          this.edits.push({ step: event.step, original: this.proposed, edited: event.decision.text });
        }
        break;
      case 'finished':
        this.finished = event;
        break;
      default:
    }
  }

  /** The trajectory once the run has finished; undefined before. */
  get trajectory(): Trajectory | undefined {
    if (!this.started || !this.finished) return undefined;
    const { id, kind, problem, model } = this.started;
    const { turns, edits, interventions, instructions, counts, finished } = this;
    return { version: 1, id, kind, problem, model, turns, edits, interventions, instructions, counts, finished };
  }

  private count({ code }: Notice): void {
    if (code === 'repetition') this.counts.repeated++;
    if (code !== 'malformed') return;
    this.counts.malformed++;
    this.reminderDue = true;
  }
}

/**
 * What keeps a trajectory from being training data; empty when it can be. A trainer of the paper's kind (FastChat)
 * wants alternating roles, a human first, and a last reply that carries loss.
 */
export function obstacles({ turns, finished }: Pick<Trajectory, 'turns' | 'finished'>): Obstacle[] {
  const found: Obstacle[] = [];
  if (turns.at(-1)?.value.includes(demoRemark)) found.push('demo');
  if (!succeeded(finished.outcome)) found.push('no-answer');
  if (!turns.some(({ loss }) => loss === true)) found.push('nothing-to-learn');
  if (turns.at(-1)?.loss !== true) found.push('last-reply-not-learnt');
  if (!turns.every(({ from }, index) => from === (index % 2 === 0 ? 'human' : 'gpt'))) found.push('roles');
  return found;
}

/** True for the two outcomes in which the agent did what it was asked, as far as it knows. */
export function succeeded(outcome: Outcome): boolean {
  return outcome === 'answered' || outcome === 'finished';
}

/** The row of AgentInstruct that a trajectory becomes. */
export function toDialogue({ id, turns }: Pick<Trajectory, 'id' | 'turns'>): Dialogue {
  return { id, conversations: turns };
}
