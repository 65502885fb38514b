import { html, nothing, type TemplateResult } from 'lit';
import type { Outcome } from '../../protocol/messages';
import { duration } from '../duration';
import { icon, type IconName } from '../icon';
import { modelText } from '../modelText';
import { noticeText } from './noticeText';
import type { Page } from '../page';
import { queryResult } from './queryResult';
import type { AnswerEntry, FailureEntry, NoticeEntry, OutcomeEntry } from './transcriptModel';

/** Something the user should know that is neither the model's doing nor an error. */
export function notice({ say }: Page, { notice }: NoticeEntry): TemplateResult {
  return html`<p class="notice">${icon('info')}<span>${modelText(noticeText(notice, say))}</span></p>`;
}

export function answer(page: Page, { answer, query }: AnswerEntry): TemplateResult {
  const { say } = page;
  return html`<section class="card answer">
    <h3>${say('answer')}</h3>
    ${
      typeof answer === 'string'
        ? html`<p class="prose">${modelText(answer)}</p>`
        : html`<ul>
            ${answer.map((item) => html`<li class="prose">${modelText(item)}</li>`)}
          </ul>`
    }
    ${query ? queryResult(page, query) : nothing}
  </section>`;
}

/** Why the run failed, and the ways out of it. */
export function failure({ say, request }: Page, { message, code }: FailureEntry, again: () => void): TemplateResult {
  return html`<section class="card failure" role="alert">
    <h3>${icon('error')}${say('failure')}</h3>
    <p class="prose">${modelText(message)}</p>
    <div class="buttons">
      <button type="button" class="primary" @click=${again}>${say('again')}</button>
      ${
        code?.startsWith('endpoint.')
          ? html`<button type="button" class="secondary" @click=${() => request('selectEndpoint', null)}>
              ${say('failure.endpoint')}
            </button>`
          : nothing
      }
      <button type="button" class="secondary" @click=${() => request('showLog', null)}>${say('failure.log')}</button>
    </div>
  </section>`;
}

/**
 * How the run ended. One that did not get there can go on where it stopped, or begin again; a failure offers the second
 * itself.
 */
export function outcome(
  { say, request }: Page,
  entry: OutcomeEntry,
  again: () => void,
  resumable: boolean,
): TemplateResult {
  const [mark, retry] = outcomeLooks[entry.outcome];
  const steps = say(entry.steps === 1 ? 'steps.one' : 'steps.many', entry.steps);
  return html`<p class="outcome">
    ${icon(mark)}
    <span>
      ${say(`outcome.${entry.outcome}`)}
      <span class="muted">${steps} · ${duration(entry.milliseconds, say)}</span>
      ${
        resumable
          ? html`<button type="button" class="link" @click=${() => request('resume', null)}>
              ${say(entry.outcome === 'step-limit' ? 'resume.more' : 'resume')}
            </button>`
          : nothing
      }
      ${retry ? html`<button type="button" class="link" @click=${again}>${say('again')}</button>` : nothing}
    </span>
  </p>`;
}

const outcomeLooks: Readonly<Record<Outcome, readonly [IconName, retry: boolean]>> = {
  answered: ['pass', false],
  finished: ['pass', false],
  'step-limit': ['warning', true],
  malformed: ['warning', true],
  repeated: ['warning', true],
  stopped: ['stop', true],
  failed: ['error', false],
};
