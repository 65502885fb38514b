import { html, nothing, type TemplateResult } from 'lit';
import type { TurnView } from '../../protocol/viewerMessages';
import { readDraft } from '../chat/draftReply';
import { icon } from '../icon';
import { modelText } from '../modelText';
import { errorName, type TrajectorySay } from './trajectoryHead';

/** What a list of turns needs beside them. */
export interface TurnContext {
  readonly say: TrajectorySay;
  /** Texts that were asked for in full, by turn. */
  readonly whole: ReadonlyMap<number, string>;
  /** Asks for the full text of a turn. */
  more(this: void, turn: number): void;
}

/** Steps of the run: what the model thought, what it did, what it saw. What it was given stands folded before. */
export function stepsView(context: TurnContext, turns: readonly TurnView[]): TemplateResult {
  const { say } = context;
  const opening = turns.filter(({ given }) => given).length;
  const given = Math.max(0, opening - 1);
  return html`${
    given === 0
      ? nothing
      : html`<details class="opening">
          <summary>${say('turn.opening', given)}</summary>
          ${turns.slice(0, given).map((turn, index) => conversationTurn(context, turn, index))}
        </details>`
  }
  ${turns.map((turn, index) => (index < given ? nothing : stepTurn(context, turn, index, opening)))}`;
}

/** Every turn as it was said, and whether it is learnt. */
export function conversationView(context: TurnContext, turns: readonly TurnView[]): TemplateResult {
  return html`${turns.map((turn, index) => conversationTurn(context, turn, index))}`;
}

function stepTurn(context: TurnContext, turn: TurnView, index: number, opening: number): TemplateResult {
  const { say } = context;
  if (turn.from === 'human') {
    return html`<section class="turn human" id=${turnId(index)} tabindex="-1">
      ${turnHead(say, say(index < opening ? 'turn.task' : 'turn.observation'), turn)}
      <pre class=${index < opening ? 'prose' : 'code'}>${textOf(context, turn, index)}</pre>
      ${moreButton(context, turn, index)}
    </section>`;
  }
  const text = context.whole.get(index) ?? turn.text;
  const { thought } = readDraft(text);
  const { action } = turn;
  return html`<section class="turn gpt" id=${turnId(index)} tabindex="-1">
    ${turnHead(say, say('turn.thought'), turn)}
    <p class="prose">${modelText(action ? thought : text)}</p>
    ${
      action
        ? html`<h4>${say(actionKey(action.kind))}</h4>
            ${action.text === '' ? nothing : html`<pre class="code action">${modelText(action.text)}</pre>`}`
        : html`<p class="muted">${say('action.none')}</p>`
    }
    ${originalText(say, turn)} ${moreButton(context, turn, index)}
  </section>`;
}

function conversationTurn(context: TurnContext, turn: TurnView, index: number): TemplateResult {
  const { say } = context;
  return html`<section class="turn ${turn.from}" id=${turnId(index)} tabindex="-1">
    ${turnHead(say, say(`turn.${turn.from}`), turn)}
    <pre class="prose">${textOf(context, turn, index)}</pre>
    ${originalText(say, turn)} ${moreButton(context, turn, index)}
  </section>`;
}

/** Of the section of a turn, for the outline. */
export function turnId(index: number): string {
  return `turn-${index}`;
}

function turnHead(say: TrajectorySay, title: string, turn: TurnView): TemplateResult {
  const { from, loss, tokens, errors, original } = turn;
  return html`<h3>
    ${title}
    ${from === 'gpt' ? html`<span class="badge ${loss === true ? 'learnt' : ''}">${lossWord(say, turn)}</span>` : nothing}
    ${original === null ? nothing : html`<span class="badge">${icon('edit')}${say('turn.corrected')}</span>`}
    ${errors.map((error) => html`<span class="badge error">${icon('warning')}${errorName(say, error)}</span>`)}
    <span class="muted">${say('turn.tokens', tokens)}</span>
  </h3>`;
}

/** Whether a reply is learnt, in a word. */
export function lossWord(say: TrajectorySay, { loss, given }: TurnView): string {
  if (loss === true) return say('turn.learnt');
  return say(given ? 'turn.given' : 'turn.notLearnt');
}

export function actionKey(kind: string): Parameters<TrajectorySay>[0] {
  const known = ['bash', 'sql', 'answer', 'finish'] as const;
  return `action.${known.find((each) => each === kind) ?? 'other'}`;
}

function textOf({ whole }: TurnContext, { text }: TurnView, index: number): ReturnType<typeof modelText> {
  return modelText(whole.get(index) ?? text);
}

function originalText(say: TrajectorySay, { original }: TurnView): TemplateResult | typeof nothing {
  if (original === null) return nothing;
  return html`<details>
    <summary>${say('turn.original')}</summary>
    <pre class="prose">${modelText(original)}</pre>
  </details>`;
}

function moreButton(context: TurnContext, turn: TurnView, index: number): TemplateResult | typeof nothing {
  if (turn.length <= turn.text.length || context.whole.has(index)) return nothing;
  return html`<button type="button" class="link" @click=${() => context.more(index)}>
    ${context.say('turn.more', turn.length)}
  </button>`;
}
