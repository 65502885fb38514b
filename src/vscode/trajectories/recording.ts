import path from 'node:path';
import * as vscode from 'vscode';
import type { Dialogue } from '../../agent/conversation';
import { UserError } from '../../agent/errors';
import type { Run } from '../runs/run';
import type { Settings } from '../settings';

/** Where accepted trajectories go. */
interface TrajectoryFolder {
  readonly folder: string;
  /** What the folder must not lead out of; undefined where the user chose it. */
  readonly workspace: string | undefined;
}

/** Appends a row to a JSONL file of a folder, whole or not at all. Settles to the file. */
export type AppendDialogue = (folder: TrajectoryFolder, name: string, dialogue: Dialogue) => Promise<string>;

const memory = 'recording';

/** Below the folder of a workspace. */
const inWorkspace = '.agentlm/trajectories';

/** Whether trajectories may be kept, and where accepted ones go. Off until the user switches it on, for each workspace. */
export class Recording implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly subscription: vscode.Disposable;
  /** One file for each start of a window, so that two windows never write to the same one. */
  private readonly fileName = `${new Date().toISOString().replace(/[:.]/g, '-')}.jsonl`;

  constructor(
    private readonly state: vscode.Memento,
    private readonly settings: Settings,
    private readonly append: AppendDialogue,
  ) {
    this.subscription = settings.onDidChange('recording', () => this.changed.fire());
  }

  /** As the user chose in this workspace, else as their settings say. */
  get on(): boolean {
    return this.state.get<boolean>(memory) ?? this.settings.get('recording');
  }

  async toggle(): Promise<void> {
    await this.state.update(memory, !this.on);
    this.changed.fire();
  }

  /** @throws {UserError} `record.off` */
  requireOn(): void {
    if (this.on) return;
    throw new UserError('record.off', 'Recording is off, so nothing is kept. Turn recording on, then accept.');
  }

  /**
   * Writes what became of a run as training data, and counts the run as accepted.
   * @returns the file
   * @throws {UserError} when recording is off, the run was judged before, or the file cannot be written
   */
  async write(run: Run, dialogue: Dialogue): Promise<string> {
    this.requireOn();
    const folder = this.folder(run);
    // Before it is written: a second click must find it decided.
    run.judge('accepted');
    try {
      return await this.append(folder, this.fileName, dialogue);
    } catch (error) {
      run.say({ type: 'verdict', verdict: 'undecided' });
      throw error;
    }
  }

  /** Where accepted trajectories of this window are, whether there are any or not. */
  get folders(): readonly string[] {
    const chosen = this.settings.get('trajectoryFolder');
    if (chosen !== '') return [chosen];
    return openFolders().map(({ uri }) => path.join(uri.fsPath, inWorkspace));
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  /** The user's own folder, else one in the workspace folder that the task worked in. */
  private folder({ request }: Run): TrajectoryFolder {
    const chosen = this.settings.get('trajectoryFolder');
    if (path.isAbsolute(chosen)) return { folder: chosen, workspace: undefined };
    if (chosen !== '') {
      throw new UserError('record.relative', 'agentlm.trajectoryFolder must be an absolute path, and is {0}.', [
        chosen,
      ]);
    }
    const own = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(request.place));
    const workspace = (own ?? openFolders()[0])?.uri.fsPath;
    if (workspace !== undefined) return { folder: path.join(workspace, inWorkspace), workspace };
    throw new UserError(
      'record.no-folder',
      'There is no folder to write the trajectory to. Open a folder, or set agentlm.trajectoryFolder.',
    );
  }
}

function openFolders(): readonly vscode.WorkspaceFolder[] {
  return vscode.workspace.workspaceFolders?.filter(({ uri }) => uri.scheme === 'file') ?? [];
}
