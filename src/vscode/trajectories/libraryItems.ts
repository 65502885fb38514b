import path from 'node:path';
import * as vscode from 'vscode';
import type { LibraryEntry } from '../../agent/library';
import { escapeMarkdown } from '../markdown';
import { plainLine } from '../plainLabel';
import { errorInWords, outcomeInWords, splitInWords, verdictInWords } from './trajectoryWords';

/** What stands in the tree of the library. */
export type LibraryNode = GroupNode | DayNode | EntryNode | DatasetNode;

export const groupings = ['verdict', 'task', 'model', 'outcome'] as const;
export type Grouping = (typeof groupings)[number];

export interface GroupNode {
  readonly type: 'group';
  readonly by: Grouping | 'datasets';
  readonly key: string;
  readonly children: readonly LibraryNode[];
  readonly count: number;
}

/** The trajectories of one day, where there are many. */
export interface DayNode {
  readonly type: 'day';
  readonly group: string;
  readonly day: string;
  readonly children: readonly EntryNode[];
}

export interface EntryNode {
  readonly type: 'entry';
  readonly entry: LibraryEntry;
}

export interface DatasetNode {
  readonly type: 'dataset';
  readonly file: string;
}

/** Trajectories that one group shows without days between. */
const fewEnough = 200;

/** The tree of these trajectories, the newest first in each group. */
export function libraryTree(
  entries: readonly LibraryEntry[],
  datasets: readonly string[],
  by: Grouping,
): readonly GroupNode[] {
  const groups = Map.groupBy(entries, (entry) => keyOf(entry, by));
  const keys = [...groups.keys()].toSorted((a, b) => rank(by, a) - rank(by, b) || a.localeCompare(b));
  const files: readonly DatasetNode[] = datasets.map((file) => ({ type: 'dataset', file }));
  return [
    ...keys.map((key): GroupNode => {
      const some = groups.get(key) ?? [];
      return { type: 'group', by, key, children: childrenOf(key, some), count: some.length };
    }),
    ...(files.length > 0
      ? [{ type: 'group', by: 'datasets', key: '', children: files, count: files.length } as const]
      : []),
  ];
}

function childrenOf(group: string, entries: readonly LibraryEntry[]): readonly LibraryNode[] {
  const nodes = entries.map((entry): EntryNode => ({ type: 'entry', entry }));
  if (nodes.length <= fewEnough) return nodes;
  const days = Map.groupBy(nodes, ({ entry }) => dayOf(entry.at));
  return [...days].map(([day, children]): DayNode => ({ type: 'day', group, day, children }));
}

function keyOf({ verdict, task, model, outcome }: LibraryEntry, by: Grouping): string {
  return { verdict, task, model: model ?? '', outcome: outcome ?? '' }[by];
}

/** What waits for somebody stands first. */
function rank(by: Grouping, key: string): number {
  return by === 'verdict' ? ['undecided', 'accepted', 'rejected'].indexOf(key) : 0;
}

export function libraryItem(node: LibraryNode): vscode.TreeItem {
  switch (node.type) {
    case 'group':
      return groupItem(node);
    case 'day':
      return dayItem(node);
    case 'entry':
      return entryItem(node);
    case 'dataset':
      return datasetItem(node);
  }
}

function groupItem({ by, key, count }: GroupNode): vscode.TreeItem {
  const item = new vscode.TreeItem(groupLabel(by, key), vscode.TreeItemCollapsibleState.Expanded);
  item.id = `${by}:${key}`;
  item.description = String(count);
  item.contextValue = 'group';
  return item;
}

export function groupLabel(by: GroupNode['by'], key: string): string {
  switch (by) {
    case 'verdict':
      return verdictInWords(key as LibraryEntry['verdict']);
    case 'task':
      return splitInWords(key);
    case 'model':
      return key === '' ? vscode.l10n.t('Unknown model') : plainLine(key);
    case 'outcome':
      return outcomeInWords(key as LibraryEntry['outcome'] | '');
    case 'datasets':
      return vscode.l10n.t('Data sets');
  }
}

function dayItem({ group, day, children }: DayNode): vscode.TreeItem {
  const item = new vscode.TreeItem(day, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `day:${group}:${day}`;
  item.description = String(children.length);
  item.iconPath = new vscode.ThemeIcon('calendar');
  item.contextValue = 'day';
  return item;
}

const icons = { undecided: 'circle-large-outline', accepted: 'pass', rejected: 'circle-slash' } as const;

function entryItem(node: EntryNode): vscode.TreeItem {
  const { entry } = node;
  const { file, id, problem, task, turns, model, verdict, tags } = entry;
  const label = plainLine(problem === '' ? id : problem);
  const item = new vscode.TreeItem(label);
  const steps = turns === 1 ? vscode.l10n.t('1 reply') : vscode.l10n.t('{0} replies', turns);
  item.id = `entry:${file}:${id}`;
  const names = [...(model === null ? [] : [model]), ...tags.map((tag) => `#${tag}`)];
  const about = [task, steps, ...names].map(plainLine).join(' · ');
  item.description = about;
  item.iconPath = new vscode.ThemeIcon(icons[verdict]);
  item.tooltip = tooltipOf(entry);
  item.contextValue = `trajectory.${verdict}`;
  item.accessibilityInformation = {
    label: [label, verdictInWords(verdict), outcomeInWords(entry.outcome ?? ''), about].join(', '),
  };
  item.command = { command: 'agentlm.library.open', title: vscode.l10n.t('Open Trajectory'), arguments: [node] };
  return item;
}

function datasetItem(node: DatasetNode): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.Uri.file(node.file));
  item.id = `dataset:${node.file}`;
  item.label = plainLine(path.basename(node.file));
  item.description = '';
  item.iconPath = new vscode.ThemeIcon('table');
  item.contextValue = 'dataset';
  item.command = { command: 'agentlm.library.open', title: vscode.l10n.t('Open Data Set'), arguments: [node] };
  return item;
}

/** Everything that is known, as Markdown in which no text of the trajectory means anything. */
function tooltipOf(entry: LibraryEntry): vscode.MarkdownString {
  const { problem, verdict, outcome, reward, errors, note, at, id } = entry;
  const lines = [
    `**${escapeMarkdown(problem === '' ? id : problem)}**`,
    [verdictInWords(verdict), outcomeInWords(outcome ?? '')].join(' · '),
    ...(reward === null ? [] : [vscode.l10n.t('Reward: {0}', reward)]),
    ...(errors.length === 0 ? [] : [escapeMarkdown(errors.map((error) => errorInWords(error)).join(', '))]),
    ...(note === '' ? [] : [escapeMarkdown(note)]),
    ...(at === 0 ? [] : [escapeMarkdown(new Date(at).toLocaleString(vscode.env.language))]),
  ];
  return new vscode.MarkdownString(lines.join('\n\n'));
}

function dayOf(at: number): string {
  return new Date(at).toLocaleDateString(vscode.env.language, { year: 'numeric', month: 'short', day: 'numeric' });
}
