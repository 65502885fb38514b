import * as vscode from 'vscode';
import type { EndpointCheck, EndpointReport } from '../agent/endpointFacts';
import type { Endpoints } from './endpoints';
import type { EndpointAccess, EndpointTools } from './endpointTools';
import { testReport, type TestState } from './testReport';

const scheme = 'agentlm-test';

/** Tests an endpoint thoroughly, and shows each finding as it comes in a page of its own. */
export class EndpointTest implements vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly written = new vscode.EventEmitter<vscode.Uri>();
  private readonly subscription = vscode.workspace.registerTextDocumentContentProvider(scheme, {
    onDidChange: this.written.event,
    provideTextDocumentContent: (uri) => this.texts.get(uri.toString()) ?? '',
  });

  constructor(
    private readonly tools: Pick<EndpointTools, 'diagnose'>,
    private readonly endpoints: Endpoints,
  ) {}

  async run(access: EndpointAccess): Promise<void> {
    const { profile } = access;
    const title = vscode.l10n.t('Test of {0}', profile.name);
    const uri = vscode.Uri.from({ scheme, path: `/${title.replaceAll('/', ' ')}.md` });
    const checks: EndpointCheck[] = [];
    const write = (state: TestState): void => {
      this.texts.set(uri.toString(), testReport(title, profile, checks, state));
      this.written.fire(uri);
    };
    write('running');
    await vscode.commands.executeCommand('markdown.showPreview', uri);
    await withCancel(vscode.l10n.t('Testing {0}', profile.name), async (signal) => {
      try {
        const report = await this.follow(access, signal, (check) => {
          checks.push(check);
          write('running');
        });
        write(report);
      } catch (error) {
        if (!signal.aborted) throw error;
        write('cancelled');
      }
    });
    await this.endpoints.look(profile);
  }

  dispose(): void {
    vscode.Disposable.from(this.subscription, this.written).dispose();
  }

  private async follow(
    access: EndpointAccess,
    signal: AbortSignal,
    hear: (check: EndpointCheck) => void,
  ): Promise<EndpointReport> {
    const examination = this.tools.diagnose(access, signal);
    for (;;) {
      const next = await examination.next();
      if (next.done) return next.value;
      hear(next.value);
    }
  }
}

async function withCancel(title: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (_, token) => {
      const stopping = new AbortController();
      const subscription = token.onCancellationRequested(() => stopping.abort());
      try {
        await work(stopping.signal);
      } finally {
        subscription.dispose();
      }
    },
  );
}
