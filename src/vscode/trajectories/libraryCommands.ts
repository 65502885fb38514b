import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../agent/errors';
import type { LibraryEntry } from '../../agent/library';
import type { Library } from './library';
import { askFilter, askWords } from './libraryFilter';
import { groupings, type Grouping, type LibraryNode } from './libraryItems';
import type { LibraryView } from './libraryView';
import { report, type Log } from '../report';
import { plainLabel } from '../plainLabel';

/** What the commands of the library lead to. */
export interface LibrarySurfaces {
  readonly library: Library;
  readonly view: LibraryView;
  readonly log: Log;
  /** Makes training data of a recorded run, after whatever must be asked before. */
  accept(entry: LibraryEntry): Promise<void>;
  openFile(file: vscode.Uri, id?: string): Promise<void>;
  compare(one: LibraryEntry, other: LibraryEntry): Promise<void>;
  /** Of these files; of all that is recorded where there are none. */
  showStatistics(files: readonly vscode.Uri[]): void;
}

/** What a menu of the tree hands over: what was clicked, and all that is selected with it; the palette nothing. */
type Given = readonly unknown[];
type Command = (...given: Given) => Promise<void>;

export type LibraryCommands = ReturnType<typeof libraryCommands>;

/** The commands of the library, by the ends of their names. */
export function libraryCommands(surfaces: LibrarySurfaces) {
  const { library, view, log } = surfaces;
  const nodesOf = ([clicked, selected]: Given): readonly LibraryNode[] => view.chosen(clicked, selected);
  const entriesOf = (given: Given): readonly LibraryEntry[] => {
    const entries = view.entries(nodesOf(given));
    if (entries.length > 0) return entries;
    throw new UserError('library.none', 'No trajectory is selected. Select one or several in the library first.');
  };
  return {
    async refresh() {
      await library.refresh();
    },
    async search() {
      await vscode.commands.executeCommand('agentlm.library.focus');
      library.filter = (await askWords(library.filter)) ?? library.filter;
    },
    async filter() {
      library.filter = (await askFilter(library.all, library.filter)) ?? library.filter;
    },
    async clearFilter() {
      library.filter = {};
    },
    async groupBy() {
      const grouping = await askGrouping(view.grouping);
      if (grouping) await view.groupBy(grouping);
    },
    async open(...given) {
      for (const node of nodesOf(given)) {
        if (node.type === 'entry') await surfaces.openFile(vscode.Uri.file(node.entry.file), node.entry.id);
        if (node.type === 'dataset') await surfaces.openFile(vscode.Uri.file(node.file));
      }
    },
    async openAsText(...given) {
      const [file] = filesOf(nodesOf(given));
      if (file) await vscode.commands.executeCommand('vscode.openWith', file, 'default');
    },
    async accept(...given) {
      for (const entry of entriesOf(given)) await surfaces.accept(entry);
      await library.refresh();
    },
    async reject(...given) {
      await library.remark(entriesOf(given), () => ({ type: 'verdict', verdict: 'rejected' }));
    },
    async reconsider(...given) {
      await library.remark(entriesOf(given), () => ({ type: 'verdict', verdict: 'undecided' }));
    },
    async tag(...given) {
      const entries = entriesOf(given);
      const tags = await askTags(library.all, entries);
      if (tags) await library.remark(entries, ({ note }) => ({ type: 'remark', tags, note }));
    },
    async note(...given) {
      const entries = entriesOf(given);
      const note = await vscode.window.showInputBox({
        title: vscode.l10n.t('Note'),
        prompt: vscode.l10n.t('What is to be remembered of {0} trajectories', entries.length),
        value: entries[0]?.note ?? '',
      });
      if (note !== undefined) await library.remark(entries, ({ tags }) => ({ type: 'remark', tags, note }));
    },
    async reward(...given) {
      const entries = entriesOf(given);
      const reward = await askReward(entries[0]?.reward ?? null);
      if (reward !== undefined) await library.remark(entries, () => ({ type: 'reward', reward, by: 'person' }));
    },
    async delete(...given) {
      const entries = entriesOf(given);
      const files = new Set(entries.map(({ file }) => file));
      const others = library.all.filter(({ file }) => files.has(file)).length - entries.length;
      if (others > 0 && !(await agreeToDelete(others))) return;
      await deleteFiles(library, [...files], log);
    },
    async emptyTrash() {
      const empty = vscode.l10n.t('Delete for Good');
      const question = vscode.l10n.t('Delete the trajectories in the trash for good?');
      if ((await vscode.window.showWarningMessage(question, { modal: true }, empty)) === empty) {
        await library.emptyTrash();
      }
    },
    async compare(...given) {
      const [one, chosen] = entriesOf(given);
      const other = chosen ?? (one && (await askOther(library.all, one)));
      if (one && other) await surfaces.compare(one, other);
    },
    async statistics(...given) {
      const files = filesOf(nodesOf(given).filter(({ type }) => type === 'dataset'));
      surfaces.showStatistics(files);
    },
    async openFile(clicked?: unknown) {
      const [file] = clicked instanceof vscode.Uri ? [clicked] : ((await askFiles()) ?? []);
      if (file) await surfaces.openFile(file);
    },
  } satisfies Readonly<Record<string, Command>>;
}

function filesOf(nodes: readonly LibraryNode[]): readonly vscode.Uri[] {
  const files = nodes.flatMap((node) => {
    if (node.type === 'entry') return [node.entry.file];
    return node.type === 'dataset' ? [node.file] : [];
  });
  return [...new Set(files)].map((file) => vscode.Uri.file(file));
}

async function askGrouping(current: Grouping): Promise<Grouping | undefined> {
  const labels: Readonly<Record<Grouping, string>> = {
    verdict: vscode.l10n.t('Verdict'),
    task: vscode.l10n.t('Task'),
    model: vscode.l10n.t('Model'),
    outcome: vscode.l10n.t('Outcome'),
  };
  const items = groupings.map((grouping) => ({ label: labels[grouping], grouping, picked: grouping === current }));
  const chosen = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Group Trajectories By') });
  return chosen?.grouping;
}

/** Words with commas between them. Undefined when the user leaves. */
async function askTags(all: readonly LibraryEntry[], chosen: readonly LibraryEntry[]): Promise<string[] | undefined> {
  const known = [...new Set(all.flatMap(({ tags }) => tags))].slice(0, 10).join(', ');
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Tags'),
    prompt: vscode.l10n.t('Tags of {0} trajectories, with commas between them', chosen.length),
    placeHolder: known,
    value: [...new Set(chosen.flatMap(({ tags }) => tags))].join(', '),
  });
  return text === undefined
    ? undefined
    : [
        ...new Set(
          text
            .split(',')
            .map((tag) => tag.trim())
            .filter(Boolean),
        ),
      ];
}

async function askReward(current: number | null): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Reward'),
    prompt: vscode.l10n.t('How well the task was done, from 0 to 1. The paper kept a trajectory from 1 on.'),
    value: current === null ? '' : String(current),
    validateInput: (value) =>
      readReward(value) === undefined ? vscode.l10n.t('Write a number from 0 to 1.') : undefined,
  });
  return text === undefined ? undefined : readReward(text);
}

export function readReward(text: string): number | undefined {
  if (!/^\s*(?:\d+(?:[.,]\d*)?|[.,]\d+)\s*$/.test(text)) return undefined;
  const reward = Number(text.replace(',', '.'));
  return reward >= 0 && reward <= 1 ? reward : undefined;
}

async function agreeToDelete(others: number): Promise<boolean> {
  const remove = vscode.l10n.t('Delete');
  const question = vscode.l10n.t('{0} other trajectories are in the same files, and are deleted as well.', others);
  return (await vscode.window.showWarningMessage(question, { modal: true }, remove)) === remove;
}

async function deleteFiles(library: Library, files: readonly string[], log: Log): Promise<void> {
  const restore = await library.moveToTrash(files);
  const undo = vscode.l10n.t('Undo');
  const done =
    files.length === 1
      ? vscode.l10n.t('{0} was moved to the trash.', path.basename(files[0] ?? ''))
      : vscode.l10n.t('{0} files were moved to the trash.', files.length);
  void vscode.window.showInformationMessage(done, undo).then(async (choice) => {
    try {
      if (choice === undo) await restore();
    } catch (error) {
      report(log, error);
    }
  });
}

/** Those of the same task first. */
async function askOther(all: readonly LibraryEntry[], one: LibraryEntry): Promise<LibraryEntry | undefined> {
  const others = all.filter(({ file, id }) => file !== one.file || id !== one.id);
  const same = others.filter(({ problem }) => problem === one.problem);
  const itemOf = (entry: LibraryEntry) => ({
    label: plainLabel(entry.problem === '' ? entry.id : entry.problem),
    description: [
      plainLabel(entry.model ?? ''),
      entry.at === 0 ? '' : new Date(entry.at).toLocaleString(vscode.env.language),
    ].join(' '),
    entry,
  });
  const separator = (label: string) => ({ label, kind: vscode.QuickPickItemKind.Separator, entry: undefined });
  const chosen = await vscode.window.showQuickPick(
    [
      ...(same.length > 0 ? [separator(vscode.l10n.t('The same task')), ...same.map(itemOf)] : []),
      separator(vscode.l10n.t('Other tasks')),
      ...others.filter((entry) => !same.includes(entry)).map(itemOf),
    ],
    { title: vscode.l10n.t('Compare With'), matchOnDescription: true },
  );
  return chosen?.entry;
}

async function askFiles(): Promise<readonly vscode.Uri[] | undefined> {
  return vscode.window.showOpenDialog({
    title: vscode.l10n.t('Open in the Trajectory Viewer'),
    filters: { [vscode.l10n.t('Trajectories')]: ['jsonl', 'json', 'parquet', 'ndjson', 'traj'] },
  });
}
