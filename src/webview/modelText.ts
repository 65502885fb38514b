import { html, type TemplateResult } from 'lit';
import { pieces } from '../protocol/messages';

/** Text that nobody vouches for, as text nodes: no markup, no links, nothing unseen. */
export function modelText(text: string): (string | TemplateResult)[] {
  return pieces(text).map((piece) =>
    piece.hidden ? html`<span class="hidden-character">${piece.text}</span>` : piece.text,
  );
}
