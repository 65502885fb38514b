import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { PageState, RunState, Why } from '../protocol/messages';
import './actionCard';
import { answer, failure, notice, outcome } from './ending';
import type { Page } from './page';
import { progressLine, reply } from './reply';
import { changesBar, trajectoryBar } from './trajectoryBar';
import { awaits, commandOf, judgement, type Entry, type Transcript } from './transcriptModel';

type ActiveRun = Exclude<RunState, { readonly phase: 'idle' }>;

/** One run from the user's words to what becomes of it. What has been drawn is drawn again only when it changes. */
export function transcriptView(
  page: Page,
  { recording }: PageState,
  run: ActiveRun,
  transcript: Transcript,
  again: () => void,
): TemplateResult {
  const { say } = page;
  const obstacles = judgement(run, transcript);
  return html`<section class="request">
      <h2 class="visually-hidden">${say('you')}</h2>
      <p class="prose">${run.problem}</p>
    </section>
    ${run.phase === 'opening' ? progressLine(say(`opening.${run.kind}`), page.runStart, page) : nothing}
    ${repeat(
      transcript.entries,
      (_, index) => index,
      (entry) =>
        guard([entry, whyOf(run, entry), awaits(run, entry), commandOf(run, entry), page], () =>
          view(page, run, entry, again),
        ),
    )}
    ${run.phase === 'ended' && run.changes > 0 ? changesBar(page, run) : nothing}
    ${obstacles ? trajectoryBar(page, run, obstacles, recording) : nothing}`;
}

function whyOf(run: RunState, entry: Entry): Why | undefined {
  return run.phase !== 'idle' && awaits(run, entry) ? run.why : undefined;
}

function view(page: Page, run: RunState, entry: Entry, again: () => void): TemplateResult {
  switch (entry.type) {
    case 'reply':
      return reply(page, entry);
    case 'action':
      return html`<agentlm-action
        .entry=${entry}
        .page=${page}
        .why=${whyOf(run, entry)}
        .command=${commandOf(run, entry)}
        ?awaiting=${awaits(run, entry)}
      ></agentlm-action>`;
    case 'notice':
      return notice(page, entry);
    case 'answer':
      return answer(page, entry);
    case 'failure':
      return failure(page, entry, again);
    case 'outcome':
      return outcome(page, entry, again);
  }
}
