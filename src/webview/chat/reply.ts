import { html, nothing, type TemplateResult } from 'lit';
import { readDraft } from './draftReply';
import '../elapsed';
import { icon } from '../icon';
import { modelText } from '../modelText';
import type { Page } from '../page';
import type { ReplyEntry } from './transcriptModel';

/** What the model says: its words as they arrive, its thought once the action stands in a card of its own. */
export function reply(page: Page, entry: ReplyEntry): TemplateResult {
  const { say } = page;
  const { thought, action } =
    entry.progress === 'streaming' ? readDraft(entry.text) : { thought: entry.text, action: undefined };
  const progress = (text: string): TemplateResult => progressLine(text, page.runStart + entry.since, page);
  return html`<section class="reply" data-step=${entry.step} tabindex="-1">
    <h3 class="visually-hidden">${say('step', entry.step, entry.limit)}</h3>
    ${thought ? thoughtBlock(page, entry, thought, action === undefined) : nothing}
    ${entry.progress !== 'done' && !thought && action === undefined ? progress(say('thinking')) : nothing}
    ${action === undefined ? nothing : progress(say('writing'))}
    ${action ? html`<pre class="code draft">${modelText(action)}</pre>` : nothing}
  </section>`;
}

/** Something that goes on, and for how long. */
export function progressLine(text: string, since: number, { say }: Page): TemplateResult {
  return html`<p class="progress">
    ${icon('spinner')}${modelText(text)} <agentlm-elapsed class="muted" .since=${since} .say=${say}></agentlm-elapsed>
  </p>`;
}

function thoughtBlock({ say }: Page, entry: ReplyEntry, thought: string, writes: boolean): TemplateResult {
  const streaming = entry.progress === 'streaming' && writes;
  return html`<details class="thought" open>
    <summary>
      ${icon('chevron')}${say('thought')} <span class="muted">${say('step', entry.step, entry.limit)}</span>
    </summary>
    <p class=${streaming ? 'prose streaming' : 'prose'}>${modelText(thought)}</p>
  </details>`;
}
