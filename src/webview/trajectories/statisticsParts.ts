import { html, nothing, type TemplateResult } from 'lit';
import type { StatisticsStringKey } from '../../protocol/statisticsStrings';
import type { Counted, Histogram, StatisticsLine, TrajectoryStatistics } from '../../protocol/statisticsMessages';
import type { TrajectoryStringKey } from '../../protocol/trajectoryStrings';
import type { ChartData } from './chart';
import { modelText } from '../modelText';
import type { Say } from '../page';
import { errorName, taskName } from './trajectoryHead';
import { actionKey } from './turnViews';

/** The key of every text on the page. */
export type StatisticsKey = StatisticsStringKey | TrajectoryStringKey;

/** What every part of the page of statistics is given. */
export interface StatisticsContext {
  readonly say: Say<StatisticsKey>;
  readonly language: string;
  number(this: void, value: number, digits?: number): string;
  showErrors(this: void, rule: string, model: string | null): void;
}

type Part = (context: StatisticsContext, statistics: TrajectoryStatistics) => TemplateResult | typeof nothing;

/** The table of the paper, for one's own data. */
export const paperTable: Part = (context, { table }) => {
  const { say } = context;
  const heads = [
    say('viewer.task'),
    say('viewer.model'),
    say('statistics.instructions'),
    say('statistics.rows'),
    say('statistics.kept'),
    say('statistics.averageTurns'),
    say('statistics.keptRatio'),
  ];
  const sum =
    table.length > 1
      ? html`<tfoot>
          ${paperLine(context, sumOf(table), say('statistics.all'))}
        </tfoot>`
      : nothing;
  return titledTable({
    id: 'paper',
    title: say('statistics.table'),
    note: say('statistics.table.note'),
    heads,
    body: html`<tbody>
        ${table.map((line) => paperLine(context, line, taskName(say, line.task)))}
      </tbody>
      ${sum}`,
  });
};

function paperLine({ say, number }: StatisticsContext, line: StatisticsLine, task: string): TemplateResult {
  const { model, instructions, rows, kept, averageTurns, keptRatio } = line;
  return html`<tr>
    <th scope="row">${task}</th>
    <td>${model === null ? say('statistics.unknown') : modelText(model)}</td>
    <td class="cell-number">${number(instructions)}</td>
    <td class="cell-number">${number(rows)}</td>
    <td class="cell-number">${number(kept)}</td>
    <td class="cell-number">${averageTurns === null ? '–' : number(averageTurns, 2)}</td>
    <td class="cell-number">${keptRatio === null ? '–' : `${number(100 * keptRatio, 1)} %`}</td>
  </tr>`;
}

/** Two models may have had the same instructions: the sum counts them for each. */
function sumOf(table: readonly StatisticsLine[]): StatisticsLine {
  const sum = (value: (line: StatisticsLine) => number): number => table.reduce((all, line) => all + value(line), 0);
  const kept = sum((line) => line.kept);
  const instructions = sum((line) => line.instructions);
  return {
    task: '',
    model: '',
    instructions,
    rows: sum(({ rows }) => rows),
    kept,
    averageTurns: kept === 0 ? null : sum((line) => (line.averageTurns ?? 0) * line.kept) / kept,
    keptRatio: table.some(({ keptRatio }) => keptRatio === null) ? null : kept / instructions,
  };
}

/** The paper's error analysis; a number leads to its trajectories. */
export const errorsTable: Part = (context, { errors }) => {
  const { say, number, showErrors } = context;
  if (errors.length === 0) {
    return html`<section>
      <h2>${say('statistics.errors')}</h2>
      <p>${say('statistics.errors.none')}</p>
    </section>`;
  }
  const heads = [
    say('statistics.rule'),
    say('viewer.model'),
    say('statistics.rows'),
    say('statistics.share'),
    say('statistics.times'),
  ];
  return titledTable({
    id: 'errors',
    title: say('statistics.errors'),
    note: say('statistics.errors.note'),
    heads,
    body: html`<tbody>
      ${errors.map(
        ({ rule, model, rows, of, times }) =>
          html`<tr>
            <th scope="row">${errorName(say, rule)}</th>
            <td>${model === null ? say('statistics.unknown') : modelText(model)}</td>
            <td class="cell-number">
              <button
                type="button"
                class="link"
                aria-label=${say('statistics.show', rows, errorName(say, rule))}
                @click=${() => showErrors(rule, model)}
              >
                ${number(rows)}
              </button>
            </td>
            <td class="cell-number">
              <span class="share" aria-hidden="true"><meter min="0" max="1" .value=${rows / of}></meter></span>
              ${number((100 * rows) / of, 1)} %
            </td>
            <td class="cell-number">${number(times)}</td>
          </tr>`,
      )}
    </tbody>`,
  });
};

interface TitledTable {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly heads: readonly string[];
  /** Whatever follows the heads. */
  readonly body: TemplateResult;
}

function titledTable({ id, title, note, heads, body }: TitledTable): TemplateResult {
  return html`<section>
    <h2 id=${id}>${title}</h2>
    <p class="muted">${note}</p>
    <div class="grid" role="region" aria-labelledby=${id} tabindex="0">
      <table>
        <thead>
          <tr>
            ${heads.map((head) => html`<th scope="col">${head}</th>`)}
          </tr>
        </thead>
        ${body}
      </table>
    </div>
  </section>`;
}

export const lengthsChart: Part = (context, { lengths, tokens }) => {
  const { say, number } = context;
  const spread = say('statistics.lengths.spread', number(tokens.median), number(tokens.p95));
  return histogramPart(context, lengths, say('statistics.lengths'), say('statistics.tokens'), spread);
};

export const turnsChart: Part = (context, { turns }) =>
  histogramPart(context, turns, context.say('statistics.turns'), context.say('statistics.replies'), undefined);

/** How many runs of a day ended how. One day is no course of time. */
export const daysChart: Part = (context, { days }) => {
  const { say, number, language } = context;
  if (days.length < 2) return nothing;
  const names = [...new Set(days.flatMap(({ outcomes }) => outcomes.map(({ name }) => name)))];
  const countOf = (outcomes: readonly Counted[], name: string): number =>
    outcomes.find((each) => each.name === name)?.count ?? 0;
  const data: ChartData = {
    x: days.map(({ day }) => day / 1000),
    series: names.map((name) => ({
      label: outcomeName(context, name),
      values: days.map(({ outcomes }) => countOf(outcomes, name)),
    })),
    time: true,
  };
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' });
  return chartPart(context, say('statistics.days'), undefined, data, {
    heads: [say('statistics.day'), ...names.map((name) => outcomeName(context, name))],
    rows: days.map(({ day, outcomes }) => [date.format(day), ...names.map((name) => number(countOf(outcomes, name)))]),
  });
};

export const actionsTable: Part = (context, { actions }) => {
  const { say } = context;
  return countedPart(
    context,
    say('statistics.actions'),
    actions.map(({ name, count }) => ({ name: say(name === 'none' ? 'action.none' : actionKey(name)), count })),
  );
};

export const outcomesTable: Part = (context, { outcomes }) =>
  countedPart(
    context,
    context.say('statistics.outcomes'),
    outcomes.map(({ name, count }) => ({ name: outcomeName(context, name), count })),
  );

function outcomeName({ say }: StatisticsContext, name: string): string {
  const known = ['answered', 'finished', 'step-limit', 'malformed', 'repeated', 'stopped', 'failed'] as const;
  return say(`outcome.${known.find((each) => each === name) ?? 'unknown'}`);
}

function countedPart({ number }: StatisticsContext, title: string, values: readonly Counted[]): TemplateResult {
  const most = Math.max(...values.map(({ count }) => count));
  return values.length === 0
    ? html``
    : html`<section>
        <h2>${title}</h2>
        <table class="counted">
          <tbody>
            ${values.map(
              ({ name, count }) =>
                html`<tr>
                  <th scope="row">${name}</th>
                  <td aria-hidden="true"><meter min="0" max=${most} .value=${count}></meter></td>
                  <td class="cell-number">${number(count)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </section>`;
}

function histogramPart(
  context: StatisticsContext,
  { width, buckets }: Histogram,
  title: string,
  unit: string,
  note: string | undefined,
): TemplateResult {
  const { say, number } = context;
  const [first, last] = [buckets[0]?.from ?? 0, buckets.at(-1)?.from ?? 0];
  // A bar stands in the middle of what it counts.
  const middle = width === 1 ? 0 : width / 2;
  const data: ChartData = {
    x: buckets.map(({ from }) => from + middle),
    series: [{ label: say('statistics.rows'), values: buckets.map(({ rows }) => rows) }],
    time: false,
    range: [first + middle - width / 2, last + middle + width / 2],
  };
  const range = (from: number): string => (width === 1 ? number(from) : `${number(from)}–${number(from + width - 1)}`);
  return chartPart(context, title, note, data, {
    heads: [unit, say('statistics.rows')],
    rows: buckets.filter(({ rows }) => rows > 0).map(({ from, rows }) => [range(from), number(rows)]),
  });
}

function chartPart(
  { say }: StatisticsContext,
  title: string,
  note: string | undefined,
  data: ChartData,
  { heads, rows }: { readonly heads: readonly string[]; readonly rows: readonly (readonly string[])[] },
): TemplateResult {
  return html`<section>
    <h2>${title}</h2>
    ${note === undefined ? nothing : html`<p class="muted">${note}</p>`}
    <agentlm-chart .data=${data} label=${title}></agentlm-chart>
    <details>
      <summary>${say('statistics.data')}</summary>
      <div class="grid" role="region" aria-label=${title} tabindex="0">
        <table>
          <thead>
            <tr>
              ${heads.map((head) => html`<th scope="col">${head}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              ([first = '', ...others]) =>
                html`<tr>
                  <th scope="row">${first}</th>
                  ${others.map((value) => html`<td class="cell-number">${value}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </section>`;
}
