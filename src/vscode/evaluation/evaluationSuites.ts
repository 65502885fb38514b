import path from 'node:path';
import * as vscode from 'vscode';
import type { SuiteSource } from './evaluationTools';

const memory = 'evaluationSuites';
const ownSuites = '**/*.agentlm-suite.json';

/** The suites of a workspace: those that lie in it, and those that the user added. */
export class EvaluationSuites implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private watcher: vscode.FileSystemWatcher | undefined;

  constructor(private readonly state: vscode.Memento) {}

  /** From the first call on, suites that come and go in the workspace are told. */
  async find(): Promise<readonly SuiteSource[]> {
    this.watch();
    this.tellMenus();
    const found = await vscode.workspace.findFiles(ownSuites, '**/node_modules/**');
    const own = found
      .filter(({ scheme }) => scheme === 'file')
      .map(({ fsPath }): SuiteSource => ({ place: fsPath }))
      .sort((a, b) => a.place.localeCompare(b.place));
    const added = this.added.filter(({ place }) => !own.some((each) => each.place === place));
    return [...own, ...added];
  }

  isAdded({ place }: SuiteSource): boolean {
    return this.added.some((each) => each.place === place);
  }

  /** Asks for a suite. Undefined when the user chose none. */
  async add(): Promise<SuiteSource | undefined> {
    const place = await chooseSuite();
    if (place === undefined) return undefined;
    const source = { place };
    await this.remember([...this.added.filter((each) => each.place !== place), source]);
    return source;
  }

  /** The files stay where they are. */
  async forget({ place }: SuiteSource): Promise<void> {
    await this.remember(this.added.filter((each) => each.place !== place));
  }

  dispose(): void {
    this.watcher?.dispose();
    this.changed.dispose();
  }

  private get added(): readonly SuiteSource[] {
    return this.state.get<readonly SuiteSource[]>(memory, []);
  }

  private async remember(sources: readonly SuiteSource[]): Promise<void> {
    await this.state.update(memory, sources);
    this.tellMenus();
    this.changed.fire();
  }

  /** Only suites that were added can be taken out again. */
  private tellMenus(): void {
    const places = this.added.map(({ place }) => place);
    void vscode.commands.executeCommand('setContext', 'agentlm.evaluation.added', places);
  }

  private watch(): void {
    if (this.watcher) return;
    this.watcher = vscode.workspace.createFileSystemWatcher(ownSuites);
    const tell = (): void => this.changed.fire();
    this.watcher.onDidCreate(tell);
    this.watcher.onDidChange(tell);
    this.watcher.onDidDelete(tell);
  }
}

async function chooseSuite(): Promise<string | undefined> {
  const file = vscode.l10n.t('A File');
  const folder = vscode.l10n.t('A Folder of Files');
  const choice = await vscode.window.showQuickPick(
    [
      { label: file, detail: vscode.l10n.t('JSON or JSON Lines of AgentBench, or a suite of your own') },
      { label: folder, detail: vscode.l10n.t('AgentBench’s data/os_interaction/data/1 and the like') },
    ],
    { title: vscode.l10n.t('Add Evaluation Suite') },
  );
  if (!choice) return undefined;
  const ofFile = choice.label === file;
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Add Evaluation Suite'),
    openLabel: vscode.l10n.t('Add'),
    canSelectFiles: ofFile,
    canSelectFolders: !ofFile,
    ...(ofFile && { filters: { [vscode.l10n.t('Suites')]: ['json', 'jsonl'] } }),
  });
  return chosen?.[0] && path.normalize(chosen[0].fsPath);
}
