import { createInterface } from 'node:readline/promises';
import { visible } from '../agent/hiddenCharacters';

/** Asks at the terminal until the answer is yes or no. False also where the user leaves, or `signal` is aborted. */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // readline takes Ctrl-C for itself while it waits; the command has to hear it.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    for (;;) {
      const choice = (await terminal.question(visible(question), { signal })).trim().toLowerCase();
      if (/^(?:y|yes|n|no)$/.test(choice)) return choice.startsWith('y');
    }
  } catch (error) {
    // Ctrl-D, or the command was stopped.
    if (error instanceof Error && error.name === 'AbortError') return false;
    throw error;
  } finally {
    terminal.close();
  }
}
