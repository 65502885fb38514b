import { html, nothing, type TemplateResult } from 'lit';
import {
  endings,
  type Conversation,
  type EvaluationSummary,
  type ResultsState,
  type ResultsStringKey,
  type TaskKind,
} from '../../protocol/resultsMessages';
import { icon } from '../icon';
import { modelText } from '../modelText';
import type { Say } from '../page';

/** A text in the user's language, with its values in place. */
export type ResultsSay = Say<ResultsStringKey>;

const numeric: ReadonlySet<string> = new Set(['score', 'interval', 'passed', 'steps']);

/** Scores of evaluations, the paper's after them. */
export function scoresTable(
  say: ResultsSay,
  evaluations: readonly EvaluationSummary[],
  published: ResultsState['published'][TaskKind],
  remove: (id: string) => void,
): TemplateResult {
  const columns = ['model', 'suite', 'score', 'interval', 'passed', 'steps', 'ended'] as const;
  return html`<div class="figures" role="region" aria-label=${say('column.score')} tabindex="0">
    <table>
      <thead>
        <tr>
          ${columns.map(
            (column) =>
              html`<th scope="col" class=${numeric.has(column) ? 'number' : ''}>${say(`column.${column}`)}</th>`,
          )}
          <th><span class="visually-hidden">${say('remove')}</span></th>
        </tr>
      </thead>
      <tbody>
        ${evaluations.map(
          ({ id, ended, report: { model, suite, score, interval, passed, total, missing, averageSteps } }) => {
            return html`<tr>
              <th scope="row">${modelText(model)}</th>
              <td>${modelText(suite)}</td>
              <td class="number">${percent(score)} ${bar(score)}</td>
              <td class="number">${say('interval', percent(interval.low), percent(interval.high))}</td>
              <td class="number">
                ${say('ofTotal', passed, total)}${missing > 0 ? html` (${say('missing', missing)})` : nothing}
              </td>
              <td class="number">${averageSteps.toFixed(1)}</td>
              <td>${new Date(ended).toLocaleString(document.documentElement.lang)}</td>
              <td>
                <button type="button" class="icon-button" title=${say('remove')} @click=${() => remove(id)}>
                  ${icon('skip')}<span class="visually-hidden">${say('remove')}: ${model}, ${suite}</span>
                </button>
              </td>
            </tr>`;
          },
        )}
        ${published.map(
          ({ model, score }) =>
            html`<tr class="muted">
              <th scope="row">${model}</th>
              <td>${say('paper')}</td>
              <td class="number">${percent(score)} ${bar(score)}</td>
              <td colspan="5"></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Of each evaluation the share of tasks that ended in each way: where a model fails, and how. */
export function endingsTable(say: ResultsSay, evaluations: readonly EvaluationSummary[]): TemplateResult {
  const shown = endings.filter((ending) => evaluations.some(({ report }) => report.outcomes[ending] > 0));
  return shares(
    say,
    say('endings'),
    evaluations,
    shown.map((ending) => ({
      name: say(`ending.${ending}`),
      of: ({ report: { outcomes, total } }) => ({ count: outcomes[ending], total }),
    })),
  );
}

export function categoriesTable(say: ResultsSay, evaluations: readonly EvaluationSummary[]): TemplateResult {
  const names = [...new Set(evaluations.flatMap(({ report }) => Object.keys(report.categories)))].sort();
  return shares(
    say,
    say('categories'),
    evaluations,
    names.map((name) => ({
      name,
      of: ({ report }) => ({ count: report.categories[name]?.passed ?? 0, total: report.categories[name]?.total ?? 0 }),
    })),
  );
}

/** One column an evaluation of the same suite. A task's button reads its conversations. */
export function tasksTable(
  say: ResultsSay,
  evaluations: readonly EvaluationSummary[],
  chosen: { readonly digest: string; readonly index: number } | undefined,
  choose: (index: number, task: string) => void,
): TemplateResult {
  const byIndex = evaluations.map(({ tasks }) => new Map(tasks.map((task) => [task.index, task])));
  const all = [...new Map(evaluations.flatMap(({ tasks }) => tasks.map((task) => [task.index, task] as const)))]
    .sort(([a], [b]) => a - b)
    .map(([, task]) => task);
  return html`<h3>${say('tasks')}: ${modelText(evaluations[0]?.report.suite ?? '')}</h3>
    <p class="muted">${say('tasks.hint')}</p>
    <div class="figures tall" role="region" aria-label=${say('tasks')} tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">${say('column.task')}</th>
            <th scope="col">${say('column.category')}</th>
            ${evaluations.map(({ report }) => html`<th scope="col">${modelText(report.model)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${all.map(({ index, task, category }) => {
            const pressed = chosen?.index === index && chosen.digest === evaluations[0]?.digest;
            return html`<tr>
              <th scope="row">
                <button type="button" class="link" aria-pressed=${pressed} @click=${() => choose(index, task)}>
                  ${modelText(task)}
                </button>
              </th>
              <td>${modelText(category)}</td>
              ${byIndex.map((tasks) => {
                const result = tasks.get(index);
                if (!result) return html`<td></td>`;
                const { passed, ending } = result;
                return html`<td>
                  ${icon(passed ? 'pass' : 'error')}
                  ${passed ? say('passed') : ending === 'completed' ? say('failed') : say(`ending.${ending}`)}
                </td>`;
              })}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>`;
}

/** What was said, and how it was judged. Every word is the model's or the machine's own, as text. */
export function conversation(say: ResultsSay, said: Conversation, accept: () => void): TemplateResult {
  const { turns, answer, expected, detail, passed, ending } = said;
  return html`<p>
      ${icon(passed ? 'pass' : 'error')}
      ${passed ? say('passed') : ending === 'completed' ? say('failed') : say(`ending.${ending}`)}
    </p>
    <p>${answer === undefined ? say('noAnswer') : modelText(say('answered', answer))}</p>
    ${expected === null ? nothing : html`<p>${modelText(say('expected', expected))}</p>`}
    ${detail === null ? nothing : html`<p>${modelText(detail)}</p>`}
    ${
      turns.length === 0
        ? nothing
        : html`<button type="button" class="secondary" @click=${accept}>${say('accept')}</button>`
    }
    ${turns.map(
      ({ from, value }) =>
        html`<h4>${say(from === 'human' ? 'user' : 'model')}</h4>
          <pre class=${from}>${modelText(value)}</pre>`,
    )}`;
}

interface ShareRow {
  readonly name: string;
  readonly of: (evaluation: EvaluationSummary) => { readonly count: number; readonly total: number };
}

function shares(
  say: ResultsSay,
  title: string,
  evaluations: readonly EvaluationSummary[],
  rows: readonly ShareRow[],
): TemplateResult {
  return html`<h3>${title}</h3>
    <div class="figures" role="region" aria-label=${title} tabindex="0">
      <table>
        <thead>
          <tr>
            <td></td>
            ${evaluations.map(({ report: { model, suite } }) => html`<th scope="col" class="number">${modelText(`${model}, ${suite}`)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ name, of }) =>
              html`<tr>
                <th scope="row">${modelText(name)}</th>
                ${evaluations.map((evaluation) => {
                  const { count, total } = of(evaluation);
                  return html`<td class="number">
                    ${total === 0 ? '' : html`${say('ofTotal', count, total)} ${bar((100 * count) / total)}`}
                  </td>`;
                })}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

/** Decoration beside a number. */
function bar(value: number): TemplateResult {
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    <rect width=${Math.min(100, Math.max(0, value))} height="10"></rect>
  </svg>`;
}

function percent(value: number): string {
  return value.toFixed(1);
}
