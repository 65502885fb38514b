import * as vscode from 'vscode';
import type { Ending, TaskResult } from '../../agent/evaluation';
import { visible } from '../../agent/hiddenCharacters';
import type { ResultsStrings } from '../../protocol/resultsMessages';

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

/** The words of the page of evaluations in the language of VS Code; `{0}` is left for the page to fill. */
export function resultsStrings(): ResultsStrings {
  return {
    title: vscode.l10n.t('Evaluation Results'),
    empty: vscode.l10n.t(
      'No suite was run to its end yet. Run one in the Testing view, or add a results file of agentlm eval.',
    ),
    add: vscode.l10n.t('Add Results File…'),
    export: vscode.l10n.t('Export as HTML…'),
    remove: vscode.l10n.t('Remove'),
    'kind.os': vscode.l10n.t('Operating system'),
    'kind.db': vscode.l10n.t('Database'),
    'column.model': vscode.l10n.t('Model'),
    'column.suite': vscode.l10n.t('Suite'),
    'column.score': vscode.l10n.t('Score'),
    'column.interval': vscode.l10n.t('95 % interval'),
    'column.passed': vscode.l10n.t('Passed'),
    'column.steps': vscode.l10n.t('Steps'),
    'column.ended': vscode.l10n.t('Ended'),
    'column.category': vscode.l10n.t('Category'),
    'column.task': vscode.l10n.t('Task'),
    interval: vscode.l10n.t('{0} to {1}'),
    ofTotal: vscode.l10n.t('{0} of {1}'),
    missing: vscode.l10n.t('{0} missing'),
    paper: vscode.l10n.t('AgentTuning paper'),
    'paper.left': vscode.l10n.t(
      'The paper’s scores are of AgentBench’s whole test split, and stand beside evaluations of all of it only.',
    ),
    endings: vscode.l10n.t('How tasks ended'),
    categories: vscode.l10n.t('By category'),
    tasks: vscode.l10n.t('Task by task'),
    'tasks.hint': vscode.l10n.t('Choose a task to read what the models said on it, side by side.'),
    'ending.completed': vscode.l10n.t('Completed'),
    'ending.context-limit': vscode.l10n.t('Context limit'),
    'ending.invalid-format': vscode.l10n.t('Invalid format'),
    'ending.invalid-action': vscode.l10n.t('Invalid action'),
    'ending.step-limit': vscode.l10n.t('Step limit'),
    'ending.error': vscode.l10n.t('Could not run'),
    passed: vscode.l10n.t('Passed'),
    failed: vscode.l10n.t('Not passed'),
    compare: vscode.l10n.t('Conversations on {0}'),
    accept: vscode.l10n.t('Accept as Training Data…'),
    close: vscode.l10n.t('Close'),
    answered: vscode.l10n.t('Answered: {0}'),
    expected: vscode.l10n.t('Expected: {0}'),
    noAnswer: vscode.l10n.t('No answer'),
    user: vscode.l10n.t('User'),
    model: vscode.l10n.t('Model'),
  };
}
