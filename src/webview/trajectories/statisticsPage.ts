import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { StatisticsHostApi, StatisticsState, TrajectoryStatistics } from '../../protocol/statisticsMessages';
import './chart';
import { icon } from '../icon';
import { modelText } from '../modelText';
import { StatePage } from '../statePage';
import {
  actionsTable,
  daysChart,
  errorsTable,
  lengthsChart,
  outcomesTable,
  paperTable,
  turnsChart,
  type StatisticsContext,
  type StatisticsKey,
} from './statisticsParts';

/** What trajectories come to, in tables and in charts that have one each. */
@customElement('agentlm-statistics')
export class StatisticsPage extends StatePage<StatisticsState, StatisticsKey, StatisticsHostApi> {
  protected override draw(page: StatisticsState, say: StatisticsContext['say']): TemplateResult {
    const { subject, phase, counted, statistics, language } = page;
    const number = new Intl.NumberFormat(language);
    const context: StatisticsContext = {
      say,
      language,
      number: (value, digits = 0) => (digits === 0 ? number.format(value) : value.toFixed(digits)),
      showErrors: (rule, model) => this.request('showErrors', { rule, model }),
    };
    const counting = phase === 'counting';
    return html`<header>
        <h1>${modelText(say('statistics.title', subject))}</h1>
        <div class="work" role="status">
          ${counting ? html`${icon('spinner')}<span>${say('statistics.counting', context.number(counted))}</span>` : nothing}
          <button type="button" class="secondary" @click=${() => this.request(counting ? 'stop' : 'refresh', null)}>
            ${say(counting ? 'statistics.stop' : 'statistics.refresh')}
          </button>
        </div>
        ${this.refused()}
      </header>
      <main aria-busy=${counting}>${statistics ? statisticsBody(context, statistics) : nothing}</main>`;
  }
}

function statisticsBody(context: StatisticsContext, statistics: TrajectoryStatistics): TemplateResult {
  const { say, number } = context;
  const { rows, partial, unreadable } = statistics;
  return html`${partial ? html`<p role="note">${icon('info')}${say('statistics.partial')}</p>` : nothing}
  ${unreadable > 0 ? html`<p role="note">${icon('warning')}${say('statistics.unreadable', number(unreadable))}</p>` : nothing}
  ${
    rows === 0
      ? html`<p>${say('statistics.empty')}</p>`
      : html`${figures(context, statistics)} ${paperTable(context, statistics)} ${errorsTable(context, statistics)}
          <div class="charts">
            ${lengthsChart(context, statistics)} ${turnsChart(context, statistics)} ${daysChart(context, statistics)}
            ${actionsTable(context, statistics)} ${outcomesTable(context, statistics)}
          </div>`
  }`;
}

/** The few numbers that matter most. */
function figures({ say, number }: StatisticsContext, { rows, table, tokens }: TrajectoryStatistics): TemplateResult {
  const shown: readonly (readonly [string, string])[] = [
    [say('statistics.rows'), number(rows)],
    [say('statistics.kept'), number(table.reduce((sum, { kept }) => sum + kept, 0))],
    [say('statistics.tokens'), number(tokens.total)],
    [say('statistics.learntTokens'), number(tokens.learnt)],
    [say('statistics.overLimit', number(tokens.limit)), number(tokens.overLimit)],
  ];
  return html`<dl class="figures">
    ${shown.map(
      ([label, value]) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
