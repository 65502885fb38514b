import * as vscode from 'vscode';
import type { CountTrajectories } from '../../agent/trajectoryStatistics';
import type { StatePageApi } from '../../protocol/statePage';
import type { StatisticsHostApi, StatisticsState } from '../../protocol/statisticsMessages';
import { readStatisticsArgument } from '../../protocol/trajectorySchemas';
import { openPanel } from '../pages/pagePanels';
import { report, type Log } from '../report';
import { statisticsStrings } from './statisticsStrings';
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
