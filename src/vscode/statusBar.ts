import * as vscode from 'vscode';
import { demoProfile } from './endpoints/endpointProfiles';
import { labelOf, type Endpoints } from './endpoints/endpoints';
import { endpointTooltip } from './endpoints/endpointTooltip';
import { escapeMarkdown } from './markdown';
import type { Recording } from './trajectories/recording';
import type { Runs } from './runs/runs';
import type { ServerWatch } from './endpoints/serverWatch';
import { plainLabel } from './plainLabel';

/** The endpoint, whether a task runs or waits for the user, and beside it whether trajectories are recorded. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('agentlm.status', vscode.StatusBarAlignment.Left);
  private readonly recordingItem = vscode.window.createStatusBarItem(
    'agentlm.recording',
    vscode.StatusBarAlignment.Left,
  );
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly runs: Runs,
    private readonly endpoints: Endpoints,
    private readonly watch: ServerWatch,
    private readonly recording: Recording,
  ) {
    const draw = (): void => this.draw();
    this.subscriptions = [
      this.item,
      this.recordingItem,
      endpoints.onDidChange(draw),
      watch.onDidChange(draw),
      recording.onDidChange(draw),
      runs.onDidChange(draw),
    ];
    this.item.name = 'AgentLM';
    this.recordingItem.name = vscode.l10n.t('AgentLM Recording');
    this.recordingItem.text = `$(record) ${vscode.l10n.t('Recording')}`;
    this.recordingItem.tooltip = vscode.l10n.t('Turn off recording');
    this.recordingItem.command = 'agentlm.toggleRecording';
    this.draw();
    this.item.show();
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private draw(): void {
    const { icon, words = this.label() } = this.activity();
    this.item.text = `$(${icon}) ${plainLabel(words)}`;
    this.item.command = this.command();
    this.item.tooltip = this.tooltip();
    this.item.accessibilityInformation = { label: `AgentLM, ${words}`, role: 'button' };
    if (this.recording.on) this.recordingItem.show();
    else this.recordingItem.hide();
  }

  /** To what needs the user most. */
  private command(): string {
    const { all, current } = this.runs;
    const waiting = all.filter(({ awaiting }) => awaiting);
    const busy = waiting.length > 0 ? waiting : all.filter(({ active }) => active);
    if (busy.length === 0) return 'agentlm.selectEndpoint';
    return current && busy.includes(current) ? 'agentlm.chat.focus' : 'agentlm.showRuns';
  }

  private label(): string {
    const profile = this.watch.current?.profile ?? this.endpoints.selected;
    if (!profile) return vscode.l10n.t('AgentLM: connect');
    return profile === demoProfile ? vscode.l10n.t('Demo') : labelOf(profile);
  }

  private tooltip(): vscode.MarkdownString {
    const watched = this.watch.current;
    const profile = watched?.profile ?? this.endpoints.selected;
    const lines = [
      ...(profile
        ? endpointTooltip(profile, this.endpoints.health(profile), watched)
        : [vscode.l10n.t('No endpoint is connected.')]),
      this.recording.on ? vscode.l10n.t('Accepted trajectories are kept.') : vscode.l10n.t('Recording is off.'),
    ];
    // As text: a server chooses its version and its model names.
    return new vscode.MarkdownString(lines.map(escapeMarkdown).join('\n\n'));
  }

  private activity(): { icon: string; words?: string } {
    const { all } = this.runs;
    if (all.some(({ awaiting }) => awaiting)) return { icon: 'bell-dot', words: vscode.l10n.t('Approval needed') };
    if (all.some(({ active }) => active)) return { icon: 'loading~spin' };
    switch (this.endpoints.state.status) {
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
