import type { UserError } from '../../agent/errors';

export interface LocalModelProgress {
  /** `loading`: the server answers, and says that its model is not there yet. */
  readonly phase: 'starting' | 'loading';
  /** Where the server's log tells it. */
  readonly percent: number | undefined;
}

/** Called when something changed. */
export type ProgressListener = (progress: LocalModelProgress) => void;

/** A model served on this machine. Whoever starts it stops it; it ends with this process at the latest. */
export interface LocalModel {
  /** Base URL, e.g. `http://127.0.0.1:41234`. Nobody but this machine reaches it. */
  readonly url: string;
  /** As the server calls it. */
  readonly model: string;
  /** Tokens of one slot. */
  readonly contextLength: number;
  /** The server ran before, and goes on after stop(). */
  readonly adopted: boolean;
  /** Settles when the server is gone: with the reason if it ended by itself, undefined after stop(). Never rejects. */
  readonly ended: Promise<UserError | undefined>;
  /** Ends the server and all that it started; settles when they are gone. Safe to call twice. */
  stop(): Promise<void>;
}

/** Tokens that AgentLM can read: a window that is larger would hold what the model never learnt to read. */
export const modelWindow = 4096;
