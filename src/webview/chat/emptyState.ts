import { html, type TemplateResult } from 'lit';
import { examples } from '../../protocol/examples';
import type { PageState, RunKind } from '../../protocol/messages';
import { icon } from '../icon';
import type { Page } from '../page';

/** What stands in the transcript before the first run: what is missing, else something to try. */
export function emptyState(
  page: Page,
  { trusted, endpoint }: PageState,
  kind: RunKind,
  fill: (example: string) => void,
): TemplateResult {
  if (!trusted) return untrusted(page);
  if (endpoint.status === 'none') return noEndpoint(page);
  const { say } = page;
  return html`<section class="empty">
    <p>${say(`empty.${kind}`)}</p>
    <h2>${say('empty.examples')}</h2>
    <ul class="examples">
      ${examples[kind].map(
        (example) =>
          html`<li>
            <button type="button" class="example" @click=${() => fill(example)}>${example}</button>
          </li>`,
      )}
    </ul>
  </section>`;
}

function noEndpoint({ say, request }: Page): TemplateResult {
  return html`<section class="card hint">
    <h2>${icon('plug')}${say('noEndpoint.title')}</h2>
    <p>${say('noEndpoint.text')}</p>
    <div class="buttons">
      <button type="button" class="primary" @click=${() => request('connectEndpoint', null)}>
        ${say('noEndpoint.connect')}
      </button>
    </div>
  </section>`;
}

function untrusted({ say, request }: Page): TemplateResult {
  return html`<section class="card hint">
    <h2>${icon('warning')}${say('untrusted.title')}</h2>
    <p>${say('untrusted.text')}</p>
    <div class="buttons">
      <button type="button" class="primary" @click=${() => request('manageTrust', null)}>
        ${say('untrusted.manage')}
      </button>
    </div>
  </section>`;
}
