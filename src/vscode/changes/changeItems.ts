import * as vscode from 'vscode';
import type { FileChange, PendingChanges } from '../../agent/changes';
import type { DatabaseReview } from '../../agent/database';
import { visible } from '../../agent/hiddenCharacters';
import { databaseName } from '../databases/databaseNames';
import { describeChange, kindLetter, reviewLabel, stateInWords } from './changeWords';
import { plainLine } from '../plainLabel';

/** What stands in the tree of changes. */
export type Node = ReviewNode | FileNode | DatabaseNode;

export interface DatabaseNode {
  readonly type: 'database';
  readonly review: DatabaseReview;
}

export interface ReviewNode {
  readonly type: 'review';
  readonly review: PendingChanges;
  readonly files: readonly FileNode[];
  /** Why its changes cannot be read. */
  readonly problem?: string;
  readonly state: Awaited<ReturnType<PendingChanges['state']>>;
}

export interface FileNode {
  readonly type: 'file';
  readonly review: PendingChanges;
  readonly change: FileChange;
}

export function reviewItem({ review, files, state, problem }: ReviewNode): vscode.TreeItem {
  const item = new vscode.TreeItem(reviewLabel(review), vscode.TreeItemCollapsibleState.Expanded);
  item.id = review.id;
  item.description = problem ?? stateInWords(state, files.length);
  item.iconPath = new vscode.ThemeIcon(problem ? 'warning' : state === 'running' ? 'loading~spin' : 'list-tree');
  item.contextValue = `review.${state}`;
  item.tooltip = `${reviewLabel(review)}\n${review.workspace}\n${new Date(review.startedAt).toLocaleString(vscode.env.language)}`;
  return item;
}

export function databaseItem(node: DatabaseNode): vscode.TreeItem {
  const { review } = node;
  const item = new vscode.TreeItem(plainLine(databaseName(review.source)));
  item.id = review.id;
  item.description = reviewLabel(review);
  item.iconPath = new vscode.ThemeIcon('database');
  item.contextValue = 'database';
  item.tooltip = `${reviewLabel(review)}\n${review.source}`;
  item.command = showCommand(node);
  return item;
}

export function fileItem(node: FileNode, checked: boolean): vscode.TreeItem {
  const { review, change } = node;
  const item = new vscode.TreeItem(vscode.Uri.file(`${review.workspace}/${change.path}`));
  const words = describeChange(change);
  item.id = `${review.id}:${change.path}`;
  item.label = visible(change.path);
  item.description = `${kindLetter(change.kind)}${change.conflict ? ' · ⚠' : ''}`;
  item.tooltip = words;
  item.accessibilityInformation = { label: `${visible(change.path)}, ${words}` };
  item.contextValue = change.conflict ? 'change.conflict' : 'change';
  item.checkboxState = checked ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked;
  item.command = showCommand(node);
  return item;
}

function showCommand(node: Node): vscode.Command {
  return { command: 'agentlm.changes.open', title: vscode.l10n.t('Show Change'), arguments: [node] };
}
