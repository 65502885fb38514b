import * as vscode from 'vscode';
import type { Ending, TaskResult } from '../agent/evaluation';
import { visible } from '../agent/hiddenCharacters';

/** Why a task did not pass, or that it did. */
export function verdictInWords({ passed, ending, answer, expected, detail }: TaskResult): string {
  if (passed) return vscode.l10n.t('Passed.');
  const said = answer === null ? [] : [vscode.l10n.t('Answered: {0}', visible([answer].flat().join(', ')))];
  const wanted = expected === null ? [] : [vscode.l10n.t('Expected: {0}', visible(expected))];
  const why = detail === null ? [] : [visible(detail)];
  return [endingInWords(ending), ...why, ...said, ...wanted].join('\n');
}

/** A task's conversation as it was led, then how it was judged. No character of it is one that could not be seen. */
export function conversationInWords(result: TaskResult): string {
  const turns = result.turns.map(({ from, value }) => `${from === 'human' ? '▷' : '◆'} ${visible(value).trim()}\n`);
  return [...turns, `── ${result.task}: ${verdictInWords(result)}\n`].join('\n');
}

export function endingInWords(ending: Ending): string {
  switch (ending) {
    case 'completed':
      return vscode.l10n.t('The model answered, and not what was asked for.');
    case 'context-limit':
      return vscode.l10n.t('The context window was full.');
    case 'invalid-format':
      return vscode.l10n.t('The model’s reply was in no known form.');
    case 'invalid-action':
      return vscode.l10n.t('The model chose an action that is none.');
    case 'step-limit':
      return vscode.l10n.t('The model came to no answer within its steps.');
    case 'error':
      return vscode.l10n.t('The task could not be run.');
  }
}
