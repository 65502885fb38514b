import * as vscode from 'vscode';
import type { Outcome } from '../../agent/events';
import type { TrajectorySummary } from '../../agent/library';

export function verdictInWords(verdict: TrajectorySummary['verdict']): string {
  switch (verdict) {
    case 'undecided':
      return vscode.l10n.t('To be reviewed');
    case 'accepted':
      return vscode.l10n.t('Accepted');
    case 'rejected':
      return vscode.l10n.t('Rejected');
  }
}

/** @param outcome empty where it is not known */
export function outcomeInWords(outcome: Outcome | '' | null): string {
  switch (outcome) {
    case 'answered':
      return vscode.l10n.t('Answered');
    case 'finished':
      return vscode.l10n.t('Finished');
    case 'step-limit':
      return vscode.l10n.t('Step limit');
    case 'malformed':
      return vscode.l10n.t('No valid action');
    case 'repeated':
      return vscode.l10n.t('Went round in circles');
    case 'stopped':
      return vscode.l10n.t('Stopped');
    case 'failed':
      return vscode.l10n.t('Failed');
    case '':
    case null:
      return vscode.l10n.t('Outcome unknown');
  }
}

/** A split of AgentInstruct. */
export function splitInWords(split: string): string {
  switch (split) {
    case 'os':
      return vscode.l10n.t('OS task');
    case 'db':
      return vscode.l10n.t('Database');
    case 'general':
      return vscode.l10n.t('General dialogue');
    default:
      return split;
  }
}

/** A rule of the paper's error analysis. */
export function errorInWords(rule: string): string {
  switch (rule) {
    case 'invalid-action':
      return vscode.l10n.t('Invalid action');
    case 'repeated-action':
      return vscode.l10n.t('Repeated action');
    case 'context-limit':
      return vscode.l10n.t('Context limit');
    case 'step-limit':
      return vscode.l10n.t('Step limit');
    case 'wrong-answer':
      return vscode.l10n.t('Wrong answer');
    case 'environment-error':
      return vscode.l10n.t('Environment error');
    default:
      return rule;
  }
}
