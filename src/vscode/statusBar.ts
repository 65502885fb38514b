import * as vscode from 'vscode';
import type { Endpoint } from './endpoint';
import type { Recording } from './recording';
import type { Runs } from './runs';

/** One item: the endpoint, whether a task runs or waits for the user, and whether trajectories are recorded. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('agentlm.status', vscode.StatusBarAlignment.Left);
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly runs: Runs,
    private readonly endpoint: Endpoint,
    private readonly recording: Recording,
  ) {
    const draw = (): void => this.draw();
    this.subscriptions = [
      this.item,
      endpoint.onDidChange(draw),
      recording.onDidChange(draw),
      runs.onDidStart((run) => {
        run.onDidChange(draw);
        draw();
      }),
    ];
    this.item.name = 'AgentLM';
    this.draw();
    this.item.show();
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private draw(): void {
    const run = this.runs.current;
    const endpoint = this.endpoint.state;
    const label =
      endpoint.status === 'none'
        ? vscode.l10n.t('AgentLM: connect')
        : endpoint.demo
          ? vscode.l10n.t('Demo')
          : endpoint.label;
    const { icon, words } = this.activity();
    const recording = this.recording.on ? ` $(record) ${vscode.l10n.t('Recording')}` : '';
    this.item.text = `$(${icon}) ${words ?? label}${recording}`;
    this.item.command = run?.active ? 'agentlm.chat.focus' : 'agentlm.connectEndpoint';
    this.item.tooltip = [
      endpoint.status === 'none'
        ? vscode.l10n.t('No endpoint is connected.')
        : endpoint.demo
          ? vscode.l10n.t('The demo endpoint: a script, not a model.')
          : vscode.l10n.t('Endpoint: {0}', endpoint.label),
      this.recording.on ? vscode.l10n.t('Accepted trajectories are kept.') : vscode.l10n.t('Recording is off.'),
    ].join('\n');
    this.item.accessibilityInformation = { label: `AgentLM, ${words ?? label}`, role: 'button' };
  }

  private activity(): { icon: string; words?: string } {
    const run = this.runs.current;
    if (run?.awaiting) return { icon: 'bell-dot', words: vscode.l10n.t('Approval needed') };
    if (run?.active) return { icon: 'loading~spin' };
    switch (this.endpoint.state.status) {
      case 'none':
        return { icon: 'plug' };
      case 'connecting':
        return { icon: 'loading~spin' };
      case 'failed':
        return { icon: 'warning' };
      case 'ready':
        return { icon: 'hubot' };
    }
  }
}
