import { html, nothing, type TemplateResult } from 'lit';
import type { MixState, MixStringKey } from '../../protocol/mixMessages';
import { icon } from '../icon';
import { modelText } from '../modelText';
import type { Say } from '../page';

type MixSay = Say<MixStringKey>;
type Mix = NonNullable<MixState['mix']>;

/** What a mixture comes to: its two sides, its tasks, and what a person should know before training with it. */
export function mixResult(say: MixSay, { repetitions, language }: MixState, mix: Mix): TemplateResult {
  const number = (value: number, digits = 0): string =>
    value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const { validation, leftOut, splits } = mix;
  return html`${repetitions.map(
      ({ side, repeats, tooMany }) =>
        html`<p class="warning">
          ${icon(tooMany ? 'warning' : 'info')}
          <span>${say(tooMany ? 'repeated.tooMany' : 'repeated', say(side), number(repeats, 1))}</span>
        </p>`,
    )}
    ${
      mix.testRows > 0
        ? html`<p class="warning">${icon('warning')}<span>${say('testRows', number(mix.testRows))}</span></p>`
        : nothing
    }
    ${sides(say, mix, number)}
    <section>
      <h2>${say('tasks')}</h2>
      <p>
        ${Object.entries(splits)
          .map(([split, rows]) => `${split} ${number(rows)}`)
          .join(', ')}
      </p>
      ${validation > 0 ? html`<p>${say('heldOut', number(validation))}</p>` : nothing}
      ${leftOut > 0 ? html`<p>${say('leftOut', number(leftOut))}</p>` : nothing}
    </section>
    ${mix.leaks.length > 0 ? leaks(say, mix) : nothing}`;
}

function sides(say: MixSay, { plan, tokens }: Mix, number: (value: number, digits?: number) => string): TemplateResult {
  const all = Math.max(1, tokens.agent + tokens.general);
  return html`<section>
    <h2 id="sides">${say('sides')}</h2>
    <div class="grid" role="region" aria-labelledby="sides" tabindex="0">
      <table>
        <thead>
          <tr>
            ${(['side', 'side.rows', 'side.repeats', 'side.tokens', 'side.share'] as const).map(
              (head) => html`<th scope="col">${say(head)}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${(['agent', 'general'] as const).map(
            (side) =>
              html`<tr>
                <th scope="row">${say(side)}</th>
                <td class="cell-number">${number(plan[side])}</td>
                <td class="cell-number">${number(plan[`${side}Repeats`], 2)}</td>
                <td class="cell-number">${number(tokens[side])}</td>
                <td class="cell-number">${number((100 * tokens[side]) / all, 1)} %</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function leaks(say: MixSay, { leaks: found }: Mix): TemplateResult {
  return html`<section>
    <h2 id="leaks">${say('leaks')} <span class="badge">${found.length}</span></h2>
    <div class="grid" role="region" aria-labelledby="leaks" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">${say('leak.row')}</th>
            <th scope="col">${say('leak.share')}</th>
            <th scope="col">${say('leak.task')}</th>
          </tr>
        </thead>
        <tbody>
          ${found.map(
            ({ id, share, task }) =>
              html`<tr>
                <td>${modelText(id)}</td>
                <td class="cell-number">${Math.round(100 * share)} %</td>
                <td>${modelText(task)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
