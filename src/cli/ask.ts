import { createInterface } from 'node:readline/promises';
import type { Approve, Decision, ProposedAction } from '../agent/approval';
import { visible } from '../agent/hiddenCharacters';
import type { ApprovalMode } from './arguments';

/** The reason that the model is told under `--approve none`. */
const nothingRuns = 'Nothing may run in this session.';

/** The approval that a mode stands for. Questions go to standard error: standard output is for events. */
export function approvalOf(mode: ApprovalMode): Approve {
  switch (mode) {
    case 'all':
      return () => Promise.resolve({ verdict: 'run' });
    case 'none':
      return () => Promise.resolve({ verdict: 'skip', reason: nothingRuns });
    case 'ask':
      return ask;
  }
}

async function ask(action: ProposedAction, signal: AbortSignal): Promise<Decision> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // readline takes Ctrl-C for itself while it waits; the run has to hear it.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  // Exactly what would run: the reply above was the model's, and is read as the parser reads it.
  process.stderr.write(`\n${visible(action.text)}\n`);
  try {
    for (;;) {
      const choice = await terminal.question('Run this? [y]es, [e]dit, [s]kip, [q]uit: ', { signal });
      switch (choice.trim().toLowerCase()[0]) {
        case 'y':
          return { verdict: 'run' };
        case 'e': {
          const editing = terminal.question('Run instead: ', { signal });
          if (!action.text.includes('\n')) terminal.write(action.text);
          const text = await editing;
          if (text.trim() !== '') return { verdict: 'edit', text };
          break;
        }
        case 's':
          return {
            verdict: 'skip',
            reason: await terminal.question('Why (for the model, may be empty): ', { signal }),
          };
        case 'q':
          return { verdict: 'stop' };
        default:
      }
    }
  } catch (error) {
    // Ctrl-D, or the run was stopped: readline takes its question back in either case.
    if (error instanceof Error && error.name === 'AbortError') return { verdict: 'stop' };
    throw error;
  } finally {
    terminal.close();
  }
}
