import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import {
  instructionLimit,
  problemLimit,
  visible,
  type PageState,
  type RunKind,
  type TaskKind,
} from '../../protocol/messages';
import type { PageStringKey } from '../../protocol/pageStrings';
import { icon } from '../icon';
import { modelText } from '../modelText';
import type { Page } from '../page';

/** What the user is about to ask for. */
export interface Draft {
  readonly kind: RunKind;
  readonly text: string;
}

export interface ComposerActions {
  readonly type: (text: string) => void;
  readonly send: () => void;
  readonly stop: () => void;
}

/** Where a task is written, sent and stopped. While a run goes on, what is written is said to its agent. */
export function composer(
  page: Page,
  state: PageState,
  { kind, text }: Draft,
  running: 'no' | 'yes' | 'stopping',
  { type, send, stop }: ComposerActions,
): TemplateResult {
  const { say } = page;
  const missing = running === 'no' ? missingFor(state, kind) : tooLong(text);
  const hint = missing && say(missing, text.length, instructionLimit);
  const pressed = (event: KeyboardEvent) => {
    // Enter also ends the composition of a Chinese or Japanese word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  return html`<div class="composer" role="form" aria-label=${say('composer')}>
    <textarea
      id="composer-text"
      rows="2"
      maxlength=${problemLimit}
      aria-label=${say('composer')}
      aria-describedby="composer-hint"
      placeholder=${say(running === 'no' ? `composer.${kind}` : 'composer.instruct')}
      .value=${live(text)}
      @input=${(event: Event) => type((event.target as HTMLTextAreaElement).value)}
      @keydown=${pressed}
    ></textarea>
    ${chips(page, state)}
    <div class="composer-row">
      ${attachButton(page)} ${kind === 'chat' ? html`<span></span>` : place(page, state, kind)}
      ${
        running === 'no'
          ? html`<button
              type="button"
              class="primary"
              aria-disabled=${!canSend(state, { kind, text })}
              title=${hint ?? say('composer.send')}
              @click=${send}
            >
              ${say('composer.send')}
            </button>`
          : html`<span class="composer-buttons">
              ${text.trim() === '' ? nothing : html`<button type="button" class="primary" aria-disabled=${missing !== undefined} @click=${send}>${say('composer.send')}</button>`}
              <button type="button" class="secondary" aria-disabled=${running === 'stopping'} @click=${stop}>
                ${icon('stop')}${say(running === 'stopping' ? 'composer.stopping' : 'composer.stop')}
              </button>
            </span>`
      }
    </div>
    ${kind === 'os' ? guards(page, state) : nothing}
    <p id="composer-hint" class="composer-hint">${hint ?? ''}</p>
  </div>`;
}

export function canSend(state: PageState, { kind, text }: Draft): boolean {
  return text.trim() !== '' && missingFor(state, kind) === undefined;
}

/** What goes along with what is written, and how many tokens are left for more. */
function chips({ say, request }: Page, { attachments: { items, free } }: PageState): TemplateResult | typeof nothing {
  if (items.length === 0) return nothing;
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  return html`<ul class="chips" aria-label=${say('attach.list')}>
    ${items.map(
      ({ id, label, tokens }) =>
        html`<li class="chip">
          <span class="chip-label" title=${visible(label)}>${modelText(label)}</span>
          <span class="muted">${say('attach.tokens', numbers.format(tokens))}</span>
          <button
            type="button"
            class="quiet"
            aria-label=${say('attach.removeNamed', label)}
            title=${say('attach.remove')}
            @click=${() => request('detach', id)}
          >
            ${icon('close')}
          </button>
        </li>`,
    )}
    <li class="muted">${say('attach.free', numbers.format(free))}</li>
  </ul>`;
}

function attachButton({ say, request }: Page): TemplateResult {
  return html`<button
    type="button"
    class="quiet"
    aria-label=${say('attach')}
    title=${say('attach')}
    @click=${() => request('attach', null)}
  >
    ${icon('attach')}
  </button>`;
}

/** Whether a text can be said to an agent at work. */
export function canInstruct(text: string): boolean {
  return text.trim() !== '' && tooLong(text) === undefined;
}

function tooLong(text: string): PageStringKey | undefined {
  return text.trim().length > instructionLimit ? 'composer.tooLong' : undefined;
}

/** What must be there before a task of this kind can start, in words. */
function missingFor({ trusted, endpoint, place }: PageState, kind: RunKind): PageStringKey | undefined {
  if (!trusted) return 'composer.untrusted';
  if (endpoint.status === 'none') return 'composer.noEndpoint';
  if (kind === 'chat') return undefined;
  return place[kind] === undefined ? `composer.choosePlace.${kind}` : undefined;
}

/** Which commands ask first, and where they run. */
function guards({ say, request }: Page, { guard: { approval, sandbox, network } }: PageState): TemplateResult {
  return html`<div class="composer-guards">
    <button
      type="button"
      class="quiet guard"
      title=${say('guard.approval')}
      @click=${() => request('chooseApproval', null)}
    >
      ${icon(approval === 'all' ? 'warning' : 'check')}${say(`guard.approval.${approval}`)}
    </button>
    <button
      type="button"
      class="quiet guard"
      title=${say('guard.sandbox')}
      @click=${() => request('chooseSandbox', null)}
    >
      ${icon(sandbox === 'off' ? 'warning' : 'shield')}${say(`guard.sandbox.${sandbox ?? 'looking'}`)}${
        network && sandbox !== 'off' ? html` <span class="muted">${say('guard.network')}</span>` : nothing
      }
    </button>
  </div>`;
}

function place({ say, request }: Page, { place }: PageState, kind: TaskKind): TemplateResult {
  const name = place[kind];
  return html`<button
    type="button"
    class="quiet place"
    title=${
      name === undefined
        ? `${say(`composer.noPlace.${kind}`)} – ${say('composer.choose')}`
        : `${visible(say(`composer.place.${kind}`, name))} – ${say('composer.change')}`
    }
    @click=${() => request(kind === 'os' ? 'chooseFolder' : 'chooseDatabase', null)}
  >
    ${icon(kind === 'os' ? 'folder' : 'database')}
    <span class="place-name">
      ${name === undefined ? say(`composer.noPlace.${kind}`) : modelText(say(`composer.place.${kind}`, name))}
    </span>
    <span class="link ${name === undefined ? '' : 'spare'}"
      >${name === undefined ? say('composer.choose') : say('composer.change')}</span
    >
  </button>`;
}
