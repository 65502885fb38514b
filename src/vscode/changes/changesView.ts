import * as vscode from 'vscode';
import type { ApplyReport, FileChange, PendingChanges, WhichVersion } from '../../agent/changes';
import type { DatabaseReview } from '../../agent/database';
import {
  databaseItem,
  fileItem,
  reviewItem,
  type DatabaseNode,
  type FileNode,
  type Node,
  type ReviewNode,
} from './changeItems';
import { describeReport, reviewLabel } from './changeWords';
import { sentence } from '../report';
import { UserError } from '../../agent/errors';
import { changeUri, isChange, registerChangeContent } from './changeContent';

/** What tasks left to look at, also those of an earlier window: in a sandbox, and in copies of databases. */
export interface ChangeStore {
  files(): Promise<readonly PendingChanges[]>;
  databases(): Promise<readonly DatabaseReview[]>;
}

const view = 'agentlm.changes';

/** The tree of changes that wait for review: a run, and under it each file, with a box to choose it by. */
export class ChangesView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private reviews: readonly ReviewNode[] = [];
  private databases: readonly DatabaseNode[] = [];
  private refreshes = 0;
  /** Files that the user took out, or put in, by review and path. */
  private readonly boxes = new Map<string, boolean>();
  private readonly tree: vscode.TreeView<Node>;
  private readonly content = registerChangeContent(async (id, path, which) => this.reviewOf(id)?.read(path, which));
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly store: ChangeStore,
    private readonly panels: { show(review: DatabaseReview): void },
  ) {
    this.tree = vscode.window.createTreeView<Node>(view, {
      treeDataProvider: this,
      manageCheckboxStateManually: true,
      showCollapseAll: true,
    });
    this.subscriptions = [
      this.changed,
      this.tree,
      this.tree.onDidChangeCheckboxState(({ items }) => this.check(items)),
      this.content,
    ];
  }

  /** Looks at what waits, and shows or hides the view. */
  async refresh(): Promise<void> {
    const refreshing = ++this.refreshes;
    const [pending, databases] = await Promise.all([this.store.files(), this.store.databases()]);
    const reviews = await Promise.all(pending.map(async (review) => readReview(review)));
    // A later look has seen more.
    if (refreshing !== this.refreshes) return;
    this.reviews = reviews.filter(({ files, state, problem }) => files.length > 0 || problem || state === 'running');
    this.databases = databases.map((review) => ({ type: 'database', review }));
    const waiting = this.reviews.reduce((sum, { files }) => sum + files.length, databases.length);
    this.tree.badge =
      waiting > 0 ? { value: waiting, tooltip: vscode.l10n.t('{0} changes wait for review', waiting) } : undefined;
    await vscode.commands.executeCommand('setContext', 'agentlm.changesPending', this.roots.length > 0);
    this.changed.fire();
    this.content.refresh();
  }

  /** Looks while a run goes on, where somebody looks: it takes time in a large workspace. */
  async glance(): Promise<void> {
    const isOpen = vscode.window.visibleTextEditors.some(({ document }) => isChange(document.uri));
    if (this.tree.visible || isOpen) await this.refresh();
  }

  /** How many files of a run wait; 1 for a database. */
  countOf(id: string): number {
    const files = this.reviews.find(({ review }) => review.id === id)?.files.length ?? 0;
    return files + this.databases.filter(({ review }) => review.id === id).length;
  }

  getChildren(node?: Node): Node[] {
    if (!node) return [...this.roots];
    return node.type === 'review' ? [...node.files] : [];
  }

  getParent(node: Node): Node | undefined {
    return node.type === 'file' ? this.reviews.find(({ review }) => review.id === node.review.id) : undefined;
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.type) {
      case 'review':
        return reviewItem(node);
      case 'file':
        return fileItem(node, this.isChecked(node));
      case 'database':
        return databaseItem(node);
    }
  }

  /** Shows the view and its first run. */
  async reveal(): Promise<void> {
    await this.refresh();
    const [first] = this.roots;
    if (first) await this.tree.reveal(first, { focus: true, expand: true });
    else void vscode.window.showInformationMessage(vscode.l10n.t('No changes wait for review.'));
  }

  async open(node: unknown): Promise<void> {
    const database = this.databases.find((each) => isSame(each, node));
    if (database) this.panels.show(database.review);
    const found = this.fileOf(node);
    if (found) await openDiff(found.review, found.change, 'original', 'proposed');
  }

  /** Beside what is in the workspace now, which is what an apply would replace. */
  async compareWithCurrent(node: unknown): Promise<void> {
    const found = this.fileOf(node);
    if (found) await openDiff(found.review, found.change, 'current', 'proposed');
  }

  /** A file, or all files of a run whose box is ticked. */
  async apply(node: unknown): Promise<void> {
    const found = this.fileOf(node);
    if (found) {
      await this.applyPaths(found.review, [found.change]);
      return;
    }
    const review = this.reviewNodeOf(node);
    if (!review) return;
    const chosen = review.files.filter((file) => this.isChecked(file)).map(({ change }) => change);
    if (chosen.length > 0) await this.applyPaths(review.review, chosen);
    else
      void vscode.window.showInformationMessage(vscode.l10n.t('No file is ticked. Tick those that are to be applied.'));
  }

  async discard(node: unknown): Promise<void> {
    const found = this.reviewNodeOf(node);
    if (!found) return;
    const discard = vscode.l10n.t('Discard');
    const choice = await vscode.window.showWarningMessage(
      vscode.l10n.t('Discard the changes of “{0}”?', reviewLabel(found.review)),
      {
        modal: true,
        detail: vscode.l10n.t('{0} changed files are lost. The workspace stays as it is.', found.files.length),
      },
      discard,
    );
    if (choice !== discard) return;
    await found.review.discard();
    await this.refresh();
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private get roots(): readonly Node[] {
    return [...this.reviews, ...this.databases];
  }

  /** What was not named in the question about conflicts is never overwritten, though it may have changed by now. */
  private async applyPaths(review: PendingChanges, changes: readonly FileChange[]): Promise<void> {
    const options = await askFirst(changes);
    if (!options) return;
    const reports: ApplyReport[] = [];
    for (const overwrite of [false, true]) {
      const paths = changes.filter(({ conflict }) => (conflict !== undefined) === overwrite).map(({ path }) => path);
      if (paths.length > 0) reports.push(await review.apply(paths, { ...options, overwrite }));
    }
    await this.refresh();
    tell({
      applied: reports.flatMap(({ applied }) => applied),
      refused: reports.flatMap(({ refused }) => refused),
      left: reports.at(-1)?.left ?? 0,
    });
  }

  /** What can be applied without a question is ticked at first. */
  private isChecked({ review, change }: FileNode): boolean {
    return this.boxes.get(`${review.id}:${change.path}`) ?? (!change.conflict && change.caution === undefined);
  }

  private check(items: readonly [Node, vscode.TreeItemCheckboxState][]): void {
    for (const [node, state] of items) {
      if (node.type !== 'file') continue;
      this.boxes.set(`${node.review.id}:${node.change.path}`, state === vscode.TreeItemCheckboxState.Checked);
    }
    this.changed.fire();
  }

  private reviewOf(id: string): PendingChanges | undefined {
    return this.reviews.find(({ review }) => review.id === id)?.review;
  }

  /** Commands of a tree get its node, those of the palette nothing. */
  private fileOf(node: unknown): FileNode | undefined {
    return this.reviews.flatMap(({ files }) => files).find((file) => isSame(file, node));
  }

  private reviewNodeOf(node: unknown): ReviewNode | undefined {
    if (node === undefined) return this.reviews[0];
    return this.reviews.find((review) => isSame(review, node));
  }
}

/** A click can come with a node of the tree as it was before the last look. */
function isSame(one: Node, other: unknown): boolean {
  return typeof other === 'object' && other !== null && 'type' in other && keyOf(one) === keyOf(other as Node);
}

function keyOf(node: Node): string {
  return JSON.stringify([node.type, node.review.id, node.type === 'file' ? node.change.path : '']);
}

/** One that cannot be read is shown with the reason, and can be discarded. */
async function readReview(review: PendingChanges): Promise<ReviewNode> {
  const state = await review.state();
  try {
    const changes = await review.list();
    return { type: 'review', review, state, files: changes.map((change) => ({ type: 'file', review, change })) };
  } catch (error) {
    if (!UserError.is(error)) throw error;
    return { type: 'review', review, state, files: [], problem: sentence(error) };
  }
}

async function openDiff(
  review: PendingChanges,
  change: FileChange,
  left: WhichVersion,
  right: WhichVersion,
): Promise<void> {
  const sides = {
    original: vscode.l10n.t('before the task'),
    current: vscode.l10n.t('now'),
    proposed: vscode.l10n.t('by the task'),
  };
  await vscode.commands.executeCommand(
    'vscode.diff',
    changeUri(review, change, left),
    changeUri(review, change, right),
    `${change.path} (${sides[left]} ↔ ${sides[right]})`,
    { preview: true },
  );
}

/** What an apply needs to be told by the user first; undefined when they do not want it. */
async function askFirst(changes: readonly FileChange[]): Promise<{ readonly includeGit: boolean } | undefined> {
  const conflicts = changes.filter(({ conflict }) => conflict);
  const git = changes.filter(({ caution }) => caution === 'git');
  const editor = changes.filter(({ caution }) => caution === 'editor');
  const questions = [
    [
      conflicts,
      vscode.l10n.t(
        '{0} files have changed in the workspace since the task read them. Overwrite them?',
        conflicts.length,
      ),
      vscode.l10n.t('Overwrite'),
    ],
    [
      git,
      vscode.l10n.t('{0} of the files belong to git, and can make it run programs. Apply them as well?', git.length),
      vscode.l10n.t('Apply'),
    ],
    [
      editor,
      vscode.l10n.t('{0} of the files can make the editor run programs. Apply them as well?', editor.length),
      vscode.l10n.t('Apply'),
    ],
  ] as const;
  for (const [concerned, question, yes] of questions) {
    if (concerned.length > 0 && !(await agree(question, concerned, yes))) return undefined;
  }
  return { includeGit: git.length > 0 };
}

/** Files that a question names. */
const named = 10;

async function agree(question: string, changes: readonly FileChange[], yes: string): Promise<boolean> {
  const names = changes.slice(0, named).map(({ path }) => path);
  const more = changes.length > named ? [vscode.l10n.t('and {0} more', changes.length - named)] : [];
  const detail = [...names, ...more].join('\n');
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

function tell(report: ApplyReport): void {
  const message = describeReport(report);
  if (report.refused.length === 0) vscode.window.setStatusBarMessage(message, 5000);
  else void vscode.window.showWarningMessage(message);
}
