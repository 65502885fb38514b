import path from 'node:path';
import * as vscode from 'vscode';
import type { DatabaseChanges, DatabaseReview, RowCounts } from '../../agent/database';
import { isServerUrl } from '../../agent/databaseServer';
import type { ReviewHostApi, ReviewState } from '../../protocol/reviewMessages';
import { readReviewArgument } from '../../protocol/schemas';
import type { StatePageApi } from '../../protocol/statePage';
import { databaseName, databasePlace } from './databaseNames';
import { PagePanels } from '../pages/pagePanels';
import { pageStrings } from '../pages/pageStrings';
import { report, type Log } from '../report';
import { answerPage } from '../pages/webviewPage';

/** Rows of a table that the page shows. */
const rowLimit = 200;

/** Shows what a task changed in its copy of a database, and applies or discards it when the user says so. */
export class DatabaseReviewPanels implements vscode.Disposable {
  private readonly panels: PagePanels<string>;

  constructor(
    extensionUri: vscode.Uri,
    private readonly log: Log,
    /** A review was applied or discarded. */
    private readonly onDidDecide: () => void,
  ) {
    this.panels = new PagePanels(extensionUri);
  }

  /** Opens the page of a review, or brings it to the front. */
  show(review: DatabaseReview): void {
    const title = vscode.l10n.t('Changes of {0}', databaseName(review.source));
    const page = { name: 'review', styles: ['chat.css', 'review.css'], title };
    this.panels.show(review.id, page, (webview) => this.connect(webview, review));
  }

  dispose(): void {
    this.panels.dispose();
  }

  /** Returns the way to stop whatever goes on for the panel. */
  private connect(webview: vscode.Webview, review: DatabaseReview): () => void {
    const closing = new AbortController();
    let state = firstState(review);
    /** Path of what was written before the changes were made. */
    let backup: string | null = null;
    const change = (part: Partial<ReviewState>): void => {
      state = { ...state, ...part };
      channel.tell('state', state);
    };
    const read = async (): Promise<void> => {
      const changes = await review.changes(rowLimit, closing.signal);
      change({ phase: 'waiting', changes });
    };
    const channel = answerPage<ReviewHostApi, StatePageApi<ReviewState>>(webview, this.log, {
      handlers: {
        ready: () => ({ state, strings: pageStrings() }),
        apply: async ({ conflicts }) => {
          const { changes, report: before } = state;
          if (state.phase !== 'waiting' || !changes) return;
          change({ phase: 'working' });
          const left = conflicts === 'skip' ? (before?.conflictCount ?? 0) : 0;
          if (!(await agreeToApply(review, changes, left))) {
            change({ phase: 'waiting' });
            return;
          }
          try {
            const report = await review.apply(conflicts, closing.signal);
            backup = report.backup;
            const named = backup === null ? null : path.basename(backup);
            change({ phase: report.applied ? 'applied' : 'waiting', report: { ...report, backup: named } });
          } catch (error) {
            change({ phase: 'waiting' });
            throw error;
          }
          this.onDidDecide();
        },
        showUndo: async () => {
          if (backup !== null) await vscode.window.showTextDocument(vscode.Uri.file(backup));
        },
        discard: async () => {
          if (state.phase !== 'waiting') return;
          change({ phase: 'working' });
          const agreed = await agreeToDiscard(review);
          if (agreed) await review.discard();
          change({ phase: agreed ? 'discarded' : 'waiting' });
          if (!agreed) return;
          this.onDidDecide();
        },
      },
      read: readReviewArgument,
    });
    read().catch((error: unknown) => {
      if (closing.signal.aborted) return;
      change({ phase: 'waiting' });
      report(this.log, error);
    });
    return () => {
      closing.abort();
      channel.close();
    };
  }
}

function firstState({ problem, source, canApply }: DatabaseReview): ReviewState {
  return {
    problem,
    database: databaseName(source),
    path: databasePlace(source),
    isOnServer: isServerUrl(source),
    canApply,
    phase: 'reading',
    changes: undefined,
    report: undefined,
  };
}

/** The question names what will be changed: database, tables and rows. */
async function agreeToApply(
  { source }: DatabaseReview,
  { schema, tables }: DatabaseChanges,
  conflicts: number,
): Promise<boolean> {
  const structure = schema.length > 0 ? [vscode.l10n.t('{0} changes of the structure', schema.length)] : [];
  const detail = [
    source,
    ...tables.map(({ table, ...counts }) => `${table}: ${countsInWords(counts)}`),
    ...structure,
    ...(conflicts > 0
      ? [vscode.l10n.t('{0} of these rows have changed meanwhile and are left as they are.', conflicts)]
      : []),
    isServerUrl(source)
      ? vscode.l10n.t('A script that takes the changes back is written first.')
      : vscode.l10n.t('A copy of the database is written beside it first.'),
  ].join('\n');
  const apply = vscode.l10n.t('Apply');
  const question = vscode.l10n.t('Apply these changes to {0}?', databaseName(source));
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, apply)) === apply;
}

async function agreeToDiscard({ source }: DatabaseReview): Promise<boolean> {
  const discard = vscode.l10n.t('Discard');
  const question = vscode.l10n.t('Discard the changes of {0}?', databaseName(source));
  const detail = vscode.l10n.t('The database stays as it is.');
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, discard)) === discard;
}

/** Of a table whose rows changed. */
export function countsInWords({ inserted, updated, deleted }: RowCounts): string {
  return vscode.l10n.t('{0} inserted, {1} updated, {2} deleted', inserted, updated, deleted);
}
