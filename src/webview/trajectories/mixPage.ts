import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { MixHostApi, MixNumbers, MixState, MixStringKey } from '../../protocol/mixMessages';
import { icon } from '../icon';
import { mixResult } from './mixResult';
import { modelText } from '../modelText';
import type { Say } from '../page';
import { StatePage } from '../statePage';

type MixSay = Say<MixStringKey>;

/** The numbers that can be set, and what they can be; a `total` can be left out. */
const limits = {
  eta: { min: 0, max: 1, whole: false },
  seed: { min: 0, max: 2 ** 32, whole: true },
  total: { min: 1, max: 1e9, whole: true },
  validation: { min: 0, max: 1, whole: false },
} as const;

/** What a mixture is made of, what it comes to, and the way to build it. */
@customElement('agentlm-mix')
export class MixPage extends StatePage<MixState, MixStringKey, MixHostApi> {
  protected override draw(shown: MixState, say: MixSay): TemplateResult {
    const { mix, written } = shown;
    return html`<header>
        <h1>${say('title')}</h1>
        <p role="status">${standing(say, shown)}</p>
        ${
          written.length === 0
            ? nothing
            : html`<p class="written">
                ${icon('pass')}<span>${modelText(say('written', written.join(', ')))}</span>
                <button type="button" class="link" @click=${() => this.request('openMix', null)}>
                  ${say('openMix')}
                </button>
              </p>`
        }
      </header>
      ${this.refused()}
      <fieldset ?disabled=${shown.phase === 'working'}>
        <legend class="visually-hidden">${say('title')}</legend>
        <div class="sides">${this.side(say, shown, 'agent')}${this.side(say, shown, 'general')}</div>
        ${this.numbers(say, shown)} ${this.suite(say, shown)}
      </fieldset>
      ${this.buttons(say, shown)}
      <main aria-busy=${shown.phase === 'working'}>${mix ? mixResult(say, shown, mix) : nothing}</main>`;
  }

  private side(say: MixSay, shown: MixState, side: 'agent' | 'general'): TemplateResult {
    const files = shown[side];
    return html`<section aria-labelledby=${side}>
      <h2 id=${side}>${say(side)}</h2>
      ${
        files.length === 0
          ? html`<p class="muted">${say('noFiles')}</p>`
          : html`<ul class="files">
              ${files.map(
                (file, index) =>
                  html`<li>
                    ${fileName(file)} ${this.removing(say, file, () => this.request('remove', { side, index }))}
                  </li>`,
              )}
            </ul>`
      }
      <button type="button" class="secondary" aria-describedby=${side} @click=${() => this.request('add', { side })}>
        ${say('add')}
      </button>
    </section>`;
  }

  private suite(say: MixSay, { suite }: MixState): TemplateResult {
    return html`<section aria-labelledby="suite">
      <h2 id="suite">${say('suite')}</h2>
      <p class="chosen">
        ${
          suite === null
            ? html`<span class="muted">${say('suite.none')}</span>`
            : html`${fileName(suite)} ${this.removing(say, suite, () => this.request('removeSuite', null))}`
        }
      </p>
      <button
        type="button"
        class="secondary"
        aria-describedby="suite"
        @click=${() => this.request('chooseSuite', null)}
      >
        ${say('suite.choose')}
      </button>
    </section>`;
  }

  private removing(say: MixSay, file: string, remove: () => void): TemplateResult {
    const name = say('remove', nameOf(file));
    return html`<button type="button" class="quiet" title=${name} aria-label=${name} @click=${remove}>
      ${icon('close')}
    </button>`;
  }

  private numbers(say: MixSay, { numbers }: MixState): TemplateResult {
    return html`<div class="numbers">
      ${(['eta', 'seed', 'total', 'validation'] as const).map((name) => {
        const { min, max, whole } = limits[name];
        return html`<label class="field"
          >${say(name)}
          <input
            type="number"
            min=${min}
            max=${max}
            step=${whole ? '1' : 'any'}
            ?required=${name !== 'total'}
            aria-describedby="${name}-meaning"
            .value=${String(numbers[name] ?? '')}
            @change=${(event: Event) => this.take(say, name, numbers, event.target as HTMLInputElement)}
          />
          <span class="muted" id="${name}-meaning">${say(`${name}.meaning`)}</span>
        </label>`;
      })}
    </div>`;
  }

  private take(say: MixSay, name: keyof MixNumbers, numbers: MixNumbers, input: HTMLInputElement): void {
    const { min, max } = limits[name];
    const valid = input.checkValidity();
    input.setAttribute('aria-invalid', String(!valid));
    if (!valid) this.refuse(say('invalid', say(name), min, max));
    else this.request('set', { ...numbers, [name]: input.value === '' ? null : Number(input.value) });
  }

  private buttons(say: MixSay, { phase, agent, general }: MixState): TemplateResult {
    const idle = phase === 'ready';
    const complete = idle && agent.length > 0 && general.length > 0;
    const button = (name: 'build' | 'preview' | 'openRecipe' | 'stop', enabled: boolean, kind = 'secondary') =>
      html`<button
        type="button"
        class=${kind}
        aria-disabled=${!enabled}
        @click=${() => enabled && this.request(name, null)}
      >
        ${say(name)}
      </button>`;
    return html`<div class="buttons">
      ${button('build', complete, 'primary')} ${button('preview', complete)} ${button('openRecipe', idle)}
      ${idle ? nothing : button('stop', true)}
    </div>`;
  }
}

function standing(say: MixSay, { phase, progress, agent, general, mix, recipe, language }: MixState): TemplateResult {
  const number = (value: number): string => value.toLocaleString(language);
  if (phase === 'working') {
    const { rows = 0, of } = progress ?? {};
    const words = of === undefined ? say('counting', number(rows)) : say('mixing', number(rows), number(of));
    return html`${icon('spinner')}${words}`;
  }
  if (agent.length === 0 || general.length === 0) return html`${icon('info')}${say('filesMissing')}`;
  if (recipe === 'fulfilled') return html`${icon('pass')}${say('recipe.fulfilled')}`;
  if (mix) return html`${say('rows', number(mix.plan.agent + mix.plan.general))}`;
  return html`${icon('info')}${say(recipe === 'followed' ? 'recipe.followed' : 'ready')}`;
}

function fileName(file: string): TemplateResult {
  return html`<span class="file" title=${file}>${modelText(nameOf(file))}</span>`;
}

function nameOf(file: string): string {
  return file.split(/[/\\]/).at(-1) ?? file;
}
