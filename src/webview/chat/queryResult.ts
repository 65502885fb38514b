import { html, nothing, type TemplateResult } from 'lit';
import { grid } from '../grid';
import { icon } from '../icon';
import { modelText } from '../modelText';
import type { Page } from '../page';
import { plotOf } from './plotData';
import { loadPlot } from './plotLoader';
import type { Query } from './transcriptModel';

/** The last query of a task and its rows: as a plot where they are one, always as a table, and as a file. */
export function queryResult(page: Page, { text, result }: Query): TemplateResult {
  const { say, request } = page;
  const data = plotOf(result);
  if (data) loadPlot();
  return html`<section class="query-result" aria-label=${say('answer.query')}>
    <h4>${say('answer.query')}</h4>
    <pre class="code">${modelText(text)}</pre>
    ${data ? html`<agentlm-plot .data=${data} .say=${say}></agentlm-plot>` : nothing}
    ${grid(page, result, say('answer.rows'))}
    <button type="button" class="secondary" @click=${() => request('exportResult', null)}>
      ${icon('export')}${say('answer.export')}
    </button>
  </section>`;
}
