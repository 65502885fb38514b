import { html, nothing, type TemplateResult } from 'lit';
import { visible, type PageState, type RunKind } from '../../protocol/messages';
import '../elapsed';
import { icon } from '../icon';
import { modelText } from '../modelText';
import type { Page } from '../page';
import type { ContextUse } from './transcriptModel';

const kinds: readonly RunKind[] = ['os', 'db', 'chat'];
/** Of the window; beyond it a long observation may no longer fit. */
const nearlyFull = 0.75;
/** Seconds after which a user may want an endpoint to be waited for no longer. */
const longToConnect = 5;

/** What the header says beside the state of the page. */
export interface HeaderFacts {
  readonly kind: RunKind;
  readonly context: ContextUse | undefined;
  /** When the endpoint was asked, on this page's clock. */
  readonly connectingSince: number;
}

/** What the next task is, who answers it, whether it is kept, and how full the model's window is. */
export function header(
  page: Page,
  { endpoint, recording }: PageState,
  { kind, context, connectingSince }: HeaderFacts,
  choose: (kind: RunKind) => void,
): TemplateResult {
  const { say, request } = page;
  return html`<header class="header">
    <h1 class="visually-hidden">${say('title')}</h1>
    <div class="segments" role="radiogroup" aria-label=${say('taskKind')}>
      ${kinds.map(
        (each) =>
          html`<label class="segment">
            <input
              type="radio"
              name="kind"
              .value=${each}
              .checked=${each === kind}
              @change=${() => choose(each)}
            />${say(`kind.${each}`)}
          </label>`,
      )}
    </div>
    <button
      type="button"
      class="quiet recording ${recording ? '' : 'muted'}"
      title=${say(recording ? 'recording.turnOff' : 'recording.turnOn')}
      @click=${() => request('toggleRecording', null)}
    >
      ${icon(recording ? 'record' : 'circle')}${say(recording ? 'recording.on' : 'recording.off')}
    </button>
    ${endpointChip(page, endpoint)}
    ${endpoint.status === 'connecting' ? connecting(page, endpoint.label, connectingSince) : nothing}
    ${context ? meter(page, context) : nothing}
  </header>`;
}

function endpointChip({ say, request }: Page, endpoint: PageState['endpoint']): TemplateResult {
  const { status } = endpoint;
  const mark = { none: 'plug', connecting: 'spinner', ready: 'plug', failed: 'warning' } as const;
  const label = status === 'none' ? say('endpoint.none') : endpoint.label;
  const demo = status !== 'none' && endpoint.demo && label !== say('endpoint.demo');
  return html`<button
    type="button"
    class="quiet endpoint"
    title=${status === 'none' ? say('endpoint.change') : `${visible(label)} – ${say('endpoint.change')}`}
    @click=${() => request('selectEndpoint', null)}
  >
    ${icon(mark[status])}<span class="endpoint-label">${modelText(label)}</span>
    ${demo ? html`<span class="badge">${say('endpoint.demo')}</span>` : nothing}
    ${status === 'connecting' ? html`<span class="visually-hidden">${say('endpoint.connecting')}</span>` : nothing}
    ${status === 'failed' ? html`<span class="muted">${say('endpoint.failed')}</span>` : nothing}
  </button>`;
}

/** Nothing at first: most endpoints answer at once. */
function connecting({ say, request }: Page, label: string, since: number): TemplateResult {
  const view = (elapsed: string): TemplateResult =>
    html`<span class="muted">${say('endpoint.connecting')} · ${elapsed}</span>
      <button
        type="button"
        class="link"
        aria-label=${say('endpoint.cancelNamed', visible(label))}
        @click=${() => request('cancelConnecting', null)}
      >
        ${say('endpoint.cancel')}
      </button>`;
  return html`<agentlm-elapsed
    class="connecting"
    .since=${since}
    .say=${say}
    .from=${longToConnect}
    .view=${view}
  ></agentlm-elapsed>`;
}

function meter({ say }: Page, { prompt, reserved, window }: ContextUse): TemplateResult {
  const share = Math.min(1, prompt / window);
  const full = share >= nearlyFull;
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  const parts = [prompt, window, reserved, Math.max(0, window - prompt - reserved)];
  const long = say('context.long', ...parts.map((tokens) => numbers.format(tokens)));
  const text = full ? `${long} ${say('context.nearlyFull')}` : long;
  return html`<div class="context ${full ? 'context-full' : ''}" title=${text}>
    ${full ? icon('warning') : nothing}
    <span aria-hidden="true">${say('context.short', Math.round(share * 100))}</span>
    <meter
      min="0"
      max=${window}
      .value=${Math.min(prompt, window)}
      aria-label=${say('context.label')}
      aria-valuetext=${text}
    ></meter>
  </div>`;
}
