import * as vscode from 'vscode';
import { UserError } from '../../agent/errors';
import type { LibraryEntry } from '../../agent/library';
import type { OpenTrajectoryFile, RowView } from '../../agent/trajectoryFile';
import { readCompareArgument } from '../../protocol/trajectorySchemas';
import type { CompareHostApi, ComparePageApi } from '../../protocol/viewerMessages';
import { openPanel } from '../pages/pagePanels';
import type { Log } from '../report';
import { trajectoryStrings } from './trajectoryStrings';
import { answerPage } from '../pages/webviewPage';

/** Shows two trajectories side by side, as they are at this moment. */
export async function showComparison(
  entries: readonly [LibraryEntry, LibraryEntry],
  {
    extensionUri,
    open,
    log,
  }: { readonly extensionUri: vscode.Uri; readonly open: OpenTrajectoryFile; readonly log: Log },
): Promise<void> {
  const [one, other] = entries;
  const rows = [await rowOf(one, open), await rowOf(other, open)] as const;
  const title = vscode.l10n.t('Comparison of Trajectories');
  openPanel(extensionUri, { name: 'compare', styles: ['chat.css', 'trajectories.css'], title }, (webview) => {
    const channel = answerPage<CompareHostApi, ComparePageApi>(webview, log, {
      handlers: { ready: () => ({ rows, strings: trajectoryStrings() }) },
      read: readCompareArgument,
    });
    return () => channel.close();
  });
}

/** @throws {UserError} when the trajectory is not there any more */
async function rowOf({ file, id }: LibraryEntry, open: OpenTrajectoryFile): Promise<RowView> {
  const { signal } = new AbortController();
  const trajectories = await open(file);
  await trajectories.scan(() => {}, signal);
  const position = await trajectories.positionOf(id, signal);
  const row = position === undefined ? undefined : await trajectories.row(position, signal);
  if (row) return row;
  throw new UserError('library.gone', 'The trajectory {0} is no longer in {1}. Refresh the library.', [id, file]);
}
