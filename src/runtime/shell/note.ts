import type { CommandEnd } from './bash';
import type { StopReason } from './stop';

export interface CommandStory {
  readonly end: CommandEnd | BackgroundEnd;
  readonly stopped: StopReason | undefined;
  readonly commandMs: number;
  /** The user pressed Ctrl-C. */
  readonly interrupted: boolean;
  /** Bytes that the run may write, when it has written more. */
  readonly overflow: number | undefined;
  /** The name of an interactive shell that the command had opened, and that was closed. */
  readonly closedShell: string | undefined;
  /** The shell was not the one the model knew. */
  readonly restarted: boolean;
  /** Where the shell is, or where the next one starts. */
  readonly cwd: string;
}

/** The command goes on in the background, and prints into a file. */
export interface BackgroundEnd {
  readonly kind: 'background';
  readonly file: string;
}

/** What the model should know beyond output and exit code. */
export function noteOf(story: CommandStory): string | undefined {
  const { end, closedShell, restarted, cwd } = story;
  const sentences = [];
  if (restarted) sentences.push(`Before this command the shell was started anew: ${forgotten}`);
  if (closedShell !== undefined) {
    sentences.push(
      `An interactive ${closedShell} waited for input, which is not possible, and was closed: give it its commands with -c.`,
    );
  }
  const stopped = stoppedBecause(story);
  if (stopped !== undefined) sentences.push(stopped);
  if (end.kind === 'gone') {
    const reason =
      story.stopped !== undefined || story.overflow !== undefined
        ? ''
        : end.exitCode === null
          ? ` (signal ${end.signal})`
          : ` with exit code ${end.exitCode}`;
    sentences.push(`This ended the shell${reason}. The next command runs in a new shell in ${cwd}: ${forgotten}`);
  }
  if (end.kind === 'background') {
    sentences.push(
      `The user sent the command to the background, where it goes on; what it prints from now on goes to ${end.file}. The next command runs in a new shell in ${cwd}: exported variables are kept, all others, functions and aliases are gone.`,
    );
  }
  return sentences.length === 0 ? undefined : sentences.join(' ');
}

const forgotten = 'variables, functions and aliases set before are gone.';

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
}

function stoppedBecause({ stopped, commandMs, interrupted, overflow }: CommandStory): string | undefined {
  if (overflow !== undefined) {
    return `What ran was stopped because the run has written more than ${megabytes(overflow)}. Delete files before writing more.`;
  }
  switch (stopped) {
    case 'timeout':
      return `The command was stopped because it ran longer than ${seconds(commandMs)}.`;
    case 'input':
      return 'The command was stopped because it waited for input, which is not possible.';
    case 'person':
      return 'The user stopped the command.';
    case 'abort':
      return 'The command was stopped because the run was stopped.';
    case undefined:
      return interrupted ? 'The user pressed Ctrl-C.' : undefined;
  }
}

function seconds(milliseconds: number): string {
  const count = milliseconds / 1000;
  return count === 1 ? '1 second' : `${count.toLocaleString('en')} seconds`;
}
