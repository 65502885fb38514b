import * as vscode from 'vscode';
import type { RunKind } from '../../agent/task';
import type { History, PastRun } from '../runs/history';
import { report, type Log } from '../report';
import type { Run } from '../runs/run';
import type { Runs } from '../runs/runs';
import { plainLabel } from '../plainLabel';

interface RunItem extends vscode.QuickPickItem {
  /** Of the run, once it has begun. */
  readonly id?: string | undefined;
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
  let renaming = false;
  const rename = async ({ id, label }: RunItem): Promise<void> => {
    if (id === undefined) return;
    renaming = true;
    const title = vscode.l10n.t('Rename');
    const prompt = vscode.l10n.t('Leave it empty to call it by its task.');
    const name = await vscode.window.showInputBox({ title, prompt, value: history.nameOf(id) ?? label });
    renaming = false;
    if (name !== undefined) await history.rename(id, name);
    picker.show();
  };
  picker.onDidTriggerItemButton(({ item, button }) => {
    attempt(async () => {
      if (button.tooltip === renameButton().tooltip) await rename(item);
      else await item.delete?.();
      await load();
    });
  });
  // The box for a new name takes the place of the list, which comes back.
  picker.onDidHide(() => renaming || close(false));
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
    ...urgentFirst.map((run) => ({
      ...named(runItem(run.request, run.askedAt, stateOf(run)), run.id, history),
      buttons: run.id === undefined ? [] : [renameButton()],
      show: () => runs.show(run),
    })),
    ...(past.length > 0 ? [separator] : []),
    ...past.map((run) => ({
      ...named(runItem(run.header, run.header.askedAt), run.id, history),
      buttons: [renameButton(), { iconPath: new vscode.ThemeIcon('trash'), tooltip: vscode.l10n.t('Delete') }],
      show: () => history.show(run),
      delete: () => history.delete(run),
    })),
  ];
}

function renameButton(): vscode.QuickInputButton {
  return { iconPath: new vscode.ThemeIcon('edit'), tooltip: vscode.l10n.t('Rename') };
}

/** Under the name that the user gave it, its task below. */
function named(item: vscode.QuickPickItem, id: string | undefined, history: History): RunItem {
  const name = id === undefined ? undefined : history.nameOf(id);
  if (name === undefined) return { ...item, id };
  return { ...item, id, label: plainLabel(name), detail: `${item.detail ?? ''} · ${item.label}` };
}

/** A task in a list. */
export function runItem(
  { kind, problem }: { readonly kind: RunKind; readonly problem: string },
  askedAt: number,
  state?: string,
): vscode.QuickPickItem {
  const time = new Date(askedAt).toLocaleString(vscode.env.language);
  return {
    label: plainLabel(problem),
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
