import type { ApprovalMode, Decision } from '../agent/approval';
import type { Activity, SandboxKind } from '../agent/environment';
import type { UserError } from '../agent/errors';
import type { AgentEvent, Notice } from '../agent/events';
import type { RunKind } from '../agent/task';
import type { Obstacle } from '../agent/trajectory';
import type { PageStrings } from './pageStrings';

// A page imports nothing of agent/: what it needs of it comes through here.
export { pieces, visible } from '../agent/hiddenCharacters';
export type { Decision, RuleScope } from '../agent/approval';
export type { AgentEvent, Outcome } from '../agent/events';
export type { RunKind, TaskKind } from '../agent/task';
export type { Obstacle } from '../agent/trajectory';

/** Characters a task may have. A whole context window of Llama-2 holds fewer. */
export const problemLimit = 20_000;

/** Characters of an instruction: it is read beside all that the agent has done so far. */
export const instructionLimit = 1000;

/** What the chat page shows of a run: the events of agent/, without what is for the recorder, errors as sentences. */
export type PageEvent =
  | Exclude<AgentEvent, { readonly type: 'turn' | 'exchange' | 'failure' | 'notice' }>
  | { readonly type: 'notice'; readonly notice: PageNotice }
  /** `code` is the one of a UserError, undefined for a bug: it says which way out to offer. */
  | { readonly type: 'failure'; readonly message: string; readonly code: string | undefined };

/** A notice with its reason as a sentence, where it has one. */
export type PageNotice = Told<Notice>;

type Told<N> = N extends { readonly reason: UserError } ? Omit<N, 'reason'> & { readonly reason: string } : N;

/** An event and when it happened, in milliseconds since the run was asked for. */
export interface TimedEvent {
  readonly at: number;
  readonly event: PageEvent;
}

/**
 * Consecutive events of a run. They are counted from 0 without gaps, so a page that finds `first` to be another number
 * than the one it waits for has missed something and asks for a snapshot.
 */
export interface Batch {
  /** Of `RunState`. */
  readonly runId: string;
  readonly first: number;
  /** The page forgets what it has of the run: its window opens here, and events are counted anew. */
  readonly opens?: true;
  readonly events: readonly TimedEvent[];
  /** The time of sending on the clock of `TimedEvent.at`. */
  readonly now: number;
}

/** Some steps of a run: those that end before an event, those that begin with one, or those from a step on. */
export type Place = { readonly before: number } | { readonly from: number } | { readonly step: number };

/** What a screen reader is told while a task goes on: each step, only what the user must know, or nothing. */
export const announced = ['each', 'final', 'off'] as const;
export type Announced = (typeof announced)[number];

/** Where the user's words go: a folder for the shell, a database, or nothing chosen yet. Only its name is told. */
export interface PlaceLabel {
  readonly os: string | undefined;
  readonly db: string | undefined;
}

/** Everything around the run. Sent whole whenever any of it changes; it is small. */
export interface PageState {
  readonly trusted: boolean;
  readonly endpoint:
    | { readonly status: 'none' }
    | { readonly status: 'ready' | 'failed'; readonly label: string; readonly demo: boolean }
    /** So many milliseconds by now. */
    | {
        readonly status: 'connecting';
        readonly label: string;
        readonly demo: boolean;
        readonly elapsedMs: number;
      };
  readonly recording: boolean;
  /** What stands between commands and the machine. `sandbox` is undefined until it was looked for. */
  readonly guard: {
    readonly approval: ApprovalMode;
    readonly sandbox: SandboxKind | undefined;
    readonly network: boolean;
  };
  readonly place: PlaceLabel;
  readonly attachments: AttachmentsState;
  readonly announced: Announced;
  readonly run: RunState;
}

/** What goes along with what the user says next. */
export interface AttachmentsState {
  readonly items: readonly { readonly id: number; readonly label: string; readonly tokens: number }[];
  /** Tokens that are left for more, beside a task's own words. */
  readonly free: number;
}

/** Why an action asks, in the user's language. */
export interface Why {
  readonly sentence: string;
  /** The part of the action that decided, and where it begins; undefined where that is the whole, or nowhere in it. */
  readonly part: string | undefined;
  readonly partAt: number | undefined;
  /** The rule that can be made of the action. */
  readonly rule: string | undefined;
}

export type RunState =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'opening' | 'running' | 'ended';
      /** Changes with each run: events of another id belong to another run. */
      readonly id: string;
      readonly kind: RunKind;
      readonly problem: string;
      /** Labels of what went along with it. */
      readonly attached?: readonly string[] | undefined;
      /** The step whose action waits for a decision. */
      readonly awaiting: number | undefined;
      /** Why it waits, where the policy said so. */
      readonly why?: Why | undefined;
      /** The command that runs, once it has been running for a moment. */
      readonly command?: RunningCommand | undefined;
      /** A conversation that waits for what the user says next. */
      readonly listening?: boolean;
      /** What the user has said to the agent that it has not read yet; once the run has ended, never will. */
      readonly waiting: readonly WaitingInstruction[];
      /** Whether it ended where it can go on. */
      readonly resumable: boolean;
      /** What the user said of the finished trajectory. */
      readonly verdict: 'undecided' | 'accepted' | 'rejected';
      /** What it changed in its sandbox, or in its copy of the database, and waits for review. */
      readonly changes: number;
      /** Why it cannot become training data; empty when it can. */
      readonly obstacles: readonly Obstacle[];
    };

export interface WaitingInstruction {
  readonly id: number;
  readonly text: string;
}

/** What a running command does, and the last lines it has printed. */
export interface RunningCommand {
  readonly state: Exclude<Activity['state'], 'idle'>;
  readonly lines: readonly string[];
}

/** What is to stand in the composer: the kind of task and the words, each where it is given. */
export interface Composition {
  readonly kind?: RunKind | undefined;
  readonly text?: string | undefined;
}

/** All a page needs to draw itself from nothing, its words in the user's language included. */
export interface Snapshot {
  readonly state: PageState;
  /** The last steps of the run; what comes then follows as `append`. Undefined before the first run. */
  readonly batch: Batch | undefined;
  readonly strings: PageStrings;
  /** A composition that was asked for while there was no page. */
  readonly composition: Composition | undefined;
  /** The step to show first, where one was asked for. */
  readonly step: number | undefined;
}

/** What the extension answers when the page asks. A page names no command and no path: only these. */
export interface HostApi {
  ready(argument: null): Snapshot;
  /** Steps that the page has not got, or no longer has. Undefined when another run is shown by now. */
  part(argument: { readonly runId: string; readonly place: Place }): Batch | undefined;
  start(argument: { readonly kind: RunKind; readonly problem: string }): void;
  /** `shown` is the text on the card: the extension refuses when it is not the text it holds. */
  decide(argument: { readonly step: number; readonly shown: string; readonly decision: Decision }): void;
  stop(argument: null): void;
  /** Says something in the conversation that is shown, whether it goes on or has ended. */
  say(argument: string): void;
  /** These three are about code in a reply of a conversation. */
  copy(argument: string): void;
  insert(argument: string): void;
  runCode(argument: string): void;
  /** Says something to the agent of the run that is shown; it reads it behind its next observation. */
  instruct(argument: string): void;
  /** Takes an instruction back, by its id. */
  withdraw(argument: number): void;
  /** Goes on with the run that is shown and has ended. */
  resume(argument: null): void;
  accept(argument: null): void;
  reviewTrajectory(argument: null): void;
  reject(argument: null): void;
  showTerminal(argument: null): void;
  /** These three are about the command that runs. */
  interrupt(argument: null): void;
  keepWaiting(argument: null): void;
  sendToBackground(argument: null): void;
  /** Asks what is to be attached; takes an attachment away, by its id; attaches what was dropped, by its URIs. */
  attach(argument: null): void;
  detach(argument: number): void;
  attachDropped(argument: readonly string[]): void;
  selectEndpoint(argument: null): void;
  connectEndpoint(argument: null): void;
  /** Waits no longer for the endpoint, whoever asked it. */
  cancelConnecting(argument: null): void;
  chooseDatabase(argument: null): void;
  chooseFolder(argument: null): void;
  toggleRecording(argument: null): void;
  chooseApproval(argument: null): void;
  chooseSandbox(argument: null): void;
  reviewChanges(argument: null): void;
  /** Of the run that is shown. */
  exportResult(argument: null): void;
  manageTrust(argument: null): void;
  showLog(argument: null): void;
}

/** What the page takes from the extension; none of it is answered. */
export interface PageApi {
  append(argument: Batch): void;
  state(argument: PageState): void;
  /** Puts the cursor into the composer as well. */
  compose(argument: Composition): void;
  /** Scrolls to a step of the run that is shown, and gives it the focus. */
  showStep(argument: number): void;
}
