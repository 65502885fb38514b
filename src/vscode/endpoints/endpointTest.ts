import * as vscode from 'vscode';
import type { EndpointCheck, EndpointReport } from '../../agent/endpointFacts';
import { cancellableProgress } from '../cancellableProgress';
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
    const report = await cancellableProgress(vscode.l10n.t('Testing {0}', profile.name), async (_, signal) =>
      this.follow(access, signal, (check) => {
        checks.push(check);
        write('running');
      }),
    );
    write(report ?? 'cancelled');
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
