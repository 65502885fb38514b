import * as vscode from 'vscode';
import { exportNames, type ExportName } from '../../agent/trainingExport';
import type { ExportStrings } from '../../protocol/exportMessages';

interface FormatWords {
  readonly label: string;
  readonly detail: string;
}

/** A format for somebody who chooses one. Names of formats and trainers are the same in every language. */
export function formatInWords(format: ExportName): FormatWords {
  switch (format) {
    case 'agentinstruct-jsonl':
      return { label: 'AgentInstruct (JSONL)', detail: vscode.l10n.t('As AgentTuning trains on it, a row a line') };
    case 'agentinstruct-json':
      return { label: 'AgentInstruct (JSON)', detail: vscode.l10n.t('As AgentTuning trains on it, in one list') };
    case 'agentinstruct-parquet':
      return { label: 'AgentInstruct (Parquet)', detail: vscode.l10n.t('As on the hub, with a data set card') };
    case 'fastchat':
      return { label: 'FastChat', detail: vscode.l10n.t('Learns every reply: it has no mask for single ones') };
    case 'llama-factory':
      return { label: 'LLaMA-Factory', detail: vscode.l10n.t('An example for each reply, with dataset_info.json') };
    case 'axolotl':
      return { label: 'axolotl', detail: vscode.l10n.t('A train flag on every turn') };
    case 'openai':
      return { label: 'OpenAI', detail: vscode.l10n.t('Chat messages with a weight on each reply') };
    case 'kto':
      return { label: 'KTO (TRL)', detail: vscode.l10n.t('Replies that are wished for, and those that are not') };
    case 'dpo':
      return {
        label: 'DPO (TRL)',
        detail: vscode.l10n.t('Pairs from corrected replies, and from accepted and rejected runs'),
      };
  }
}

/** The words of the page of an export, in the language of VS Code; `{0}` is left for the page to fill. */
export function exportStrings(): ExportStrings {
  return {
    title: vscode.l10n.t('Export for {0}'),
    reading: vscode.l10n.t('Reading the rows as the trainer would…'),
    working: vscode.l10n.t('Writing…'),
    counts: vscode.l10n.t('Rows: {0}. Examples: {1}. Refused: {2}.'),
    nothing: vscode.l10n.t('There is nothing to export yet: accept a run first, or look at the reasons below.'),
    save: vscode.l10n.t('Export…'),
    push: vscode.l10n.t('Send to the Hub…'),
    done: vscode.l10n.t('Written: {0}'),
    learnGiven: vscode.l10n.t('Let it also learn replies that are not to be learnt'),
    testRows: vscode.l10n.t(
      'Rows that are tasks of evaluation suites: {0}. The score of a model that learns them says nothing on those suites.',
    ),
    refused: vscode.l10n.t('Refused rows'),
    'refused.more': vscode.l10n.t('{0} more are refused.'),
    turn: vscode.l10n.t('turn {0}'),
    samples: vscode.l10n.t('What is learnt, token by token'),
    'samples.meaning': vscode.l10n.t(
      'The first examples, read by the rules of the trainer itself: what it puts before the model, and which tokens count for the loss.',
    ),
    sample: vscode.l10n.t('{0}: {1} of {2} tokens are learnt'),
    learnt: vscode.l10n.t('learnt'),
    notLearnt: vscode.l10n.t('not learnt'),
  };
}

/** Asks which format. Undefined when the user leaves. */
export async function chooseFormat(): Promise<ExportName | undefined> {
  const items = exportNames.map((format) => ({ ...formatInWords(format), format }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Export Training Data'),
    placeHolder: vscode.l10n.t('For which trainer?'),
    ignoreFocusOut: true,
    matchOnDetail: true,
  });
  return picked?.format;
}

/** Asks for the rows: undefined for the accepted runs of this workspace, else files; null when the user leaves. */
export async function chooseSource(): Promise<readonly string[] | undefined | null> {
  const accepted = {
    label: vscode.l10n.t('Accepted runs of this workspace'),
    detail: vscode.l10n.t('Those of which a record is kept; secrets are replaced as you decided'),
  };
  const files = {
    label: vscode.l10n.t('Files…'),
    detail: vscode.l10n.t('Trajectories and data sets: JSON, JSONL or Parquet'),
  };
  const picked = await vscode.window.showQuickPick([accepted, files], {
    title: vscode.l10n.t('Export Training Data'),
    placeHolder: vscode.l10n.t('Which rows?'),
    ignoreFocusOut: true,
  });
  if (picked === undefined) return null;
  if (picked === accepted) return undefined;
  const chosen = await vscode.window.showOpenDialog({
    canSelectMany: true,
    filters: { [vscode.l10n.t('Trajectories and data sets')]: ['jsonl', 'json', 'parquet'] },
  });
  return chosen ? chosen.map(({ fsPath }) => fsPath) : null;
}
