import { html, nothing, type TemplateResult } from 'lit';
import type { HostApi } from '../../protocol/messages';
import { replyPieces, type ReplyPiece } from './codeBlocks';
import { icon } from '../icon';
import { modelText } from '../modelText';
import type { Page } from '../page';
import { progressLine } from './reply';
import type { ReplyEntry } from './transcriptModel';

/** Languages of code that a task can run. */
const shells: ReadonlySet<string> = new Set(['bash', 'sh', 'shell', 'console', 'zsh']);

/** What the model says in a conversation: its words as they are, and its code to be taken. */
export function chatReply(page: Page, entry: ReplyEntry): TemplateResult {
  const { say } = page;
  const pieces = replyPieces(entry.text);
  const streams = entry.progress === 'streaming';
  return html`<section class="reply" data-step=${entry.step} tabindex="-1">
    <h3 class="visually-hidden">${say('reply')}</h3>
    ${
      pieces.length === 0 && entry.progress !== 'done'
        ? progressLine(say('thinking'), page.runStart + entry.since, page)
        : nothing
    }
    ${pieces.map((piece, index) =>
      piece.is === 'code' ? code(page, piece) : words(piece.text, streams && index === pieces.length - 1),
    )}
  </section>`;
}

function words(text: string, streams: boolean): TemplateResult {
  const look = streams ? 'prose streaming' : 'prose';
  return html`<p class=${look}>${modelText(text)}</p>`;
}

function code(page: Page, { language, text, whole }: Extract<ReplyPiece, { readonly is: 'code' }>): TemplateResult {
  const { say, request } = page;
  const button = (deed: Extract<keyof HostApi, 'copy' | 'insert' | 'runCode'>, key: 'copy' | 'insert' | 'run') =>
    html`<button
      type="button"
      class="link"
      aria-label=${say(`code.${key}Named`, text)}
      @click=${() => request(deed, text)}
    >
      ${say(`code.${key}`)}
    </button>`;
  return html`<div class="card code-card">
    <div class="card-header">
      ${icon('terminal')}
      <h4>${language === '' ? say('code') : modelText(language)}</h4>
      ${whole ? html`${button('copy', 'copy')} ${button('insert', 'insert')}` : nothing}
      ${whole && text.trim() !== '' && shells.has(language.toLowerCase()) ? button('runCode', 'run') : nothing}
    </div>
    <pre class="code command">${modelText(text)}</pre>
  </div>`;
}
