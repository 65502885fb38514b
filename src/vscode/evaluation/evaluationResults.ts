import * as vscode from 'vscode';
import type { TaskResult } from '../../agent/evaluation';
import type { Conversation, EvaluationSummary, ResultsHostApi, ResultsState } from '../../protocol/resultsMessages';
import { readResultsArgument } from '../../protocol/schemas';
import type { StatePageApi } from '../../protocol/statePage';
import type { AcceptEvaluated, EvaluationArchive, KeptEvaluation } from './evaluationTools';
import { resultsStrings } from './evaluationWords';
import { openPanel } from '../pages/pagePanels';
import type { Log } from '../report';
import { answerPage } from '../pages/webviewPage';

/** The page of evaluations: endpoints beside each other and beside the paper, how tasks ended, conversations side by side. */
export class EvaluationResults implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  /** Reads everything anew and tells the page. */
  private reload: (() => Promise<void>) | undefined;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly archive: EvaluationArchive,
    private readonly accept: AcceptEvaluated,
    private readonly log: Log,
  ) {}

  /** Opens the page, or brings it to the front. */
  show(): void {
    if (this.panel) {
      this.panel.reveal();
      return;
    }
    const title = vscode.l10n.t('Evaluation Results');
    const page = { name: 'results', styles: ['chat.css', 'results.css'], title };
    this.panel = openPanel(this.extensionUri, page, (webview) => this.connect(webview));
  }

  /** To be called when an evaluation has come to its end. */
  async refresh(): Promise<void> {
    await this.reload?.();
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private connect(webview: vscode.Webview): () => void {
    const { archive, log } = this;
    let evaluations: readonly KeptEvaluation[] = [];
    const read = async (): Promise<ResultsState> => {
      const { evaluations: found, published } = await archive.read();
      evaluations = found;
      return { evaluations: found.map(summaryOf), published };
    };
    const reload = async (): Promise<void> => channel.tell('state', await read());
    this.reload = reload;
    const channel = answerPage<ResultsHostApi, StatePageApi<ResultsState>>(webview, log, {
      handlers: {
        ready: async () => ({ state: await read(), strings: resultsStrings() }),
        conversation: ({ id, index }) =>
          conversationOf(
            evaluations.find((each) => each.id === id),
            index,
          ),
        accept: async ({ id, index }) => {
          const evaluation = evaluations.find((each) => each.id === id);
          const result = firstAttempt(evaluation, index);
          if (evaluation && result) await this.accept({ setting: evaluation.report, result });
        },
        async add() {
          const file = await chooseResults();
          if (!file) return;
          await archive.add(file.fsPath);
          await reload();
        },
        async exportHtml() {
          await exportHtml(await archive.html());
        },
        async remove({ id }) {
          const evaluation = evaluations.find((each) => each.id === id);
          if (!evaluation || !(await agreeToRemove(evaluation))) return;
          await archive.remove(id);
          await reload();
        },
      },
      read: readResultsArgument,
    });
    return () => {
      channel.close();
      this.panel = undefined;
      this.reload = undefined;
    };
  }
}

function summaryOf({ id, report, digest, ended, results }: KeptEvaluation): EvaluationSummary {
  const tasks = results
    .filter(({ attempt }) => attempt === 0)
    .map(({ index, task, category, passed, ending, steps }) => ({ index, task, category, passed, ending, steps }));
  return { id, report, digest, ended, tasks };
}

function conversationOf(evaluation: KeptEvaluation | undefined, index: number): Conversation | undefined {
  const result = firstAttempt(evaluation, index);
  if (!result) return undefined;
  const { turns, expected, detail, passed, ending, answer } = result;
  return { turns, expected, detail, passed, ending, answer: answer === null ? undefined : [answer].flat().join(', ') };
}

function firstAttempt(evaluation: KeptEvaluation | undefined, index: number): TaskResult | undefined {
  return evaluation?.results.find((each) => each.index === index && each.attempt === 0);
}

async function chooseResults(): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Add Results File'),
    openLabel: vscode.l10n.t('Add'),
    filters: { [vscode.l10n.t('Results')]: ['jsonl'] },
  });
  return chosen?.[0];
}

async function exportHtml(html: string): Promise<void> {
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Evaluation Results'),
    filters: { HTML: ['html'] },
  });
  if (target) await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(html));
}

async function agreeToRemove({ report: { model, suite } }: KeptEvaluation): Promise<boolean> {
  const remove = vscode.l10n.t('Remove');
  const question = vscode.l10n.t('Remove the results of {0} on {1}?', model, suite);
  const detail = vscode.l10n.t('They cannot be brought back.');
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) === remove;
}
