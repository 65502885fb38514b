import type { FoundSecret } from '../agent/acceptance';
import type { Outcome } from '../agent/events';
import type { StateHostApi } from './statePage';

/** What becomes of a secret, once the user has said so. */
export type SecretDecision = 'replace' | 'keep';

/** A secret that was found, each once. */
export interface ShownSecret extends FoundSecret {
  readonly decision: SecretDecision | undefined;
}

/** Something that is wrong with the trajectory, or strange. */
export interface ShownProblem {
  /** In the user's language; and in English what exactly was found, which may be nothing to add. */
  readonly sentence: string;
  readonly detail: string;
  readonly turn: number | null;
  /** Whether it cannot be trained on. */
  readonly blocks: boolean;
}

/** A stretch of a turn. */
export interface ShownPiece {
  readonly text: string;
  /** Of a secret: what stands there instead in the training data, or that nobody has decided on it. */
  readonly secret?: { readonly becomes: string } | 'waiting';
}

/** A turn as it would be learnt. */
export interface ShownTurn {
  readonly from: 'human' | 'gpt';
  readonly loss: boolean | null;
  readonly pieces: readonly ShownPiece[];
  /** The whole text, secrets included: what is corrected. */
  readonly text: string;
  /** What the model had said, where a person wrote the reply anew. */
  readonly original: string | undefined;
}

/** What the page shows on which a trajectory is accepted. */
export interface AcceptState {
  /** The user's words. */
  readonly problem: string;
  readonly model: string;
  readonly outcome: Outcome;
  readonly phase: 'checking' | 'waiting' | 'writing' | 'accepted' | 'rejected';
  /** Nothing is written while recording is off. */
  readonly recording: boolean;
  readonly secrets: readonly ShownSecret[];
  readonly problems: readonly ShownProblem[];
  readonly turns: readonly ShownTurn[];
  /** Turns at the beginning that are given: instruction, example, task. */
  readonly givenTurns: number;
  /** Where it was written. */
  readonly file: string | undefined;
}

/** The key of every text on the page. */
export type AcceptStringKey =
  | 'title'
  | 'about'
  | `outcome.${Outcome}`
  | 'checking'
  | 'accepted'
  | 'rejected'
  | 'openFile'
  | 'off'
  | 'record'
  | 'secrets'
  | 'secrets.meaning'
  | 'secrets.none'
  | 'secrets.waiting.one'
  | 'secrets.waiting.many'
  | 'secrets.replaceAll'
  | 'secret.turns'
  | 'secret.becomes'
  | 'secret.replace'
  | 'secret.keep'
  | `secret.kind.${'known' | 'password' | 'email' | 'home-path' | 'high-entropy' | 'private-key' | 'token'}`
  | 'problems'
  | 'problem.blocks'
  | 'problem.strange'
  | 'problem.turn'
  | 'turns'
  | 'turns.given'
  | 'turn.human'
  | 'turn.gpt'
  | 'turn.learn'
  | 'turn.learnt'
  | 'turn.notLearnt'
  | 'turn.correct'
  | 'turn.correctLabel'
  | 'turn.save'
  | 'turn.cancel'
  | 'turn.restore'
  | 'turn.corrected'
  | 'turn.original'
  | 'accept'
  | 'reject'
  | 'blocked'
  | 'ready';

export type AcceptStrings = Readonly<Record<AcceptStringKey, string>>;

/** What the extension answers. Turns are named by their index, secrets by themselves: another one is refused. */
export interface AcceptHostApi extends StateHostApi<AcceptState, AcceptStrings> {
  decide(argument: { readonly secret: string; readonly decision: SecretDecision }): void;
  /** Those that nobody has decided on. */
  replaceAll(argument: null): void;
  setLoss(argument: { readonly turn: number; readonly loss: boolean }): void;
  /** The model's own words take a correction back. */
  correct(argument: { readonly turn: number; readonly value: string }): void;
  toggleRecording(argument: null): void;
  accept(argument: null): void;
  reject(argument: null): void;
  openFile(argument: null): void;
}
