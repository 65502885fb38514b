import { html, nothing, type TemplateResult } from 'lit';
import { grid } from '../grid';
import { icon } from '../icon';
import { modelText } from '../modelText';
import type { Page } from '../page';
import type { ActionEntry, Observation } from './transcriptModel';

/** Lines of an output that are shown before it is unfolded, at its beginning and again at its end. */
const edgeLines = 4;

/** What a command printed or a statement returned, as the model reads it. */
export function output(
  page: Page,
  { language }: ActionEntry,
  observation: Observation,
  unfolded: boolean,
  fold: (unfolded: boolean) => void,
): TemplateResult {
  const { say } = page;
  const text = outputText(observation.text);
  const { result } = observation;
  if (result && result.rows.length > 0) return rows(page, result, text);
  const lines = text.split('\n');
  const tail = observation.tail?.split('\n') ?? [];
  const folds = lines.length + tail.length > 2 * edgeLines;
  const empty =
    text === '' ? say('output.none') : language === 'sql' && text === '[]' ? say('output.noRows') : undefined;
  return html`<div class="output" role="group" aria-label=${say('output')}>
    ${
      folds
        ? html`<button type="button" class="link" aria-expanded=${unfolded} @click=${() => fold(!unfolded)}>
            ${unfolded ? say('output.less') : say('output.all', lines.length + tail.length)}
          </button>`
        : nothing
    }
    ${empty === undefined ? (folds && !unfolded ? edges(page, lines, tail) : whole(page, text, tail)) : html`<p class="muted">${empty}</p>`}
    ${
      language === 'bash' || observation.truncated
        ? html`<div class="output-footer">
            ${observation.truncated ? html`<span class="muted">${say('output.shortened')}</span>` : nothing}
            ${language === 'bash' ? terminalLink(page) : nothing}
          </div>`
        : nothing
    }
  </div>`;
}

/** All that there is: what the model reads, and the end of what it does not. */
function whole({ say }: Page, text: string, tail: readonly string[]): TemplateResult {
  return html`<pre class="code">${modelText(text)}</pre>
    ${
      tail.length === 0
        ? nothing
        : html`<p class="muted">${say('output.unread')}</p>
            <pre class="code">${modelText(tail.join('\n'))}</pre>`
    }`;
}

/** The first and the last lines. */
function edges({ say }: Page, lines: readonly string[], tail: readonly string[]): TemplateResult {
  const all = [...lines, ...tail];
  return html`<pre class="code">${modelText(all.slice(0, edgeLines).join('\n'))}</pre>
    <p class="muted">${tail.length === 0 ? say('output.between', all.length - 2 * edgeLines) : say('output.cut')}</p>
    <pre class="code">${modelText(all.slice(-edgeLines).join('\n'))}</pre>`;
}

/** The rows of a statement as a table, and behind it the text that the model reads of them. */
function rows(page: Page, result: NonNullable<Observation['result']>, text: string): TemplateResult {
  const { say } = page;
  return html`<div class="output" role="group" aria-label=${say('output')}>
    ${grid(page, result, say('output.rows'))}
    <details class="original">
      <summary>${icon('chevron')}${say('output.asRead')}</summary>
      <pre class="code">${modelText(text)}</pre>
    </details>
  </div>`;
}

/** The way to the live shell, where all of the output is. */
export function terminalLink({ say, request }: Page): TemplateResult {
  return html`<button type="button" class="link" @click=${() => request('showTerminal', null)}>
    ${say('output.terminal')}
  </button>`;
}

/** Without the words that AgentInstruct puts around the output of a shell: they are for the model. */
function outputText(observation: string): string {
  if (observation === 'The output of the OS is empty.') return '';
  return observation.replace(/^The output of the OS:\n\n/, '').replace(/\n+$/, '');
}
