import { html, nothing, type TemplateResult } from 'lit';
import type { HostApi, RunningCommand } from '../../protocol/messages';
import type { PageStringKey } from '../../protocol/pageStrings';
import { modelText } from '../modelText';
import { terminalLink } from './output';
import type { Page } from '../page';

/** What has no argument and is done to a running command. */
type Deed = Extract<keyof HostApi, 'showTerminal' | 'interrupt' | 'keepWaiting' | 'sendToBackground'>;

/** A command that runs: its last lines, what it waits for, and what can be done about it. */
export function runningCommand(page: Page, command: RunningCommand | undefined): TemplateResult {
  if (!command) return html`<div class="output-footer">${terminalLink(page)}</div>`;
  const { say } = page;
  const text = command.lines.join('\n');
  return html`${
    text === ''
      ? nothing
      : html`<div class="output" role="group" aria-label=${say('live')}>
          <pre class="code">${modelText(text)}</pre>
        </div>`
  }
  ${whatNow(page, command)}`;
}

function whatNow(page: Page, { state }: RunningCommand): TemplateResult {
  const { say, request } = page;
  const hint = (key: PageStringKey) => html`<p class="card-text">${say(key)}</p>`;
  const button = (deed: Deed, key: PageStringKey, look: 'primary' | 'secondary') =>
    html`<button type="button" class=${look} @click=${() => request(deed, null)}>${say(key)}</button>`;
  switch (state) {
    case 'running':
      return html`<div class="output-footer">
        <button type="button" class="link" @click=${() => request('interrupt', null)}>${say('live.interrupt')}</button>
        ${terminalLink(page)}
      </div>`;
    case 'waiting-for-input':
    case 'waiting-for-secret':
      return html`${hint(state === 'waiting-for-input' ? 'live.input' : 'live.secret')}
        <div class="buttons">
          ${button('showTerminal', 'live.type', 'primary')} ${button('interrupt', 'live.interrupt', 'secondary')}
        </div>`;
    case 'long':
      return html`${hint('live.long')}
        <div class="buttons">
          ${button('keepWaiting', 'live.keepWaiting', 'primary')}
          ${button('sendToBackground', 'live.background', 'secondary')} ${button('interrupt', 'live.stop', 'secondary')}
        </div>
        <div class="output-footer">${terminalLink(page)}</div>`;
  }
}
