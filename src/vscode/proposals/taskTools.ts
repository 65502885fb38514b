import type { UserError } from '../../agent/errors';
import type { TaskResult } from '../../agent/evaluation';
import type { Proposal, RefusedProposal } from '../../agent/proposal';
import type { TaskKind } from '../../agent/task';
import type { EndpointAccess } from '../endpoints/endpointTools';

export interface ProposalRequest {
  readonly kind: TaskKind;
  /** Absolute: a folder, or a database file. */
  readonly place: string;
  /** The task file that they are added to. */
  readonly file: string;
  /** Tasks that are wanted. */
  readonly count: number;
  readonly access: EndpointAccess;
}

/** What a model has proposed, before anything of it has run. */
export interface ShownProposals {
  readonly proposals: readonly Proposal[];
  /** Why there are no more, where the endpoint is to blame. */
  readonly failure: UserError | undefined;
}

export interface ProposalHearing {
  drafted(count: number): void;
  mayTry(shown: ShownProposals): Promise<boolean>;
  tried(count: number): void;
}

export interface ProposalOutcome {
  readonly added: number;
  readonly refused: readonly RefusedProposal[];
}

/** A task file, read and not run. */
export interface TaskFileOutline {
  readonly kind: TaskKind;
  readonly tasks: number;
  /** What its tasks work on a copy of. */
  readonly place: string | undefined;
  /** Tasks that cannot be read, in words. */
  readonly faults: readonly string[];
}

export interface TaskRunRequest {
  readonly file: string;
  readonly access: EndpointAccess;
  /** Whether what an earlier run of the file left unfinished is gone on with. */
  readonly resume: boolean;
}

/** How tasks are proposed and run; composition/ brings it. Nothing of them runs outside of a sandbox. */
export interface TaskTools {
  /** @returns undefined when they may not be tried out. @throws {UserError} */
  propose(
    request: ProposalRequest,
    hearing: ProposalHearing,
    signal: AbortSignal,
  ): Promise<ProposalOutcome | undefined>;
  /** @throws {UserError} `evaluation.noSuite` */
  outline(file: string): Promise<TaskFileOutline>;
  /** How many tasks an earlier run of the file, as it is now, has done that did not come to its end. */
  unfinished(request: Omit<TaskRunRequest, 'resume'>): Promise<number>;
  /**
   * Keeps each attempt as a trajectory of the library.
   * @param hear told of each result, those of a run that is gone on with first
   * @throws {UserError} when nothing can be run; what was done by then can be gone on with
   */
  run(request: TaskRunRequest, hear: (result: TaskResult) => void, signal: AbortSignal): Promise<void>;
}
