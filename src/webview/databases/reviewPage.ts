import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { PageStringKey } from '../../protocol/pageStrings';
import {
  cellText,
  type Cell,
  type ReviewHostApi,
  type ReviewState,
  type RowChange,
  type RowConflict,
  type SchemaChange,
  type TableChanges,
  visible,
} from '../../protocol/reviewMessages';
import { cell } from '../grid';
import { icon } from '../icon';
import { modelText } from '../modelText';
import type { Say } from '../page';
import { StatePage } from '../statePage';

const marks = { inserted: '+', updated: '~', deleted: '−' } as const;

/** What a task changed in its copy of a database, row by row, and whether the original is to become the same. */
@customElement('agentlm-review')
export class ReviewPage extends StatePage<ReviewState, PageStringKey, ReviewHostApi> {
  protected override draw(review: ReviewState, say: Say): TemplateResult {
    const { changes, phase } = review;
    const empty = changes && changes.tables.length + changes.schema.length === 0;
    return html`<header>
        <h1>${modelText(say('review.title', review.database))}</h1>
        <p class="muted">${modelText(review.path)}</p>
        <p class="prose">${modelText(review.problem)}</p>
      </header>
      <main aria-busy=${phase === 'reading' || phase === 'working'}>
        ${this.refused()} ${this.decision(review, say)}
        ${phase === 'reading' ? html`<p role="status">${icon('spinner')}${say('review.reading')}</p>` : nothing}
        ${empty ? html`<p>${say('review.empty')}</p>` : nothing}
        ${changes && changes.schema.length > 0 ? schema(say, changes.schema) : nothing}
        ${changes?.tables.map((each) => table(say, each))}
      </main>`;
  }

  /** What can be done now, and what became of it. */
  private decision({ phase, isOnServer, canApply, report }: ReviewState, say: Say): TemplateResult {
    if (phase === 'applied') {
      const backup = report?.backup ?? null;
      return html`<p class="verdict" role="status">
          ${icon('pass')}<span>
            ${say('review.applied')}
            ${backup === null ? nothing : modelText(say(isOnServer ? 'review.undo' : 'review.backup', backup))}
          </span>
        </p>
        ${
          isOnServer && backup !== null
            ? html`<div class="buttons">
                <button type="button" class="secondary" @click=${() => this.request('showUndo', null)}>
                  ${say('review.showUndo')}
                </button>
              </div>`
            : nothing
        }`;
    }
    if (phase === 'discarded')
      return html`<p class="verdict" role="status">${icon('skip')}${say('review.discarded')}</p>`;
    const idle = phase === 'waiting';
    const conflicts = report && !report.applied ? report.conflictCount : 0;
    return html`${
        report && conflicts > 0
          ? html`<section class="card failure" role="alert">
              <h2>${icon('warning')}${say('review.conflicts', conflicts)}</h2>
              <p>${say('review.conflicts.meaning')}</p>
              ${report.conflicts.map((each) => conflict(say, each))}
            </section>`
          : nothing
      }
      ${canApply ? nothing : html`<p>${icon('info')}${say('review.cannotApply')}</p>`}
      <div class="buttons">
        ${
          canApply
            ? html`<button
                type="button"
                class="primary"
                aria-disabled=${!idle}
                @click=${() => idle && this.request('apply', { conflicts: conflicts > 0 ? 'skip' : 'refuse' })}
              >
                ${conflicts > 0 ? say('review.applyOthers') : say('review.apply')}
              </button>`
            : nothing
        }
        <button
          type="button"
          class="secondary"
          aria-disabled=${!idle}
          @click=${() => idle && this.request('discard', null)}
        >
          ${say('review.discard')}
        </button>
      </div>`;
  }
}

function schema(say: Say, changes: readonly SchemaChange[]): TemplateResult {
  return html`<section>
    <h2>${say('review.schema')}</h2>
    <ul>
      ${changes.map(
        ({ kind, type, name, oldName, before, after }) =>
          html`<li>
            ${modelText(say(`review.schema.${kind}`, type, name, oldName ?? ''))}
            ${before === null ? nothing : html`<pre class="deleted">${modelText(before)}</pre>`}
            ${after === null ? nothing : html`<pre class="inserted">${modelText(after)}</pre>`}
          </li>`,
      )}
    </ul>
  </section>`;
}

function table(say: Say, { table: name, columns, inserted, updated, deleted, rows }: TableChanges): TemplateResult {
  const total = inserted + updated + deleted;
  return html`<section>
    <h2>${modelText(name)} <span class="muted">${say('review.counts', inserted, updated, deleted)}</span></h2>
    <div class="grid" role="region" aria-label=${visible(name)} tabindex="0">
      <table>
        <thead>
          <tr>
            <th class="row-number"><span class="visually-hidden">${say('review.change')}</span></th>
            ${columns.map((column) => html`<th scope="col">${modelText(column)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map((row) => changedRow(say, row))}
        </tbody>
      </table>
    </div>
    ${rows.length < total ? html`<p class="muted grid-note">${say('grid.cut', total, rows.length)}</p>` : nothing}
  </section>`;
}

function changedRow(say: Say, { kind, before, after }: RowChange): TemplateResult {
  const cells = kind === 'deleted' ? before : after;
  return html`<tr class=${kind}>
    <th class="row-number" scope="row">
      <span aria-hidden="true">${marks[kind]}</span><span class="visually-hidden">${say(`review.${kind}`)}</span>
    </th>
    ${cells.map((value, index) => (before && after ? versions(say, before[index] ?? null, value) : cell(value)))}
  </tr>`;
}

/** A cell of a changed row: what it was and what it is, where they differ. */
function versions(say: Say, before: Cell, after: Cell): TemplateResult {
  if (JSON.stringify(before) === JSON.stringify(after)) return cell(after);
  return html`<td class="changed">
    <span class="visually-hidden">${say('review.before')}</span><del>${modelText(cellText(before))}</del>
    <span class="visually-hidden">${say('review.after')}</span><ins>${modelText(cellText(after))}</ins>
  </td>`;
}

function conflict(say: Say, { table: name, columns, found, left, now }: RowConflict): TemplateResult {
  const versionsOf = [
    ['review.found', found],
    ['review.now', now],
    ['review.left', left],
  ] as const;
  return html`<div class="grid" role="group" aria-label=${visible(name)} tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">${modelText(name)}</th>
          ${columns.map((column) => html`<th scope="col">${modelText(column)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${versionsOf.map(
          ([label, cells]) =>
            html`<tr>
              <th scope="row">${say(label)}</th>
              ${
                cells === null
                  ? html`<td colspan=${columns.length} class="cell-null">${say('review.noRow')}</td>`
                  : cells.map((value) => cell(value))
              }
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
