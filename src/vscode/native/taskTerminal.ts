import * as vscode from 'vscode';
import type { Outcome } from '../../agent/events';
import { visible } from '../../agent/hiddenCharacters';
import { succeeded } from '../../agent/trajectory';
import { sentence } from '../report';
import type { Run } from '../runs/run';
import { eventInWords, questionInWords, type Passage } from '../runs/runWords';

/**
 * A terminal that tells a run as it happens, and in which its actions can be approved by a key. Closing it stops the run;
 * its exit code says how the run ended.
 * @param start what is told; undefined where the user chose nothing to work on
 */
export function taskTerminal(start: () => Promise<Run | undefined>): vscode.Pseudoterminal {
  const written = new vscode.EventEmitter<string>();
  const closed = new vscode.EventEmitter<number>();
  let run: Run | undefined;
  let gone = false;
  let asked = 0;

  const write = ({ tone, text }: Passage): void => {
    const lines = text.replaceAll('\n', '\r\n');
    written.fire(tone === 'text' ? lines : `\x1b[${tone === 'heading' ? 1 : 2}m${lines}\x1b[0m`);
  };

  const ask = (): void => {
    const { awaiting } = run ?? {};
    if (!awaiting || awaiting.step === asked) return;
    asked = awaiting.step;
    // Exactly what would run: the reply above was the model's, and is read as the parser reads it.
    write({ tone: 'heading', text: `\n${visible(awaiting.text)}\n` });
    write({
      tone: 'aside',
      text: `${questionInWords(awaiting)} ${vscode.l10n.t('Press y to run it, n to skip it, q to stop; the AgentLM chat can do more.')}\n`,
    });
  };

  async function tell(): Promise<number> {
    run = await start();
    if (!run) {
      write({ tone: 'aside', text: `${vscode.l10n.t('No database was chosen, so nothing was run.')}\n` });
      return exitCodes.failure;
    }
    if (gone) run.stop();
    const hear = (event: Parameters<typeof eventInWords>[0]): void => eventInWords(event).forEach(write);
    run.events.forEach(hear);
    const listening = vscode.Disposable.from(run.onEvent(hear), run.onDidChange(ask));
    ask();
    await run.done;
    listening.dispose();
    if (run.id !== undefined) write({ tone: 'aside', text: `trajectory:${run.id}\n` });
    return exitCodeOf(run.trajectory?.finished.outcome ?? 'failed');
  }

  return {
    onDidWrite: written.event,
    onDidClose: closed.event,
    open() {
      tell()
        .catch((error: unknown) => {
          write({ tone: 'heading', text: `${sentence(error)}\n` });
          return exitCodes.failure;
        })
        .then((code) => closed.fire(code))
        .catch(() => undefined);
    },
    close() {
      gone = true;
      run?.stop();
    },
    handleInput(key) {
      const { awaiting } = run ?? {};
      if (!run || !awaiting) return;
      const { step, text } = awaiting;
      if (key === 'y') run.decide(step, text, { verdict: 'run' });
      if (key === 'n') run.decide(step, text, { verdict: 'skip', reason: '' });
      if (key === 'q' || key === '\x03') run.stop();
    },
  };
}

/** Those of the command line. */
const exitCodes = { success: 0, failure: 1, interrupted: 130 } as const;

export function exitCodeOf(outcome: Outcome): number {
  if (succeeded(outcome)) return exitCodes.success;
  return outcome === 'stopped' ? exitCodes.interrupted : exitCodes.failure;
}
