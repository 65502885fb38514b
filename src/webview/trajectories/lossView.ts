import { html, nothing, type TemplateResult } from 'lit';
import { trainers, type LossStretch, type LossView, type Trainer } from '../../protocol/viewerMessages';
import { icon } from '../icon';
import { modelText } from '../modelText';
import type { TrajectorySay } from './trajectoryHead';

const names: Readonly<Record<Trainer, string>> = {
  agentinstruct: 'AgentTuning',
  fastchat: 'FastChat',
  'llama-factory': 'LLaMA-Factory',
  axolotl: 'axolotl',
  openai: 'OpenAI',
};

/** What a trainer puts before the model, and of it what the model would learn: by colour, by line, and in words. */
export function lossView(
  say: TrajectorySay,
  trainer: Trainer,
  choose: (trainer: Trainer) => void,
  loss: LossView | undefined,
): TemplateResult {
  return html`<div class="loss">
    <label class="field">
      ${say('loss.trainer')}
      <select @change=${(event: Event) => choose(trainerOf(event))}>
        ${trainers.map((each) => html`<option value=${each} ?selected=${each === trainer}>${names[each]}</option>`)}
      </select>
    </label>
    ${loss === undefined ? nothing : 'refused' in loss ? refusal(say, loss.refused) : examples(say, loss)}
  </div>`;
}

function trainerOf({ target }: Event): Trainer {
  const { value } = target as HTMLSelectElement;
  return trainers.find((each) => each === value) ?? 'agentinstruct';
}

function refusal(
  say: TrajectorySay,
  { turn, detail }: Extract<LossView, { refused: unknown }>['refused'],
): TemplateResult {
  return html`<section class="card failure" role="status">
    <h3>${icon('warning')}${say('loss.refused')}</h3>
    <p>${modelText(turn === null ? detail : say('loss.refusedTurn', turn + 1, detail))}</p>
  </section>`;
}

function examples(
  say: TrajectorySay,
  { examples, tokens, learntTokens }: Extract<LossView, { examples: unknown }>,
): TemplateResult {
  return html`<p role="status">${say('loss.summary', learntTokens, tokens)}</p>
    <p class="legend">
      <mark class="learnt">${say('loss.legend.learnt')}</mark> <span>${say('loss.legend.read')}</span>
      <span class="template">${say('loss.legend.template')}</span>
    </p>
    ${examples.map(
      (stretches, index) =>
        html`${examples.length > 1 ? html`<h3>${say('loss.example', index + 1, examples.length)}</h3>` : nothing}
          <pre class="stretches code">${stretches.map((each) => stretch(say, each))}</pre>`,
    )}`;
}

/** No line break between the parts: the text stands as it is read. */
function stretch(say: TrajectorySay, { text, learnt, turn }: LossStretch): TemplateResult {
  if (learnt)
    return html`<mark class="learnt ${turn === null ? 'template' : ''}"
      ><span class="visually-hidden">${say('loss.learnt')} </span>${modelText(text)}<span class="visually-hidden">
        ${say('loss.endLearnt')}</span
      ></mark
    >`;
  return html`<span class=${turn === null ? 'template' : 'read'}>${modelText(text)}</span>`;
}
