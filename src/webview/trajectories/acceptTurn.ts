import { html, nothing, type TemplateResult } from 'lit';
import type { AcceptHostApi, AcceptStringKey, ShownPiece, ShownTurn } from '../../protocol/acceptMessages';
import { icon } from '../icon';
import { modelText } from '../modelText';
import type { Request, Say } from '../page';

/** A text of this page in the user's language. */
export type SayOfAccept = Say<AcceptStringKey>;

export type AskForAccept = Request<AcceptHostApi>;

/** What a turn is given of its page. */
interface TurnPart {
  readonly say: SayOfAccept;
  readonly ask: AskForAccept;
  /** Whether anything can still be changed. */
  readonly open: boolean;
  /** The turn that is being corrected. */
  readonly correcting: number | undefined;
  readonly correct: (turn: number | undefined) => void;
}

/** A turn as it would be learnt. Whether it is learnt is said in words as well, for those who do not see the colour. */
export function acceptTurn(part: TurnPart, turn: ShownTurn, index: number): TemplateResult {
  const { say, open, correcting } = part;
  const isReply = turn.from === 'gpt';
  return html`<article class="turn card ${turn.loss === true ? 'learnt' : ''}" aria-labelledby=${`turn-${index}`}>
    <div class="card-header">
      <h3 id=${`turn-${index}`}>${say(isReply ? 'turn.gpt' : 'turn.human', index + 1)}</h3>
      ${isReply ? lossOf(part, turn, index) : nothing}
    </div>
    ${correcting === index && open ? editor(part, turn, index) : html`<pre class="code">${turn.pieces.map(pieceOf)}</pre>`}
    ${isReply && open && correcting !== index ? corrections(part, turn, index) : nothing}
    ${turn.original === undefined ? nothing : originalOf(say, turn.original)}
  </article>`;
}

function lossOf({ say, ask, open }: TurnPart, { loss }: ShownTurn, index: number): TemplateResult {
  if (!open) return html`<span class="muted">${say(loss === true ? 'turn.learnt' : 'turn.notLearnt')}</span>`;
  const set = (event: Event): void => ask('setLoss', { turn: index, loss: (event.target as HTMLInputElement).checked });
  return html`<label><input type="checkbox" .checked=${loss === true} @change=${set} />${say('turn.learn')}</label>`;
}

/** A secret shows what it becomes; one that nobody has decided on is marked. */
function pieceOf({ text, secret }: ShownPiece): TemplateResult {
  if (secret === undefined) return html`${modelText(text)}`;
  return secret === 'waiting' ? html`<mark>${modelText(text)}</mark>` : html`<ins>${secret.becomes}</ins>`;
}

function corrections({ say, ask, correct }: TurnPart, { original }: ShownTurn, index: number): TemplateResult {
  return html`<div class="buttons">
    <button type="button" class="secondary" @click=${() => correct(index)}>
      ${say('turn.correct')}<span class="visually-hidden"> ${say('turn.gpt', index + 1)}</span>
    </button>
    ${
      original === undefined
        ? nothing
        : html`<button type="button" class="secondary" @click=${() => ask('correct', { turn: index, value: original })}>
            ${say('turn.restore')}
          </button>`
    }
  </div>`;
}

function editor({ say, ask, correct }: TurnPart, { text }: ShownTurn, index: number): TemplateResult {
  const save = (event: Event): void => {
    const value = (event.target as HTMLElement).closest('article')?.querySelector('textarea')?.value ?? '';
    if (value.trim() === '') return;
    correct(undefined);
    ask('correct', { turn: index, value });
  };
  const leave = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') correct(undefined);
  };
  return html`<textarea
      class="field code command"
      rows="4"
      spellcheck="false"
      aria-label=${say('turn.correctLabel')}
      .value=${text}
      @keydown=${leave}
    ></textarea>
    <div class="buttons">
      <button type="button" class="primary" @click=${save}>${say('turn.save')}</button>
      <button type="button" class="secondary" @click=${() => correct(undefined)}>${say('turn.cancel')}</button>
    </div>`;
}

function originalOf(say: SayOfAccept, original: string): TemplateResult {
  return html`<p class="card-text muted">${icon('edit')}${say('turn.corrected')}</p>
    <details class="original">
      <summary>${icon('chevron')}${say('turn.original')}</summary>
      <pre class="code">${modelText(original)}</pre>
    </details>`;
}
