import * as vscode from 'vscode';
import type { AcceptStrings } from '../../protocol/acceptMessages';
import { pageStrings } from '../pages/pageStrings';

/** The words of the page on which a trajectory is accepted, in the language of VS Code; `{0}` is left for the page to fill. */
export function acceptStrings(): AcceptStrings {
  const words = pageStrings();
  return {
    title: vscode.l10n.t('Keep this trajectory as training data?'),
    about: vscode.l10n.t('Model {0}. {1}'),
    'outcome.answered': words['outcome.answered'],
    'outcome.finished': words['outcome.finished'],
    'outcome.step-limit': words['outcome.step-limit'],
    'outcome.malformed': words['outcome.malformed'],
    'outcome.repeated': words['outcome.repeated'],
    'outcome.stopped': words['outcome.stopped'],
    'outcome.failed': words['outcome.failed'],
    checking: vscode.l10n.t('Looking for secrets and problems…'),
    accepted: words['trajectory.accepted'],
    rejected: words['trajectory.rejected'],
    openFile: vscode.l10n.t('Open File'),
    off: words['trajectory.off'],
    record: words['trajectory.record'],

    secrets: vscode.l10n.t('Secrets'),
    'secrets.meaning': vscode.l10n.t(
      'What looks like a secret stays on this machine, unless you keep it on purpose. The same secret becomes the same stand-in in every turn.',
    ),
    'secrets.none': vscode.l10n.t('No secrets were found.'),
    'secrets.waiting.one': vscode.l10n.t('1 secret waits for your decision.'),
    'secrets.waiting.many': vscode.l10n.t('{0} secrets wait for your decision.'),
    'secrets.replaceAll': vscode.l10n.t('Replace All'),
    'secret.turns': vscode.l10n.t('in turns {0}'),
    'secret.becomes': vscode.l10n.t('becomes'),
    'secret.replace': vscode.l10n.t('Replace'),
    'secret.keep': vscode.l10n.t('Keep on purpose'),
    'secret.kind.known': vscode.l10n.t('A secret of yours'),
    'secret.kind.password': vscode.l10n.t('Password'),
    'secret.kind.email': vscode.l10n.t('E-mail address'),
    'secret.kind.home-path': vscode.l10n.t('User name'),
    'secret.kind.high-entropy': vscode.l10n.t('Something random'),
    'secret.kind.private-key': vscode.l10n.t('Private key'),
    'secret.kind.token': vscode.l10n.t('Key or token ({0})'),

    problems: vscode.l10n.t('Problems'),
    'problem.blocks': vscode.l10n.t('Cannot be trained on'),
    'problem.strange': vscode.l10n.t('Look at this'),
    'problem.turn': vscode.l10n.t('turn {0}'),

    turns: vscode.l10n.t('What is learnt'),
    'turns.given': vscode.l10n.t('Given to the model: {0} turns'),
    'turn.human': vscode.l10n.t('Turn {0}, read by the model'),
    'turn.gpt': vscode.l10n.t('Turn {0}, reply'),
    'turn.learn': vscode.l10n.t('Learn this reply'),
    'turn.learnt': vscode.l10n.t('learnt'),
    'turn.notLearnt': vscode.l10n.t('not learnt'),
    'turn.correct': vscode.l10n.t('Correct'),
    'turn.correctLabel': vscode.l10n.t('What the model should have said'),
    'turn.save': vscode.l10n.t('Save Correction'),
    'turn.cancel': vscode.l10n.t('Cancel'),
    'turn.restore': vscode.l10n.t('Take Back Correction'),
    'turn.corrected': vscode.l10n.t(
      'Corrected by a person. What the model said is kept beside it, as a preference pair.',
    ),
    'turn.original': words['action.original'],

    accept: words['trajectory.accept'],
    reject: words['trajectory.reject'],
    blocked: vscode.l10n.t('It cannot be accepted: see the problems below.'),
    ready: vscode.l10n.t('Ready to be accepted.'),
  };
}
