import path from 'node:path';
import * as vscode from 'vscode';
import { exportExtension, type ExportChoice, type TrainingExporter } from '../../agent/trainingExport';
import type { ExportHostApi, ExportState } from '../../protocol/exportMessages';
import { readExportArgument } from '../../protocol/schemas';
import type { StatePageApi } from '../../protocol/statePage';
import type { ApiKeys } from '../endpoints/apiKeys';
import { cancellableProgress } from '../cancellableProgress';
import { exportStrings, formatInWords } from './exportWords';
import { askForHubTarget } from './hubTarget';
import { PagePanels } from '../pages/pagePanels';
import { report, type Log } from '../report';
import { answerPage } from '../pages/webviewPage';

/** Shows what an export would hold, token by token, and writes it when the user says so. */
export class ExportPanels implements vscode.Disposable {
  private readonly panels: PagePanels<ExportChoice>;

  constructor(
    extensionUri: vscode.Uri,
    private readonly exporter: TrainingExporter,
    private readonly keys: ApiKeys,
    private readonly log: Log,
  ) {
    this.panels = new PagePanels(extensionUri);
  }

  show(choice: ExportChoice): void {
    const title = vscode.l10n.t('Export for {0}', formatInWords(choice.format).label);
    const page = { name: 'export', styles: ['chat.css', 'export.css'], title };
    this.panels.show(choice, page, (webview) => this.connect(webview, choice));
  }

  dispose(): void {
    this.panels.dispose();
  }

  /** Returns the way to stop whatever goes on for the panel. */
  private connect(webview: vscode.Webview, chosen: ExportChoice): () => void {
    const closing = new AbortController();
    let choice = chosen;
    let state: ExportState = {
      format: formatInWords(choice.format).label,
      phase: 'reading',
      preview: undefined,
      learnGiven: choice.format === 'fastchat' ? choice.learnGiven : undefined,
      written: [],
    };
    const change = (part: Partial<ExportState>): void => {
      state = { ...state, ...part };
      channel.tell('state', state);
    };
    const read = async (): Promise<void> => {
      change({ phase: 'reading', preview: undefined, written: [] });
      const wanted = choice;
      const preview = await this.exporter.preview(wanted, closing.signal);
      if (wanted === choice) change({ phase: 'ready', preview });
    };
    /** @param work settles to what was written; undefined when the user stopped it */
    const work = async (write: () => Promise<readonly string[] | undefined>): Promise<void> => {
      if (state.phase !== 'ready' && state.phase !== 'done') return;
      change({ phase: 'working' });
      try {
        const written = await write();
        change(written ? { phase: 'done', written } : { phase: 'ready' });
      } catch (error) {
        change({ phase: 'ready' });
        throw error;
      }
    };
    const channel = answerPage<ExportHostApi, StatePageApi<ExportState>>(webview, this.log, {
      handlers: {
        ready: () => ({ state, strings: exportStrings() }),
        setLearnGiven: async ({ on }) => {
          choice = { ...choice, learnGiven: on };
          change({ learnGiven: on });
          await read();
        },
        save: () => work(() => this.save(choice)),
        push: () => work(() => this.push(choice)),
      },
      read: readExportArgument,
    });
    read().catch((error: unknown) => {
      if (closing.signal.aborted) return;
      change({ phase: 'ready' });
      report(this.log, error);
    });
    return () => {
      closing.abort();
      channel.close();
    };
  }

  private async save(choice: ExportChoice): Promise<readonly string[] | undefined> {
    const name = `agentlm-${choice.format}${exportExtension(choice.format)}`;
    const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
    const target = await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Export Training Data'),
      ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
    });
    if (target?.scheme !== 'file') return undefined;
    return cancellableProgress(vscode.l10n.t('Writing {0}', path.basename(target.fsPath)), (_, signal) =>
      this.exporter.write(choice, target.fsPath, signal),
    );
  }

  private async push(choice: ExportChoice): Promise<readonly string[] | undefined> {
    const target = await askForHubTarget(this.keys);
    if (!target) return undefined;
    const address = await cancellableProgress(
      vscode.l10n.t('Sending to {0}', target.repository),
      (onProgress, signal) => this.exporter.push(choice, target, onProgress, signal),
    );
    return address === undefined ? undefined : [address];
  }
}
