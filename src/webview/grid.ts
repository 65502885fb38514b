import { html, nothing, type TemplateResult } from 'lit';
import { cellText, type Cell, type ColumnKind, type Grid } from '../protocol/reviewMessages';
import { modelText } from './modelText';
import type { Page } from './page';

/** Rows of a statement: headers that stay in sight, numbered rows, NULL told from text. Scrolls within itself. */
export function grid({ say }: Page, { columns, rows, rowCount, complete }: Grid, label: string): TemplateResult {
  const cut = rows.length < rowCount || !complete;
  return html`<div class="grid" role="region" aria-label=${label} tabindex="0">
      <table>
        <thead>
          <tr>
            <th class="row-number"><span class="visually-hidden">${say('grid.row')}</span></th>
            ${columns.map(({ name }) => html`<th scope="col">${modelText(name)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row, index) =>
              html`<tr>
                <th class="row-number" scope="row">${index + 1}</th>
                ${row.map((each, column) => cell(each, numbers.has(columns[column]?.kind) ? 'cell-number' : ''))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${cut ? html`<p class="muted grid-note">${say(complete ? 'grid.cut' : 'grid.cutOpen', rowCount, rows.length)}</p>` : nothing}`;
}

/** Kinds of columns that stand at the right, also where their values come as text. */
const numbers: ReadonlySet<ColumnKind | undefined> = new Set(['integer', 'real', 'decimal']);

/** @param mark a class beside that of the value */
export function cell(value: Cell, mark = ''): TemplateResult {
  const kind = value === null ? 'null' : typeof value === 'number' || isInteger(value) ? 'number' : 'text';
  return html`<td class="cell-${kind} ${mark}">${modelText(cellText(value))}</td>`;
}

function isInteger(value: Cell): boolean {
  return typeof value === 'object' && value !== null && 'integer' in value;
}
