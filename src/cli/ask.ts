import { createInterface } from 'node:readline/promises';
import type { Approve, Decision, ProposedAction } from '../agent/approval';
import { fill } from '../agent/errors';
import { visible } from '../agent/hiddenCharacters';
import type { ApprovalChoice } from './taskOptions';

/** The reason that the model is told under `--approve none`. */
const nothingRuns = 'Nothing may run in this session.';

/** The reason that the model is told where a command needs leave and nobody is there to give it. */
const nobodyThere = 'This command needs the approval of a person, and nobody is there.';

/** Who is asked about what the mode does not let pass. Questions go to standard error: standard output is for events. */
export function askerOf(mode: ApprovalChoice): Approve {
  if (mode === 'none') return () => Promise.resolve({ verdict: 'skip', reason: nothingRuns });
  return process.stdin.isTTY ? ask : () => Promise.resolve({ verdict: 'skip', reason: nobodyThere });
}

async function ask(action: ProposedAction, signal: AbortSignal): Promise<Decision> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // readline takes Ctrl-C for itself while it waits; the run has to hear it.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  // Exactly what would run: the reply above was the model's, and is read as the parser reads it.
  process.stderr.write(`\n${visible(action.text)}\n${why(action)}`);
  const always = action.judgement?.rule === undefined ? '' : '[a]lways in this run, ';
  try {
    for (;;) {
      const choice = await terminal.question(`Run this? [y]es, ${always}[e]dit, [s]kip, [q]uit: `, { signal });
      switch (choice.trim().toLowerCase()[0]) {
        case 'y':
          return { verdict: 'run' };
        case 'a':
          if (always) return { verdict: 'run', remember: 'run' };
          break;
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

/** Why it asks, and which part of it. */
function why({ judgement }: ProposedAction): string {
  if (!judgement) return '';
  const { reason, part } = judgement;
  const place = part === undefined ? '' : ` In: ${part}`;
  return `${visible(fill(reason.template, reason.values) + place)}\n`;
}
