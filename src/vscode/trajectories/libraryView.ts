import * as vscode from 'vscode';
import { isFiltering, type LibraryEntry } from '../../agent/library';
import type { Library } from './library';
import { filterInWords } from './libraryFilter';
import { groupings, libraryItem, libraryTree, type Grouping, type LibraryNode } from './libraryItems';
import { report, type Log } from '../report';

const view = 'agentlm.library';
const memory = 'library.grouping';

/** The tree of recorded trajectories and data sets. Reads nothing before somebody looks at it. */
export class LibraryView implements vscode.TreeDataProvider<LibraryNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly tree: vscode.TreeView<LibraryNode>;
  private readonly subscriptions: readonly vscode.Disposable[];
  private roots: readonly LibraryNode[] | undefined;

  constructor(
    private readonly library: Library,
    private readonly state: vscode.Memento,
    private readonly log: Log,
  ) {
    this.tree = vscode.window.createTreeView(view, {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    this.subscriptions = [
      this.changed,
      this.tree,
      library.onDidChange(() => this.draw()),
      this.tree.onDidChangeVisibility(({ visible }) => {
        if (visible) this.load();
      }),
    ];
    if (this.tree.visible) this.load();
  }

  getTreeItem(node: LibraryNode): vscode.TreeItem {
    return libraryItem(node);
  }

  getChildren(node?: LibraryNode): LibraryNode[] {
    if (node) return 'children' in node ? [...node.children] : [];
    this.roots ??= libraryTree(
      this.library.shown,
      isFiltering(this.library.filter) ? [] : this.library.datasets,
      this.grouping,
    );
    return [...this.roots];
  }

  get grouping(): Grouping {
    const kept = this.state.get(memory);
    return groupings.find((each) => each === kept) ?? 'verdict';
  }

  async groupBy(grouping: Grouping): Promise<void> {
    await this.state.update(memory, grouping);
    this.draw();
  }

  /** What is meant by a command: what was clicked, all that is selected with it, or what is selected. */
  chosen(clicked: unknown, selected: unknown): readonly LibraryNode[] {
    if (Array.isArray(selected) && selected.length > 0) return selected as readonly LibraryNode[];
    return isNode(clicked) ? [clicked] : this.tree.selection;
  }

  /** The trajectories among the chosen nodes, and those of chosen groups, as they are now. */
  entries(nodes: readonly LibraryNode[]): readonly LibraryEntry[] {
    const found = new Map<string, LibraryEntry>();
    const add = (node: LibraryNode): void => {
      if ('children' in node) node.children.forEach(add);
      if (node.type !== 'entry') return;
      const { file, id } = node.entry;
      const entry = this.library.find(file, id);
      if (entry) found.set(`${file}\n${id}`, entry);
    };
    nodes.forEach(add);
    return [...found.values()];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private load(): void {
    void vscode.window.withProgress({ location: { viewId: view } }, async () => {
      try {
        await this.library.load();
      } catch (error) {
        report(this.log, error);
      }
    });
  }

  private draw(): void {
    this.roots = undefined;
    const { filter, all } = this.library;
    this.tree.message = isFiltering(filter)
      ? vscode.l10n.t('{0} of {1}: {2}', this.library.shown.length, all.length, filterInWords(filter))
      : '';
    const waiting = all.filter(({ verdict }) => verdict === 'undecided').length;
    this.tree.badge =
      waiting > 0 ? { value: waiting, tooltip: vscode.l10n.t('{0} trajectories to be reviewed', waiting) } : undefined;
    this.changed.fire();
  }
}

function isNode(value: unknown): value is LibraryNode {
  return typeof value === 'object' && value !== null && 'type' in value;
}
