import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { openChannel, type Channel } from '../protocol/channel';
import type {
  StatisticsHostApi,
  StatisticsPageApi,
  StatisticsState,
  TrajectoryStatistics,
} from '../protocol/statisticsMessages';
import './chart';
import { icon } from './icon';
import { LightElement } from './lightElement';
import { modelText } from './modelText';
import { sayFrom } from './page';
import {
  actionsTable,
  daysChart,
  errorsTable,
  lengthsChart,
  outcomesTable,
  paperTable,
  turnsChart,
  type StatisticsContext,
} from './statisticsParts';
import { hostPort, type VsCodeApi } from './vscodeApi';

/** What trajectories come to, in tables and in charts that have one each. */
@customElement('agentlm-statistics')
export class StatisticsPage extends LightElement {
  @state() private page: StatisticsState | undefined;
  @state() private refusal: string | undefined;
  private say: StatisticsContext['say'] | undefined;
  private channel: Channel<StatisticsHostApi> | undefined;

  /** To be called once, before the page is put into the document. */
  connect(api: VsCodeApi): void {
    this.channel = openChannel<StatisticsPageApi, StatisticsHostApi>(hostPort(api), {
      handlers: { state: (page) => void (this.page = page) },
      // Only the extension can post to this page, and both are of one version.
      read: (_, argument) => argument as never,
      describe: String,
      onInvalid: () => {},
    });
    this.channel.ask('ready', null).then(({ state: page, strings }) => {
      this.say = sayFrom(strings);
      this.page = page;
    }, this.refuse);
  }

  protected override render(): TemplateResult {
    const { page, say } = this;
    if (!page || !say) return this.refused();
    const { subject, phase, counted, statistics, language } = page;
    const number = new Intl.NumberFormat(language);
    const context: StatisticsContext = {
      say,
      language,
      number: (value, digits = 0) => (digits === 0 ? number.format(value) : value.toFixed(digits)),
      showErrors: (rule, model) => void this.channel?.ask('showErrors', { rule, model }).catch(this.refuse),
    };
    const counting = phase === 'counting';
    return html`<header>
        <h1>${modelText(say('statistics.title', subject))}</h1>
        <div class="work" role="status">
          ${counting ? html`${icon('spinner')}<span>${say('statistics.counting', context.number(counted))}</span>` : nothing}
          <button type="button" class="secondary" @click=${() => this.ask(counting ? 'stop' : 'refresh')}>
            ${say(counting ? 'statistics.stop' : 'statistics.refresh')}
          </button>
        </div>
        ${this.refused()}
      </header>
      <main aria-busy=${counting}>${statistics ? statisticsBody(context, statistics) : nothing}</main>`;
  }

  private refused(): TemplateResult {
    if (this.refusal === undefined) return html``;
    return html`<p class="refusal" role="alert">${icon('error')}<span>${this.refusal}</span></p>`;
  }

  private ask(name: 'stop' | 'refresh'): void {
    this.refusal = undefined;
    this.channel?.ask(name, null).catch(this.refuse);
  }

  private readonly refuse = (error: unknown): void => {
    this.refusal = error instanceof Error ? error.message : String(error);
  };
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
