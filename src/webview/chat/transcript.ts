import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { PageState, RunState, WaitingInstruction, Why } from '../../protocol/messages';
import './actionCard';
import { openingText } from './announcement';
import { chatReply } from './chatReply';
import { answer, failure, notice, outcome } from './ending';
import { icon } from '../icon';
import { modelText } from '../modelText';
import type { Page } from '../page';
import { progressLine, reply } from './reply';
import { changesBar, trajectoryBar } from './trajectoryBar';
import { awaits, commandOf, judgement, type Entry } from './transcriptModel';
import { isAtBeginning, isAtEnd, type TranscriptWindow } from './transcriptWindow';

type ActiveRun = Exclude<RunState, { readonly phase: 'idle' }>;

/** What can be asked for in a transcript. */
export interface TranscriptActions {
  readonly again: () => void;
  readonly takeBack: (instruction: WaitingInstruction) => void;
  readonly showBeginning: () => void;
  readonly showEarlier: () => void;
  readonly showLater: () => void;
  readonly showEnd: () => void;
}

/**
 * One run from the user's words to what becomes of it, or what of a long one is read. What has been drawn is drawn again
 * only when it changes.
 */
export function transcriptView(
  page: Page,
  { recording, endpoint }: PageState,
  run: ActiveRun,
  rows: TranscriptWindow,
  actions: TranscriptActions,
): TemplateResult {
  const { say } = page;
  const { live, shown } = rows;
  const obstacles = judgement(run, live);
  const last = shown.entries.findLast(({ type }) => type === 'outcome');
  return html`${isAtBeginning(rows) ? request(page, run.problem, run.attached) : wayTo(page, 'earlier', actions)}
  ${run.phase === 'opening' ? progressLine(openingText(run.kind, endpoint, say), page.runStart, page) : nothing}
  ${repeat(
    shown.entries,
    ({ seq, type }) => `${seq} ${type}`,
    (entry) =>
      guard(
        [entry, whyOf(run, entry), awaits(run, entry), commandOf(run, entry), page, entry === last && run.resumable],
        () => view(page, run, entry, actions.again, entry === last && run.resumable),
      ),
  )}
  ${isAtEnd(rows) ? nothing : wayTo(page, 'later', actions)}
  ${repeat(
    run.waiting,
    ({ id }) => id,
    (instruction) => waiting(page, run, instruction, actions),
  )}
  ${run.phase === 'ended' && run.changes > 0 ? changesBar(page, run) : nothing}
  ${obstacles ? trajectoryBar(page, run, obstacles, recording) : nothing}`;
}

function request({ say }: Page, text: string, attached: readonly string[] = []): TemplateResult {
  return html`<section class="request">
    <h2 class="visually-hidden">${say('you')}</h2>
    <p class="prose">${modelText(text)}</p>
    ${attached.map((label) => html`<p class="muted">${icon('attach')}${modelText(label)}</p>`)}
  </section>`;
}

/** What the agent has not read yet, and can still be taken back. */
function waiting(
  { say }: Page,
  { phase }: ActiveRun,
  instruction: WaitingInstruction,
  { takeBack }: TranscriptActions,
): TemplateResult {
  return html`<section class="request waiting">
    <h2 class="visually-hidden">${say('you')}</h2>
    <p class="prose">${modelText(instruction.text)}</p>
    <p class="muted">${say(phase === 'ended' ? 'waiting.unread' : 'waiting.next')}</p>
    <button
      type="button"
      class="link"
      aria-label=${say('waiting.takeBackNamed', instruction.text)}
      @click=${() => takeBack(instruction)}
    >
      ${say('waiting.takeBack')}
    </button>
  </section>`;
}

/** The way to steps that are not drawn: scrolling takes it by itself, a keyboard or a screen reader by these buttons. */
function wayTo({ say }: Page, where: 'earlier' | 'later', actions: TranscriptActions): TemplateResult {
  const [next, last] =
    where === 'earlier' ? [actions.showEarlier, actions.showBeginning] : [actions.showLater, actions.showEnd];
  return html`<nav class="way" aria-label=${say(`way.${where}`)}>
    <button type="button" class="link" @click=${next}>${say(`way.${where}`)}</button>
    <button type="button" class="link" @click=${last}>${say(where === 'earlier' ? 'way.beginning' : 'way.end')}</button>
  </nav>`;
}

function whyOf(run: RunState, entry: Entry): Why | undefined {
  return run.phase !== 'idle' && awaits(run, entry) ? run.why : undefined;
}

function view(page: Page, run: RunState, entry: Entry, again: () => void, resumable: boolean): TemplateResult {
  switch (entry.type) {
    case 'reply':
      return run.phase !== 'idle' && run.kind === 'chat' ? chatReply(page, entry) : reply(page, entry);
    case 'action':
      return html`<agentlm-action
        .entry=${entry}
        .page=${page}
        .why=${whyOf(run, entry)}
        .command=${commandOf(run, entry)}
        ?awaiting=${awaits(run, entry)}
      ></agentlm-action>`;
    case 'instruction':
      return request(page, entry.text);
    case 'notice':
      return notice(page, entry);
    case 'answer':
      return answer(page, entry);
    case 'failure':
      return failure(page, entry, again);
    case 'outcome':
      // A conversation that ended can always go on: that needs no word.
      if (run.phase !== 'idle' && run.kind === 'chat') return html``;
      return outcome(page, entry, again, resumable);
  }
}
