import path from 'node:path';
import { UserError } from '../../agent/errors';
import type { AgentEvent } from '../../agent/events';
import { writeLine, type RecordedEvent, type RunHeader } from '../../agent/runRecord';
import type { ReviewLine } from '../../agent/runReview';
import { makeFolder } from '../makeFolder';
import { appendLines } from './appendLines';

/** One run on its way to the disk. */
export interface RunJournal {
  /** Every event is on the disk soon after it happened: a crash loses the reply that is being written, and no more. */
  hear(event: AgentEvent): void;
  review(line: ReviewLine): void;
  /** Waits until all that was heard is on the disk. What is heard later is written all the same. */
  flush(): Promise<void>;
}

/**
 * Keeps a run in a file of its own from its `started` event on: what was asked, then its events as they come.
 * @param onFailure told once, when it cannot be written; the run itself goes on, and what waits is written as soon as
 * there is room again
 */
export function openJournal(folder: string, header: RunHeader, onFailure: (error: UserError) => void): RunJournal {
  /** Until the run has its id, which every line names. */
  let early: RecordedEvent[] = [];
  let run: string | undefined;
  const waiting: string[] = [];
  let writing: Promise<void> | undefined;
  let failed = false;
  let reply: { readonly at: number; text: string } | undefined;

  const now = (): number => Date.now() - header.askedAt;

  function add({ at, event }: RecordedEvent): void {
    if (run === undefined && event.type === 'started') begin(event.id);
    if (run === undefined) {
      early.push({ at, event });
      return;
    }
    waiting.push(writeLine({ run, at, ...event }));
    writing ??= write(run);
  }

  function begin(id: string): void {
    run = id;
    waiting.push(writeLine({ run, type: 'begun', ...header }));
    for (const { at, event } of early) waiting.push(writeLine({ run, at, ...event }));
    early = [];
  }

  /** Line by line, so that what a full disk refused, and only that, is written again. */
  async function write(id: string): Promise<void> {
    const file = recordFile(folder, id);
    try {
      await makeFolder(folder, 0o700);
      for (let [line] = waiting; line !== undefined; [line] = waiting) {
        await appendLines(file, [line], { create: true });
        waiting.shift();
      }
      failed = false;
    } catch (cause) {
      if (!failed) onFailure(notKept(file, cause));
      failed = true;
    } finally {
      writing = undefined;
    }
  }

  /** The pieces of a reply are one line: what they say matters, not how they came. */
  function endReply(): void {
    if (reply) add({ at: reply.at, event: { type: 'delta', text: reply.text } });
    reply = undefined;
  }

  return {
    hear(event) {
      if (event.type === 'delta') {
        reply ??= { at: now(), text: '' };
        reply.text += event.text;
        return;
      }
      endReply();
      add({ at: now(), event });
    },
    review(line) {
      if (run === undefined) return;
      waiting.push(writeLine({ run, at: now(), ...line }));
      writing ??= write(run);
    },
    async flush() {
      endReply();
      if (run !== undefined && waiting.length > 0) writing ??= write(run);
      await writing;
    },
  };
}

/** Of a run, after its id. */
export const extension = '.trajectory.jsonl';

/** Where the record of a run is. */
export function recordFile(folder: string, id: string): string {
  if (!/^[\w-]+$/.test(id)) throw new Error('This is not the id of a run.');
  return path.join(folder, `${id}${extension}`);
}

function notKept(file: string, cause: unknown): UserError {
  return new UserError(
    'history.failed',
    'The task goes on, but is not kept for now: {0} cannot be written ({1}). Free some space or correct its permissions; what happens meanwhile is written then, unless the window is closed before.',
    [file, cause instanceof Error ? cause.message : String(cause)],
    { cause },
  );
}
