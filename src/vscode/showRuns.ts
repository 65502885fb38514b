import * as vscode from 'vscode';
import type { Run } from './run';
import type { Runs } from './runs';

/** Lets the user choose which run of this window is shown, those that need somebody first. Undefined when none was chosen. */
export async function pickRun(runs: Runs): Promise<Run | undefined> {
  const newestFirst = runs.all.toReversed().toSorted((a, b) => urgency(a) - urgency(b));
  const items = newestFirst.map((run) => ({
    run,
    label: labelOf(run),
    iconPath: new vscode.ThemeIcon(run.request.kind === 'os' ? 'terminal' : 'database'),
    detail: `${stateOf(run)} · ${new Date(run.askedAt).toLocaleString(vscode.env.language)}`,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Tasks of This Window'),
    placeHolder:
      items.length === 0
        ? vscode.l10n.t('No task was started in this window.')
        : vscode.l10n.t('Show a task in the chat. The others go on.'),
    matchOnDetail: true,
  });
  return picked?.run;
}

function urgency({ awaiting, active }: Run): number {
  if (awaiting) return 0;
  return active ? 1 : 2;
}

/** The user's words must not become an icon. */
function labelOf({ request: { problem } }: Run): string {
  return problem.replace(/\s+/g, ' ').replaceAll('$(', '$ (');
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
