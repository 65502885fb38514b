import { html, nothing, type TemplateResult } from 'lit';
import {
  errorRules,
  pageSize,
  type RowHead,
  type TrajectoryFilter,
  type ViewerState,
} from '../../protocol/viewerMessages';
import { visible } from '../../protocol/messages';
import { icon } from '../icon';
import { modelText } from '../modelText';
import { errorName, taskName, type TrajectorySay } from './trajectoryHead';

/** The stretch of the list that is shown. */
export interface ListWindow {
  /** Of its first row. */
  readonly place: number;
  readonly heads: readonly RowHead[];
  /** The place that is chosen. */
  readonly selected: number;
}

/** The rows of the file that pass the filter, a page at a time. Arrows, Page keys, Home and End move through all of them. */
export function rowList(
  say: TrajectorySay,
  { matches, rows, filter, phase }: ViewerState,
  { place, heads, selected }: ListWindow,
  choose: (place: number) => void,
): TemplateResult {
  const last = matches - 1;
  const pressed = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, number>> = {
      ArrowUp: selected - 1,
      ArrowDown: selected + 1,
      PageUp: selected - pageSize,
      PageDown: selected + pageSize,
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (to === undefined || matches === 0) return;
    event.preventDefault();
    choose(Math.min(Math.max(0, to), last));
  };
  const filtered = Object.keys(filter).length > 0;
  return html`<div
      class="rows"
      role="listbox"
      tabindex="0"
      aria-label=${say('viewer.list')}
      aria-activedescendant=${heads.length > 0 ? optionId(selected) : nothing}
      @keydown=${pressed}
    >
      ${heads.map((head, index) => option(say, head, place + index, { selected, matches, choose }))}
    </div>
    <p class="muted page-line">
      ${
        matches === 0
          ? phase === 'ready' && html`${say(filtered ? 'viewer.none' : 'viewer.noRow')}`
          : filtered
            ? say('viewer.rowsOf', matches, rows)
            : say(phase === 'ready' ? 'viewer.rows' : 'viewer.soFar', rows)
      }
    </p>`;
}

export function optionId(place: number): string {
  return `row-${place}`;
}

function option(
  say: TrajectorySay,
  head: RowHead,
  place: number,
  list: { readonly selected: number; readonly matches: number; choose(this: void, place: number): void },
): TemplateResult {
  const { selected, matches, choose } = list;
  return html`<div
    class="row"
    role="option"
    id=${optionId(place)}
    aria-selected=${place === selected}
    aria-posinset=${place + 1}
    aria-setsize=${matches}
    @click=${() => choose(place)}
  >
    ${
      'unreadable' in head
        ? html`${titleOf(head.place, icon('warning'))} <span class="muted">${modelText(head.unreadable)}</span>`
        : html`${titleOf(head.summary.problem === '' ? head.summary.id : head.summary.problem)}
            <span class="muted row-facts"
              >${modelText(head.summary.id)} · ${taskName(say, head.summary.task)} ·
              ${say('row.replies', head.summary.turns)}${
                head.summary.errors.length === 0
                  ? nothing
                  : html` · ${head.summary.errors.map((error) => errorName(say, error)).join(', ')}`
              }</span
            >`
    }
  </div>`;
}

/** Cut to one line: the whole is in the tooltip. */
function titleOf(text: string, mark?: TemplateResult): TemplateResult {
  return html`<span class="row-title" title=${visible(text)}>${mark}${modelText(text)}</span>`;
}

const tasks = ['os', 'db', 'alfworld', 'webshop', 'kg', 'mind2web', 'general'];
const outcomes = ['answered', 'finished', 'step-limit', 'malformed', 'repeated', 'stopped', 'failed'] as const;

/** What rows must have to be listed. Applied when it is submitted: it can take a look through the whole file. */
export function filterForm(
  say: TrajectorySay,
  filter: TrajectoryFilter,
  apply: (filter: TrajectoryFilter) => void,
): TemplateResult {
  // No form: VS Code gives a webview none to submit.
  const changed = ({ currentTarget }: Event): void => {
    const { name, value } = currentTarget as HTMLInputElement | HTMLSelectElement;
    apply(withField(filter, name, value));
  };
  const select = (
    name: keyof TrajectoryFilter,
    label: string,
    options: readonly (readonly [value: string, text: string])[],
  ): TemplateResult =>
    html`<label class="field"
      >${label}
      <select name=${name} @change=${changed}>
        <option value="">${say('viewer.any')}</option>
        ${options.map(([value, text]) => html`<option value=${value} ?selected=${filter[name] === value}>${text}</option>`)}
      </select></label
    >`;
  const input = (name: keyof TrajectoryFilter, label: string, type: 'search' | 'number'): TemplateResult =>
    html`<label class="field"
      >${label} <input name=${name} type=${type} min="0" .value=${String(filter[name] ?? '')} @change=${changed}
    /></label>`;
  return html`<div class="filter" role="search">
    ${input('text', say('viewer.search'), 'search')}
    <details ?open=${Object.keys(filter).some((key) => key !== 'text')}>
      <summary>${[say('viewer.task'), say('viewer.outcome'), say('viewer.error')].join(', ')}…</summary>
      ${select(
        'task',
        say('viewer.task'),
        tasks.map((task) => [task, taskName(say, task)]),
      )}
      ${input('model', say('viewer.model'), 'search')}
      ${select(
        'outcome',
        say('viewer.outcome'),
        outcomes.map((outcome) => [outcome, say(`outcome.${outcome}`)]),
      )}
      ${select(
        'error',
        say('viewer.error'),
        errorRules.map((rule) => [rule, errorName(say, rule)]),
      )}
      ${input('atLeast', say('viewer.atLeast'), 'number')} ${input('atMost', say('viewer.atMost'), 'number')}
    </details>
    ${
      Object.keys(filter).length === 0
        ? nothing
        : html`<button type="button" class="secondary" @click=${() => apply({})}>${say('viewer.clear')}</button>`
    }
  </div>`;
}

/** The filter with what was put into one of its fields; nothing takes the field out. */
function withField(filter: TrajectoryFilter, name: string, value: string): TrajectoryFilter {
  const others = Object.fromEntries(Object.entries(filter).filter(([key]) => key !== name));
  if (value.trim() === '') return others;
  const isNumber = name === 'atLeast' || name === 'atMost';
  return { ...others, [name]: isNumber ? Math.max(0, Math.floor(Number(value))) : value };
}
