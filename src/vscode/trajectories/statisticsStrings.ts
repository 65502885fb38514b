import * as vscode from 'vscode';
import type { StatisticsStrings } from '../../protocol/statisticsStrings';

/** The texts of the page of statistics that no other page of trajectories has, in the user's language. */
export function statisticsStrings(): StatisticsStrings {
  return {
    'statistics.title': vscode.l10n.t('Statistics: {0}'),
    'statistics.counting': vscode.l10n.t('Counting: {0} trajectories so far'),
    'statistics.stop': vscode.l10n.t('Stop'),
    'statistics.refresh': vscode.l10n.t('Count Again'),
    'statistics.partial': vscode.l10n.t('The counting was stopped: this is a part of the trajectories.'),
    'statistics.empty': vscode.l10n.t('There are no trajectories to count yet.'),
    'statistics.unreadable': vscode.l10n.t('{0} rows could not be read.'),
    'statistics.rows': vscode.l10n.t('Trajectories'),
    'statistics.instructions': vscode.l10n.t('Instructions'),
    'statistics.kept': vscode.l10n.t('Kept'),
    'statistics.averageTurns': vscode.l10n.t('Average turns'),
    'statistics.keptRatio': vscode.l10n.t('Kept ratio'),
    'statistics.learntTokens': vscode.l10n.t('Tokens learnt'),
    'statistics.overLimit': vscode.l10n.t('Longer than {0} tokens'),
    'statistics.table': vscode.l10n.t('By task and by model'),
    'statistics.table.note': vscode.l10n.t(
      'Kept are accepted trajectories, and those with a reward of 1 that nobody judged. Average turns are those of kept ones.',
    ),
    'statistics.all': vscode.l10n.t('All'),
    'statistics.unknown': vscode.l10n.t('unknown'),
    'statistics.data': vscode.l10n.t('Show data'),
    'statistics.lengths': vscode.l10n.t('Length in tokens'),
    'statistics.lengths.spread': vscode.l10n.t('Half have at most {0} tokens, 95 of 100 at most {1}.'),
    'statistics.tokens': vscode.l10n.t('Tokens'),
    'statistics.turns': vscode.l10n.t('Length in replies'),
    'statistics.replies': vscode.l10n.t('Replies'),
    'statistics.days': vscode.l10n.t('Outcomes over time'),
    'statistics.day': vscode.l10n.t('Day'),
    'statistics.actions': vscode.l10n.t('Actions'),
    'statistics.count': vscode.l10n.t('Number'),
    'statistics.outcomes': vscode.l10n.t('Outcomes'),
    'statistics.errors': vscode.l10n.t('What went wrong'),
    'statistics.errors.note': vscode.l10n.t(
      'By the rules of the paper’s error analysis. Choose a number to see the trajectories.',
    ),
    'statistics.errors.none': vscode.l10n.t('No rule found an error.'),
    'statistics.rule': vscode.l10n.t('Error'),
    'statistics.share': vscode.l10n.t('Share'),
    'statistics.times': vscode.l10n.t('Times'),
    'statistics.show': vscode.l10n.t('Show {0} trajectories: {1}'),
  };
}
