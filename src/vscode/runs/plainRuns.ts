import * as vscode from 'vscode';
import { UserError } from '../../agent/errors';
import type { Run } from './run';
import type { Runs } from './runs';
import { eventInWords, questionInWords } from './runWords';

const scheme = 'agentlm-run';

/** Milliseconds between two drawings of a page: a screen reader must not be interrupted by every word. */
const pause = 500;

/** Runs as read-only text pages, which grow as the run goes on: for screen readers, and to search and copy. */
export class PlainRuns implements vscode.Disposable {
  private readonly written = new vscode.EventEmitter<vscode.Uri>();
  private readonly open = new Map<string, { readonly run: Run; readonly subscription: vscode.Disposable }>();
  private readonly subscriptions: readonly vscode.Disposable[] = [
    this.written,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: this.written.event,
      provideTextDocumentContent: (uri) => this.textOf(uri),
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => this.forget(uri.toString())),
  ];

  constructor(private readonly runs: Pick<Runs, 'current' | 'all'>) {}

  /**
   * Shows the run that the chat shows.
   * @throws {UserError} when there is none
   */
  async show(): Promise<void> {
    const run = this.runs.current ?? this.runs.all.at(-1);
    if (!run) throw new UserError('run.none', 'No task was started in this window. Start one first.');
    const uri = uriOf(run);
    this.follow(uri, run);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
  }

  dispose(): void {
    for (const key of this.open.keys()) this.forget(key);
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private follow(uri: vscode.Uri, run: Run): void {
    const key = uri.toString();
    if (this.open.has(key)) return;
    let timer: NodeJS.Timeout | undefined;
    const draw = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        this.written.fire(uri);
      }, pause);
    };
    const listening = vscode.Disposable.from(run.onEvent(draw), run.onDidChange(draw), {
      dispose: () => clearTimeout(timer),
    });
    this.open.set(key, { run, subscription: listening });
  }

  private textOf(uri: vscode.Uri): string {
    const run = this.open.get(uri.toString())?.run;
    return run ? plainRun(run) : vscode.l10n.t('This task belongs to a window that was closed.');
  }

  private forget(key: string): void {
    this.open.get(key)?.subscription.dispose();
    this.open.delete(key);
  }
}

/** Everything that was heard of a run so far, and what it waits for. */
export function plainRun({ request, events, awaiting, phase }: Run): string {
  const began = events.some(({ type }) => type === 'started');
  return [
    // Before it has begun it has not said what it is about.
    ...(began ? [] : [`${request.problem}\n`]),
    ...events.flatMap((event) => eventInWords(event).map(({ text }) => text)),
    ...(phase === 'opening' ? [`\n${vscode.l10n.t('The task is about to begin.')}\n`] : []),
    ...(awaiting ? [`\n${questionInWords(awaiting)}\n`] : []),
  ].join('');
}

/** Characters of a task in the title of its page. */
const titleLength = 40;

function uriOf(run: Run): vscode.Uri {
  const words = run.request.problem.replace(/[\s/\\]+/g, ' ');
  const title = words.length > titleLength ? `${words.slice(0, titleLength)}…` : words;
  return vscode.Uri.from({ scheme, path: `/${title}.txt`, query: String(run.askedAt) });
}
