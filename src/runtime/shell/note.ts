import type { CommandEnd } from './bash';

export interface CommandStory {
  readonly end: CommandEnd;
  readonly stopped: 'timeout' | 'abort' | undefined;
  readonly timeoutMs: number;
  /** The user pressed Ctrl-C. */
  readonly interrupted: boolean;
  /** Bytes that the run may write, when it has written more. */
  readonly overflow: number | undefined;
  /** The shell was not the one the model knew. */
  readonly restarted: boolean;
  /** Where the shell is, or where the next one starts. */
  readonly cwd: string;
}

/** What the model should know beyond output and exit code. */
export function noteOf({
  end,
  stopped,
  timeoutMs,
  interrupted,
  overflow,
  restarted,
  cwd,
}: CommandStory): string | undefined {
  const sentences = [];
  if (restarted) sentences.push(`Before this command the shell was started anew: ${forgotten}`);
  if (overflow !== undefined) {
    sentences.push(
      `What ran was stopped because the run has written more than ${megabytes(overflow)}. Delete files before writing more.`,
    );
  } else if (stopped === 'timeout') {
    sentences.push(`The command was stopped because it ran longer than ${seconds(timeoutMs)}.`);
  } else if (stopped === 'abort') {
    sentences.push('The command was stopped because the run was stopped.');
  } else if (interrupted) {
    sentences.push('The user pressed Ctrl-C.');
  }
  if (end.kind === 'gone') {
    const reason =
      stopped !== undefined || overflow !== undefined
        ? ''
        : end.exitCode === null
          ? ` (signal ${end.signal})`
          : ` with exit code ${end.exitCode}`;
    sentences.push(`This ended the shell${reason}. The next command runs in a new shell in ${cwd}: ${forgotten}`);
  }
  return sentences.length === 0 ? undefined : sentences.join(' ');
}

const forgotten = 'variables, functions and aliases set before are gone.';

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
}

function seconds(milliseconds: number): string {
  const count = milliseconds / 1000;
  return count === 1 ? '1 second' : `${count.toLocaleString('en')} seconds`;
}
