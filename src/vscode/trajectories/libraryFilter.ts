import * as vscode from 'vscode';
import type { Outcome } from '../../agent/events';
import { isFiltering, type LibraryEntry, type TrajectoryFilter } from '../../agent/library';
import { groupLabel } from './libraryItems';
import { plainLabel } from '../plainLabel';
import { errorInWords, outcomeInWords } from './trajectoryWords';

interface FilterItem extends vscode.QuickPickItem {
  /** What the filter becomes; undefined for numbers, which are asked for. */
  readonly filter?: TrajectoryFilter;
}

/** Asks for words. Undefined when the user leaves. */
export async function askWords(filter: TrajectoryFilter): Promise<TrajectoryFilter | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Search Trajectories'),
    prompt: vscode.l10n.t('Words of the task, a tag or a note. All of them must be there.'),
    value: filter.text ?? '',
  });
  return text === undefined ? undefined : { ...filter, text };
}

/** Lets the user choose one more condition among those that something fulfils. Undefined when the user leaves. */
export async function askFilter(
  entries: readonly LibraryEntry[],
  filter: TrajectoryFilter,
): Promise<TrajectoryFilter | undefined> {
  const lengths = vscode.l10n.t('Length…');
  const chosen = await vscode.window.showQuickPick<FilterItem>(
    [
      ...(isFiltering(filter) ? [{ label: vscode.l10n.t('Show all'), filter: {} }] : []),
      ...conditions(entries, filter),
      { label: lengths, description: vscode.l10n.t('replies') },
    ],
    { title: vscode.l10n.t('Filter Trajectories'), matchOnDescription: true },
  );
  if (!chosen) return undefined;
  return chosen.filter ?? askLength(filter);
}

/** What is left of all trajectories, in words for the head of the tree. */
export function filterInWords(filter: TrajectoryFilter): string {
  const { text, task, model, outcome, error, tag, atLeast, atMost } = filter;
  return [
    ...(text ? [`“${text}”`] : []),
    ...(task === undefined ? [] : [groupLabel('task', task)]),
    ...(model === undefined ? [] : [groupLabel('model', model)]),
    ...(outcome === undefined ? [] : [outcomeInWords(outcome)]),
    ...(error === undefined ? [] : [errorInWords(error)]),
    ...(tag === undefined ? [] : [`#${tag}`]),
    ...(atLeast === undefined && atMost === undefined
      ? []
      : [vscode.l10n.t('{0} replies', `${atLeast ?? 0}–${atMost ?? '∞'}`)]),
  ].join(', ');
}

function conditions(entries: readonly LibraryEntry[], filter: TrajectoryFilter): FilterItem[] {
  const fields: readonly {
    readonly title: string;
    values(entry: LibraryEntry): readonly string[];
    label(value: string): string;
    with(value: string): TrajectoryFilter;
  }[] = [
    {
      title: vscode.l10n.t('Task'),
      values: ({ task }) => [task],
      label: (value) => groupLabel('task', value),
      with: (task) => ({ ...filter, task }),
    },
    {
      title: vscode.l10n.t('Model'),
      values: ({ model }) => [model ?? ''],
      label: (value) => groupLabel('model', value),
      with: (model) => ({ ...filter, model }),
    },
    {
      title: vscode.l10n.t('Outcome'),
      values: ({ outcome }) => (outcome === null ? [] : [outcome]),
      label: (value) => outcomeInWords(value as Outcome),
      with: (outcome) => ({ ...filter, outcome: outcome as Outcome }),
    },
    {
      title: vscode.l10n.t('Error'),
      values: ({ errors }) => errors,
      label: errorInWords,
      with: (error) => ({ ...filter, error }),
    },
    {
      title: vscode.l10n.t('Tag'),
      values: ({ tags }) => tags,
      label: (value) => `#${value}`,
      with: (tag) => ({ ...filter, tag }),
    },
  ];
  return fields.flatMap((field) => {
    const counts = new Map<string, number>();
    for (const entry of entries)
      for (const value of field.values(entry)) counts.set(value, (counts.get(value) ?? 0) + 1);
    if (counts.size === 0) return [];
    return [
      { label: field.title, kind: vscode.QuickPickItemKind.Separator },
      ...[...counts].map(([value, count]) => ({
        label: plainLabel(field.label(value)),
        description: `${field.title} · ${count}`,
        filter: field.with(value),
      })),
    ];
  });
}

/** `3`, `3-8`, `-8` or `3-`. */
async function askLength(filter: TrajectoryFilter): Promise<TrajectoryFilter | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Filter Trajectories'),
    prompt: vscode.l10n.t('How many replies to be learnt: 3, 3-8, 3- or -8'),
    value:
      filter.atLeast === undefined && filter.atMost === undefined
        ? ''
        : `${filter.atLeast ?? ''}-${filter.atMost ?? ''}`,
    validateInput: (value) =>
      value.trim() === '' || readLength(value) ? undefined : vscode.l10n.t('Write 3, 3-8, 3- or -8.'),
  });
  if (text === undefined) return undefined;
  const { atLeast: _, atMost: __, ...others } = filter;
  return { ...others, ...readLength(text) };
}

export function readLength(text: string): Pick<TrajectoryFilter, 'atLeast' | 'atMost'> | undefined {
  const match = /^\s*(\d{1,6})?\s*(-)?\s*(\d{1,6})?\s*$/.exec(text);
  const [, least, dash, most] = match ?? [];
  if (least === undefined && most === undefined) return undefined;
  if (dash === undefined) return { atLeast: Number(least), atMost: Number(least) };
  return {
    ...(least !== undefined && { atLeast: Number(least) }),
    ...(most !== undefined && { atMost: Number(most) }),
  };
}
