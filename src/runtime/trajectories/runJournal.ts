import { mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../agent/errors';
import type { AgentEvent } from '../../agent/events';
import { writeEvent, type RecordedEvent, type RunHeader, type RunVerdict } from '../../agent/runRecord';

/** A line of a journal that is no event: the first one, and what a person said later. */
export type Remark =
  | { readonly type: 'run'; readonly header: RunHeader; readonly pid: number }
  | { readonly type: 'verdict'; readonly verdict: RunVerdict };

/** One run on its way to the disk. */
export interface RunJournal {
  /** Every event is on the disk soon after it happened: a crash loses the reply that is being written, and no more. */
  hear(event: AgentEvent): void;
  judge(verdict: RunVerdict): void;
  /** Waits until all that was heard is on the disk. What is heard later is written all the same. */
  flush(): Promise<void>;
}

/**
 * Keeps a run in a file of its own from its `started` event on: a header, then its events as they come.
 * @param onFailure told once, when nothing more can be written; the run itself goes on
 */
export function openJournal(folder: string, header: RunHeader, onFailure: (error: UserError) => void): RunJournal {
  const remark = (said: Remark): string => JSON.stringify(said);
  let waiting = [remark({ type: 'run', header, pid: process.pid })];
  let file: string | undefined;
  let writing: Promise<void> | undefined;
  let failed = false;
  let reply: { readonly at: number; text: string } | undefined;

  function add(line: string): void {
    if (failed) return;
    waiting.push(line);
    if (file !== undefined) writing ??= write(file);
  }

  /** Opens the file anew each time something happens: a run that waits for a person for a week holds nothing open. */
  async function write(to: string): Promise<void> {
    let handle: FileHandle | undefined;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      handle = await open(to, 'a', 0o600);
      while (waiting.length > 0) {
        const lines = waiting;
        waiting = [];
        await handle.appendFile(`${lines.join('\n')}\n`);
        await handle.datasync();
      }
    } catch (cause) {
      failed = true;
      waiting = [];
      onFailure(notKept(to, cause));
    } finally {
      writing = undefined;
      await handle?.close();
    }
  }

  /** The pieces of a reply are one line: what they say matters, not how they came. */
  function endReply(): void {
    if (reply) add(writeEvent({ at: reply.at, event: { type: 'delta', text: reply.text } }));
    reply = undefined;
  }

  return {
    hear(event) {
      const recorded: RecordedEvent = { at: Date.now() - header.askedAt, event };
      if (event.type === 'delta') {
        reply ??= { at: recorded.at, text: '' };
        reply.text += event.text;
        return;
      }
      endReply();
      if (event.type === 'started') file ??= path.join(folder, `${event.id}${extension}`);
      add(writeEvent(recorded));
    },
    judge: (verdict) => add(remark({ type: 'verdict', verdict })),
    async flush() {
      endReply();
      await writing;
    },
  };
}

/** Of the file of a run, after its id. */
export const extension = '.run.jsonl';

function notKept(file: string, cause: unknown): UserError {
  return new UserError(
    'history.failed',
    'The task goes on, but is no longer kept in the history: {0} cannot be written ({1}). Free some space or correct its permissions.',
    [file, cause instanceof Error ? cause.message : String(cause)],
    { cause },
  );
}
