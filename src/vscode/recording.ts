import path from 'node:path';
import * as vscode from 'vscode';
import type { Dialogue } from '../agent/conversation';
import { UserError } from '../agent/errors';
import { obstacles, toDialogue } from '../agent/trajectory';
import type { Run } from './runs';
import type { Settings } from './settings';

/** Appends a row to a JSONL file, whole or not at all. */
export type AppendDialogue = (file: string, dialogue: Dialogue) => Promise<void>;

const memory = 'recording';

/** Whether trajectories may be kept, and where accepted ones go. Off until the user switches it on, for each workspace. */
export class Recording implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  /** One file for each window and day of work, so that two windows never write to the same one. */
  private readonly fileName = `${new Date().toISOString().replace(/[:.]/g, '-')}.jsonl`;

  constructor(
    private readonly state: vscode.Memento,
    private readonly settings: Settings,
    private readonly append: AppendDialogue,
  ) {}

  get on(): boolean {
    return this.state.get(memory, false);
  }

  async toggle(): Promise<void> {
    await this.state.update(memory, !this.on);
    this.changed.fire();
  }

  /**
   * Writes the run's trajectory as training data.
   * @returns the file
   * @throws {UserError} when recording is off, the trajectory cannot be trained on, or the file cannot be written
   */
  async accept(run: Run): Promise<string> {
    const { trajectory } = run;
    if (!trajectory) throw new UserError('record.running', 'The task has not ended yet. Accept it when it has.');
    if (!this.on) {
      throw new UserError('record.off', 'Recording is off, so nothing is kept. Turn recording on, then accept.');
    }
    if (obstacles(trajectory).length > 0) {
      throw new UserError(
        'record.unfit',
        'This trajectory cannot be trained on: it must end with an answer or a finish of the model. Run the task again.',
      );
    }
    const file = path.join(this.folder(), this.fileName);
    await this.append(file, toDialogue(trajectory));
    run.judge('accepted');
    return file;
  }

  dispose(): void {
    this.changed.dispose();
  }

  private folder(): string {
    const chosen = this.settings.get('trajectoryFolder');
    if (chosen !== '') return chosen;
    const workspace = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
    if (workspace) return path.join(workspace.uri.fsPath, '.agentlm/trajectories');
    throw new UserError(
      'record.no-folder',
      'There is no folder to write the trajectory to. Open a folder, or set agentlm.trajectoryFolder.',
    );
  }
}
