import { html, nothing, type TemplateResult } from 'lit';
import type { RuleScope, Why } from '../../protocol/messages';
import { icon } from '../icon';
import { modelText } from '../modelText';
import type { Page } from '../page';

/** The text of an action with the part marked that made it ask. */
export function markedText(text: string, why: Why | undefined): unknown {
  const at = why?.partAt;
  if (why?.part === undefined || at === undefined) return modelText(text);
  const end = at + why.part.length;
  // No line break around the mark: in a <pre> it would be shown.
  return [
    modelText(text.slice(0, at)),
    html`<mark class="part">${modelText(text.slice(at, end))}</mark>`,
    modelText(text.slice(end)),
  ];
}

/** Why it asks. The part is said again where it cannot be marked, and to those who do not see the mark. */
export function whyLine(page: Page, why: Why, id: string): TemplateResult {
  return html`<p class="card-text why" id=${id}>
    ${icon('info')}<span>${modelText(why.sentence)} ${partAgain(page, why)}</span>
  </p>`;
}

function partAgain({ say }: Page, { part, partAt }: Why): unknown {
  if (part === undefined) return nothing;
  return partAt === undefined
    ? html`${say('action.part')} <code>${modelText(part)}</code>`
    : html`<span class="visually-hidden">${say('action.part')} ${modelText(part)}</span>`;
}

/** The rule that would let it pass from now on, to the letter, and for how long. */
export function alwaysMenu({ say }: Page, rule: string, choose: (scope: RuleScope) => void): TemplateResult {
  return html`<details class="always">
    <summary>${icon('chevron')}${say('action.always')}</summary>
    <p>${say('action.rule')} <code>${modelText(rule)}</code></p>
    <div class="buttons">
      <button type="button" class="secondary" @click=${() => choose('run')}>${say('action.alwaysRun')}</button>
      <button type="button" class="secondary" @click=${() => choose('user')}>${say('action.alwaysUser')}</button>
    </div>
  </details>`;
}
