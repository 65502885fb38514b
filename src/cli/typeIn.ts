import type { Activity, TerminalSession } from '../agent/environment';

/** Whether somebody sits before this terminal and reads it. */
export function isSomebodyThere(json: boolean): boolean {
  return !json && process.stdin.isTTY && process.stderr.isTTY;
}

const words = {
  'waiting-for-input': 'The command waits for input. Type it here.',
  'waiting-for-secret': 'The command asks for a secret. What you type is neither shown nor recorded.',
} as const;

/**
 * Hands the keyboard to a command whenever it waits for input, and shows what it prints meanwhile. Ctrl-C stops the run, as
 * at any other time.
 */
export function typeIn(terminal: TerminalSession): void {
  const { stdin, stderr } = process;
  let stopShowing: (() => void) | undefined;

  const type = (keys: Buffer): void => {
    const text = keys.toString();
    if (text.includes('\x03')) process.kill(process.pid, 'SIGINT');
    else terminal.type(text);
  };

  function begin(state: keyof typeof words): void {
    stderr.write(`\n${words[state]}\n${terminal.lastLines(1)[0] ?? ''}`);
    let replayed = false;
    stopShowing = terminal.onOutput((data) => {
      if (replayed) stderr.write(data);
    });
    replayed = true;
    stdin.setRawMode(true).on('data', type).resume();
  }

  function end(): void {
    stopShowing?.();
    stopShowing = undefined;
    stdin.setRawMode(false).off('data', type).pause();
  }

  terminal.onActivity(({ state }: Activity) => {
    const waits = state === 'waiting-for-input' || state === 'waiting-for-secret';
    if (waits && stopShowing === undefined) begin(state);
    if (!waits && stopShowing !== undefined) end();
  });
}
