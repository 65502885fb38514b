import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { ExportHostApi, ExportState, ExportStringKey } from '../../protocol/exportMessages';
import { icon } from '../icon';
import { modelText } from '../modelText';
import type { Say } from '../page';
import { StatePage } from '../statePage';

type ExportSay = Say<ExportStringKey>;
type Preview = NonNullable<ExportState['preview']>;

/** What an export would hold: how many rows, which are refused and why, and what is learnt of the first ones. */
@customElement('agentlm-export')
export class ExportPage extends StatePage<ExportState, ExportStringKey, ExportHostApi> {
  protected override draw(shown: ExportState, say: ExportSay): TemplateResult {
    const { phase, preview, written } = shown;
    return html`<header>
        <h1>${say('title', shown.format)}</h1>
        <p role="status">${this.standing(say, shown)}</p>
        ${preview && preview.testRows > 0 ? html`<p>${icon('warning')} ${say('testRows', preview.testRows)}</p>` : nothing}
        ${written.length > 0 ? html`<p>${icon('pass')}${modelText(say('done', written.join(', ')))}</p>` : nothing}
      </header>
      <main aria-busy=${phase === 'reading' || phase === 'working'}>
        ${this.refused()} ${this.choices(say, shown)}
        ${preview && preview.refusedRows > 0 ? refusedRows(say, preview) : nothing}
        ${preview && preview.samples.length > 0 ? samples(say, preview) : nothing}
      </main>`;
  }

  private standing(say: ExportSay, { phase, preview }: ExportState): TemplateResult {
    if (phase === 'reading' || phase === 'working') return html`${icon('spinner')}${say(phase)}`;
    if (!preview || preview.examples === 0) return html`${icon('info')}${say('nothing')}`;
    return html`${say('counts', preview.rows, preview.examples, preview.refusedRows)}`;
  }

  private choices(say: ExportSay, { phase, preview, learnGiven }: ExportState): TemplateResult {
    const ready = (phase === 'ready' || phase === 'done') && (preview?.examples ?? 0) > 0;
    const button = (name: 'save' | 'push', kind: 'primary' | 'secondary') =>
      html`<button
        type="button"
        class=${kind}
        aria-disabled=${!ready}
        @click=${() => ready && this.request(name, null)}
      >
        ${say(name)}
      </button>`;
    return html`<div class="buttons">${button('save', 'primary')}${button('push', 'secondary')}</div>
      ${
        learnGiven === undefined
          ? nothing
          : html`<label
              ><input
                type="checkbox"
                .checked=${learnGiven}
                @change=${(event: Event) =>
                  this.request('setLearnGiven', { on: (event.target as HTMLInputElement).checked })}
              />${say('learnGiven')}</label
            >`
      }`;
  }
}

function refusedRows(say: ExportSay, { refused, refusedRows: count }: Preview): TemplateResult {
  return html`<section>
    <h2>${say('refused')} <span class="badge">${count}</span></h2>
    <ul class="refusals">
      ${refused.map(
        ({ id, code, turn, detail }) =>
          html`<li>
            <code class="code">${modelText(id ?? '?')}</code> <strong>${code}</strong>
            ${turn === null ? nothing : html`<span class="muted">${say('turn', turn + 1)}</span>`}
            <span>${modelText(detail)}</span>
          </li>`,
      )}
    </ul>
    ${count > refused.length ? html`<p class="muted">${say('refused.more', count - refused.length)}</p>` : nothing}
  </section>`;
}

function samples(say: ExportSay, preview: Preview): TemplateResult {
  return html`<section>
    <h2>${say('samples')}</h2>
    <p>${say('samples.meaning')}</p>
    <p class="legend"><ins>${say('learnt')}</ins> <span class="muted">${say('notLearnt')}</span></p>
    ${preview.samples.map(({ id, tokens }, index) => {
      const learnt = tokens.filter((token) => token.learnt).length;
      return html`<details ?open=${index === 0}>
        <summary>${icon('chevron')}${modelText(say('sample', id, learnt, tokens.length))}</summary>
        <pre class="code tokens">${stretches(tokens).map((stretch) => stretchOf(say, stretch))}</pre>
      </details>`;
    })}
  </section>`;
}

interface Stretch {
  readonly learnt: boolean;
  readonly texts: string[];
}

/** Tokens that share their fate, together. */
function stretches(tokens: Preview['samples'][number]['tokens']): Stretch[] {
  const found: Stretch[] = [];
  for (const { text, learnt } of tokens) {
    const last = found.at(-1);
    if (last?.learnt === learnt) last.texts.push(text);
    else found.push({ learnt, texts: [text] });
  }
  return found;
}

/** Neighbours are told apart by their shade; where a stretch begins is said for those who do not see it. */
function stretchOf(say: ExportSay, { learnt, texts }: Stretch): TemplateResult {
  const tokens = texts.map((text) => html`<span class="token">${modelText(text)}</span>`);
  return learnt
    ? html`<ins><span class="visually-hidden">[${say('learnt')}] </span>${tokens}</ins>`
    : html`<span class="muted"><span class="visually-hidden">[${say('notLearnt')}] </span>${tokens}</span>`;
}
