import * as vscode from 'vscode';
import type { RunKind } from '../agent/task';
import type { History, PastRun } from './history';
import { report, type Log } from './report';
import type { Run } from './run';
import type { Runs } from './runs';

interface RunItem extends vscode.QuickPickItem {
  show?(): void | Promise<void>;
  delete?(): Promise<void>;
}

/**
 * Lets the user choose which run is shown: those of this window, what needs somebody first, then those of earlier ones.
 * @returns whether one was chosen
 */
export async function showRuns(runs: Runs, history: History, log: Log): Promise<boolean> {
  const picker = vscode.window.createQuickPick<RunItem>();
  const { promise: closed, resolve: close } = Promise.withResolvers<boolean>();
  picker.title = vscode.l10n.t('Tasks');
  picker.placeholder = vscode.l10n.t('Show a task in the chat. The others go on.');
  picker.matchOnDetail = true;
  picker.busy = true;
  const load = async (): Promise<void> => {
    picker.items = itemsOf(runs, await history.past(), history);
    if (picker.items.length === 0) picker.placeholder = vscode.l10n.t('No task was started in this workspace.');
    picker.busy = false;
  };
  const attempt = (work: () => Promise<void>): void => {
    work().catch((error: unknown) => report(log, error));
  };
  picker.onDidAccept(() => {
    const [chosen] = picker.selectedItems;
    attempt(async () => {
      await chosen?.show?.();
      close(chosen !== undefined);
    });
  });
  picker.onDidTriggerItemButton(({ item }) => {
    attempt(async () => {
      await item.delete?.();
      await load();
    });
  });
  picker.onDidHide(() => close(false));
  picker.show();
  try {
    await load();
    return await closed;
  } finally {
    picker.dispose();
  }
}

function itemsOf(runs: Runs, past: readonly PastRun[], history: History): RunItem[] {
  const urgentFirst = runs.all.toReversed().toSorted((a, b) => urgency(a) - urgency(b));
  const separator = { label: vscode.l10n.t('Earlier'), kind: vscode.QuickPickItemKind.Separator };
  return [
    ...urgentFirst.map((run) => ({ ...runItem(run.request, run.askedAt, stateOf(run)), show: () => runs.show(run) })),
    ...(past.length > 0 ? [separator] : []),
    ...past.map((run) => ({
      ...runItem(run.header, run.header.askedAt),
      buttons: [{ iconPath: new vscode.ThemeIcon('trash'), tooltip: vscode.l10n.t('Delete') }],
      show: () => history.show(run),
      delete: () => history.delete(run),
    })),
  ];
}

/** A task in a list. */
export function runItem(
  { kind, problem }: { readonly kind: RunKind; readonly problem: string },
  askedAt: number,
  state?: string,
): vscode.QuickPickItem {
  const time = new Date(askedAt).toLocaleString(vscode.env.language);
  return {
    // The user's words must not become an icon.
    label: problem.replace(/\s+/g, ' ').replaceAll('$(', '$ ('),
    iconPath: new vscode.ThemeIcon(kindIcons[kind]),
    detail: state === undefined ? time : `${state} · ${time}`,
  };
}

const kindIcons: Readonly<Record<RunKind, string>> = { os: 'terminal', db: 'database', chat: 'comment-discussion' };

function urgency({ awaiting, active }: Run): number {
  if (awaiting) return 0;
  return active ? 1 : 2;
}

function stateOf(run: Run): string {
  if (run.awaiting) return vscode.l10n.t('Approval needed');
  if (run.active) return vscode.l10n.t('Running');
  if (run.verdict === 'accepted') return vscode.l10n.t('Accepted');
  if (run.verdict === 'rejected') return vscode.l10n.t('Rejected');
  switch (run.trajectory?.finished.outcome) {
    case 'answered':
    case 'finished':
      return vscode.l10n.t('Done');
    case 'stopped':
      return vscode.l10n.t('Stopped');
    default:
      return vscode.l10n.t('Failed');
  }
}
