import * as vscode from 'vscode';
import type { ApplyReport, FileChange, PendingChanges } from '../../agent/changes';
import { plainLine } from '../plainLabel';
import { visible } from '../../agent/hiddenCharacters';

/** The task of a run, on one line. */
export function reviewLabel({ problem }: { readonly problem: string }): string {
  return plainLine(problem);
}

export function stateInWords(state: Awaited<ReturnType<PendingChanges['state']>>, files: number): string {
  const count = files === 1 ? vscode.l10n.t('1 file') : vscode.l10n.t('{0} files', files);
  switch (state) {
    case 'running':
      return vscode.l10n.t('{0}, still running', count);
    case 'interrupted':
      return vscode.l10n.t('{0}, interrupted', count);
    case 'ended':
      return count;
  }
}

/** As in the editor's own view of changes. */
export function kindLetter(kind: FileChange['kind']): string {
  return { added: 'A', modified: 'M', deleted: 'D', mode: 'P' }[kind];
}

/** What happened to a file, and what stands in the way of applying it. */
export function describeChange(change: FileChange): string {
  return [kindInWords(change), ...conflictInWords(change), ...cautionInWords(change)].join(' ');
}

function kindInWords({ kind, before, after }: FileChange): string {
  switch (kind) {
    case 'added':
      return after?.type === 'link'
        ? vscode.l10n.t('New link to {0}.', visible(after.target ?? ''))
        : vscode.l10n.t('New.');
    case 'modified':
      return vscode.l10n.t('Changed.');
    case 'deleted':
      return vscode.l10n.t('Deleted.');
    case 'mode':
      return vscode.l10n.t('Permissions {0}, before {1}.', octal(after?.mode), octal(before?.mode));
  }
}

function octal(mode = 0): string {
  return mode.toString(8).padStart(3, '0');
}

function conflictInWords({ conflict }: FileChange): readonly string[] {
  switch (conflict) {
    case 'changed':
      return [vscode.l10n.t('It has changed in the workspace since the task read it.')];
    case 'unknown':
      return [
        vscode.l10n.t('It changed in the workspace while the task ran: which version the task has read is not known.'),
      ];
    default:
      return [];
  }
}

function cautionInWords({ caution }: FileChange): readonly string[] {
  switch (caution) {
    case 'git':
      return [vscode.l10n.t('It belongs to git, and can make it run programs.')];
    case 'editor':
      return [vscode.l10n.t('It can make the editor run programs.')];
    default:
      return [];
  }
}

export function describeReport({ applied, refused, left }: ApplyReport): string {
  const done = vscode.l10n.t('{0} files applied.', applied.length);
  if (refused.length === 0) return left === 0 ? done : vscode.l10n.t('{0} {1} still wait.', done, left);
  const reasons = refused.slice(0, 3).map((refusal) => `${refusal.path}: ${refusalInWords(refusal)}`);
  return [done, vscode.l10n.t('{0} were not:', refused.length), ...reasons].join(' ');
}

function refusalInWords({ reason, message }: ApplyReport['refused'][number]): string {
  switch (reason) {
    case 'conflict':
      return vscode.l10n.t('It has changed in the workspace since the task read it.');
    case 'git':
      return vscode.l10n.t('It belongs to git, and was not asked for.');
    case 'special':
      return vscode.l10n.t('It is neither a file, nor a folder, nor a link.');
    case 'parent':
      return vscode.l10n.t('A folder that it lies in is no folder in the workspace.');
    case 'failed':
      return message;
  }
}
