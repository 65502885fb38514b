import * as vscode from 'vscode';
import type { CountTrajectories } from '../../agent/trajectoryStatistics';
import type { StatePageApi } from '../../protocol/statePage';
import type { StatisticsHostApi, StatisticsState } from '../../protocol/statisticsMessages';
import type { StatisticsStrings } from '../../protocol/statisticsStrings';
import { readStatisticsArgument } from '../../protocol/trajectorySchemas';
import { openPanel } from '../pages/pagePanels';
import { report, type Log } from '../report';
import { trajectoryStrings } from './trajectoryStrings';
import { answerPage } from '../pages/webviewPage';

/** Milliseconds between two posts of how far the counting is. */
const pause = 200;

/** What is counted, and where its trajectories are seen. */
export interface StatisticsSubject {
  /** In words. */
  readonly name: string;
  files(this: void): readonly string[];
  /** Shows the trajectories of a model in which a rule fired. */
  showErrors(this: void, rule: string, model: string | null): Promise<void>;
}

export interface StatisticsParts {
  readonly extensionUri: vscode.Uri;
  readonly count: CountTrajectories;
  readonly log: Log;
}

/** Shows what trajectories come to: the paper's table, lengths, outcomes, what went wrong. */
export function showStatistics(subject: StatisticsSubject, parts: StatisticsParts): void {
  const title = vscode.l10n.t('Statistics: {0}', subject.name);
  // The build puts the style sheet of the charts beside the script that draws them.
  const styles = ['chat.css', 'trajectories.css', '../dist/webview/statistics.css'];
  openPanel(parts.extensionUri, { name: 'statistics', styles, title }, (webview) => connect(webview, subject, parts));
}

/** Returns the way to stop whatever goes on for the page. */
function connect(webview: vscode.Webview, subject: StatisticsSubject, { count, log }: StatisticsParts): () => void {
  let counting = new AbortController();
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let state: StatisticsState = {
    subject: subject.name,
    phase: 'counting',
    counted: 0,
    statistics: undefined,
    language: vscode.env.language,
  };

  const post = (): void => {
    clearTimeout(timer);
    timer = undefined;
    channel.tell('state', state);
  };
  async function read(): Promise<void> {
    counting.abort();
    const mine = (counting = new AbortController());
    state = { ...state, phase: 'counting', counted: 0 };
    post();
    const onProgress = (counted: number): void => {
      state = { ...state, counted };
      timer ??= setTimeout(post, pause);
    };
    try {
      const statistics = await count(subject.files(), onProgress, mine.signal);
      if (mine !== counting || closed) return;
      state = { ...state, phase: 'ready', statistics };
    } catch (error) {
      state = { ...state, phase: 'ready' };
      report(log, error);
    }
    post();
  }

  const channel = answerPage<StatisticsHostApi, StatePageApi<StatisticsState>>(webview, log, {
    handlers: {
      ready: () => ({ state, strings: { ...trajectoryStrings(), ...statisticsStrings() } }),
      stop: () => counting.abort(),
      refresh: () => read(),
      showErrors: ({ rule, model }) => subject.showErrors(rule, model),
    },
    read: readStatisticsArgument,
  });
  void read();
  return () => {
    closed = true;
    counting.abort();
    clearTimeout(timer);
    channel.close();
  };
}

function statisticsStrings(): StatisticsStrings {
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
