import { html, type TemplateResult } from 'lit';

/** The codicons of chat.css. */
export type IconName =
  | 'attach'
  | 'chevron'
  | 'circle'
  | 'close'
  | 'check'
  | 'database'
  | 'edit'
  | 'error'
  | 'export'
  | 'folder'
  | 'info'
  | 'pass'
  | 'plug'
  | 'record'
  | 'shield'
  | 'skip'
  | 'spinner'
  | 'stop'
  | 'terminal'
  | 'warning';

/** Decoration beside a word: nothing is said by an icon alone. */
export function icon(name: IconName): TemplateResult {
  return html`<span class="icon icon-${name}" aria-hidden="true"></span>`;
}
