import * as vscode from 'vscode';
import type { Environment } from '../../agent/environment';
import { visible } from '../../agent/hiddenCharacters';
import { replayTrajectory, type ReplayedStep } from '../../agent/replay';
import type { TaskKind } from '../../agent/task';
import { cancellableProgress } from '../cancellableProgress';
import type { DatabaseChoice } from '../databases/databaseChoice';
import type { History } from './history';
import { pickReplay, pickRow, type ReplayChoice } from './replayPicker';
import type { Runs } from './runs';

/**
 * Opens what a trajectory is run again in; nothing that it changes outlives it.
 * @param place the folder, an empty one if left out, or the database
 * @throws {UserError} where there is no sandbox, or nothing at that place
 */
export type OpenReplay = (kind: TaskKind, place: string | undefined, signal: AbortSignal) => Promise<Environment>;

const scheme = 'agentlm-replay';
const titleLength = 40;

/** Runs trajectories again, and shows in an editor of differences what the model would read today. */
export class Replays implements vscode.Disposable {
  /** What the pages say, by their addresses. */
  private readonly pages = new Map<string, string>();
  private readonly subscription = vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: (uri) => this.pages.get(uri.toString()),
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => this.pages.delete(uri.toString())),
  );
  private count = 0;

  constructor(
    private readonly runs: Runs,
    private readonly history: History,
    private readonly database: Pick<DatabaseChoice, 'choose'>,
    private readonly open: OpenReplay,
  ) {}

  /**
   * @param file the one whose row is run again; left out, the user chooses among all
   * @throws {UserError}
   */
  async run(file?: vscode.Uri): Promise<void> {
    const choice = await (file ? pickRow(file) : pickReplay(this.runs, this.history));
    if (!choice) return;
    const place = choice.place ?? (choice.recording.kind === 'db' ? await this.database.choose() : undefined);
    if (choice.recording.kind === 'db' && place === undefined) return;
    const title = vscode.l10n.t('Running {0} again', short(choice.title));
    const steps: ReplayedStep[] = [];
    const done = await cancellableProgress(title, async (tell, signal) => {
      await this.replay(choice, place, steps, tell, signal);
      return true;
    });
    await this.show(choice.title, steps);
    void vscode.window.showInformationMessage(inWords(steps, done === true));
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private async replay(
    { recording }: ReplayChoice,
    place: string | undefined,
    steps: ReplayedStep[],
    tell: (percent: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const replies = recording.turns.filter(({ from }) => from === 'gpt').length;
    const environment = await this.open(recording.kind, place, signal);
    try {
      for await (const step of replayTrajectory(recording, environment, signal)) {
        steps.push(step);
        tell(Math.round((100 * step.step) / replies));
      }
    } finally {
      await environment.close();
    }
  }

  private async show(title: string, steps: readonly ReplayedStep[]): Promise<void> {
    if (steps.length === 0) return;
    const number = ++this.count;
    const page = (name: string, textOf: (step: ReplayedStep) => string): vscode.Uri => {
      const uri = vscode.Uri.from({ scheme, path: `/${name}.txt`, query: String(number) });
      this.pages.set(uri.toString(), steps.map((step) => inPage(step, textOf(step))).join('\n'));
      return uri;
    };
    await vscode.commands.executeCommand(
      'vscode.diff',
      page(vscode.l10n.t('Then'), ({ recorded }) => recorded),
      // What counts as the same is no difference: the prompt names the machine, and outputs are cut in different places.
      page(vscode.l10n.t('Now'), ({ same, recorded, observed }) => (same ? recorded : observed)),
      vscode.l10n.t('{0} (then ↔ now)', short(title)),
      { preview: false },
    );
  }
}

function inPage({ step, action }: ReplayedStep, observation: string): string {
  const heading = vscode.l10n.t('Step {0}', step);
  return `── ${heading} ──\n${visible(action.trim())}\n\n${visible(observation.replaceAll('\r\n', '\n').trimEnd())}\n`;
}

function inWords(steps: readonly ReplayedStep[], isDone: boolean): string {
  if (steps.length === 0) return vscode.l10n.t('No command of this trajectory was run again.');
  const same = steps.filter(({ same: isSame }) => isSame).length;
  const words = vscode.l10n.t('{0} of {1} steps gave the same as then.', same, steps.length);
  return isDone ? words : `${words} ${vscode.l10n.t('The rest was not run again.')}`;
}

function short(title: string): string {
  const words = title.replace(/\s+/g, ' ').trim();
  return words.length > titleLength ? `${words.slice(0, titleLength)}…` : words;
}
