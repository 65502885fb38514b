import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import {
  pageSize,
  rawLength,
  type LossView,
  type RowView,
  type Trainer,
  type TrajectoryFilter,
  type ViewerHostApi,
  type ViewerPageApi,
  type ViewerState,
} from '../../protocol/viewerMessages';
import { HostedPage } from '../hostedPage';
import { icon } from '../icon';
import { lossView } from './lossView';
import { modelText } from '../modelText';
import { sayFrom } from '../page';
import { filterForm, optionId, rowList, type ListWindow } from './rowList';
import { trajectoryHead, type TrajectorySay } from './trajectoryHead';
import { actionKey, conversationView, lossWord, stepsView, turnId, type TurnContext } from './turnViews';
import { hostPort, savedState, type VsCodeApi } from '../vscodeApi';

const views = ['steps', 'text', 'loss', 'raw'] as const;
type View = (typeof views)[number];

/** A file of trajectories: its rows, and one of them in four ways. */
@customElement('agentlm-viewer')
export class ViewerPage extends HostedPage<ViewerHostApi> {
  @state() private viewer: ViewerState | undefined;
  @state() private list: ListWindow = { place: 0, heads: [], selected: 0 };
  @state() private row: RowView | undefined;
  @state() private loss: LossView | undefined;
  @state() private view: View = 'steps';
  @state() private trainer: Trainer = 'agentinstruct';
  @state() private whole: ReadonlyMap<number, string> = new Map();
  private api: VsCodeApi | undefined;
  private say: TrajectorySay | undefined;
  /** Counts what was asked for, so that a late answer does not replace a newer one. */
  private asked = 0;

  /** To be called once, before the page is put into the document. */
  connect(api: VsCodeApi): void {
    this.api = api;
    this.view = savedView(api);
    this.open<ViewerPageApi>(hostPort(api), {
      state: (viewer) => this.receive(viewer),
      select: (place) => void this.choose(place),
    });
    this.ask('ready', null).then(({ state: viewer, strings, select }) => {
      this.say = sayFrom(strings);
      this.list = { ...this.list, selected: select };
      this.receive(viewer);
    }, this.refuse);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('view')) this.api?.setState({ view: this.view });
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('list')) {
      this.querySelector(`#${optionId(this.list.selected)}`)?.scrollIntoView({ block: 'nearest' });
    }
  }

  protected override render(): TemplateResult {
    const { viewer, say, row } = this;
    if (!viewer || !say) return this.refused();
    const outlined = this.view === 'steps' || this.view === 'text';
    const many = viewer.rows > 1 || Object.keys(viewer.filter).length > 0;
    return html`<header class="toolbar">
        <h1 class="visually-hidden">${modelText(viewer.name)}</h1>
        ${this.progress(say, viewer)} ${this.refused()}
        <div class="buttons">
          <button type="button" class="secondary" @click=${() => this.request('statistics', null)}>
            ${say('viewer.statistics')}
          </button>
          <button type="button" class="secondary" @click=${() => this.request('openAsText', null)}>
            ${say('viewer.openAsText')}
          </button>
        </div>
      </header>
      <div class="viewer ${many || outlined ? '' : 'single'}">
        <nav aria-label=${say('viewer.list')}>
          ${
            many
              ? html`${filterForm(say, viewer.filter, (filter) => this.applyFilter(filter))}
                ${rowList(say, viewer, this.list, (place) => void this.choose(place))}`
              : nothing
          }
          ${row && outlined ? outline(say, row, (turn) => this.goTo(turn)) : nothing}
        </nav>
        <main>${row ? this.trajectory(say, row) : this.absent(say)}</main>
      </div>`;
  }

  private trajectory(say: TrajectorySay, row: RowView): TemplateResult {
    const context: TurnContext = { say, whole: this.whole, more: (turn) => void this.showWhole(row, turn) };
    return html`${trajectoryHead(say, row)}
      <div class="segments" role="radiogroup" aria-label=${say('viewer.view')}>
        ${views.map(
          (view) =>
            html`<label class="segment">
              <input
                type="radio"
                name="view"
                .value=${view}
                .checked=${view === this.view}
                @change=${() => void this.show(view)}
              />${say(`viewer.${view}`)}
            </label>`,
        )}
      </div>
      <div class="turns">${this.body(say, row, context)}</div>`;
  }

  private body(say: TrajectorySay, row: RowView, context: TurnContext): TemplateResult {
    switch (this.view) {
      case 'steps':
        return stepsView(context, row.turns);
      case 'text':
        return conversationView(context, row.turns);
      case 'raw':
        return html`<pre class="code">${modelText(row.raw)}</pre>
          ${row.raw.length >= rawLength ? html`<p class="muted">${say('raw.cut')}</p>` : nothing}`;
      case 'loss':
        return lossView(say, this.trainer, (trainer) => void this.chooseTrainer(trainer), this.loss);
    }
  }

  private absent(say: TrajectorySay): TemplateResult | typeof nothing {
    const head = this.list.heads[this.list.selected - this.list.place];
    if (!head || !('unreadable' in head)) return nothing;
    return html`<p class="refusal" role="alert">
      ${icon('warning')}<span>${modelText(say('viewer.unreadable', head.unreadable))}</span>
    </p>`;
  }

  private progress(say: TrajectorySay, { phase, share, stale }: ViewerState): TemplateResult | typeof nothing {
    const percent = Math.floor(100 * share);
    if (phase === 'reading' || phase === 'filtering') {
      const text = say(`viewer.${phase}`, percent);
      return html`<div class="work">
        <progress max="100" .value=${percent} aria-label=${text}></progress> <span>${text}</span>
        <button type="button" class="secondary" @click=${() => this.request('stop', null)}>
          ${say('viewer.stop')}
        </button>
      </div>`;
    }
    if (!stale && phase !== 'stopped') return nothing;
    return html`<div class="work" role="status">
      ${icon('info')}<span>${say(stale ? 'viewer.stale' : 'viewer.stopped')}</span>
      <button type="button" class="secondary" @click=${() => this.request('reload', null)}>
        ${say('viewer.reload')}
      </button>
    </div>`;
  }

  /** What was not there before may be there now. */
  private receive(viewer: ViewerState): void {
    const before = this.viewer;
    this.viewer = viewer;
    const missing = this.list.heads.length < Math.min(pageSize, viewer.matches - this.list.place);
    const ended = before?.phase !== viewer.phase && viewer.phase === 'ready';
    if (missing || ended) void this.choose(Math.min(this.list.selected, Math.max(0, viewer.matches - 1)));
  }

  private applyFilter(filter: TrajectoryFilter): void {
    this.list = { place: 0, heads: [], selected: 0 };
    this.row = undefined;
    this.request('filter', filter);
  }

  private async choose(selected: number): Promise<void> {
    if (this.viewer?.matches === 0) return;
    const asked = ++this.asked;
    this.list = { ...this.list, selected };
    try {
      const place = pageSize * Math.floor(selected / pageSize);
      const heads = await this.ask('heads', { place, count: pageSize });
      if (asked !== this.asked) return;
      this.list = { place, heads, selected };
      const head = heads[selected - place];
      const row = head && (await this.ask('row', { position: head.position }));
      if (asked !== this.asked) return;
      if (row?.position !== this.row?.position) this.whole = new Map();
      this.row = row ?? undefined;
      await this.readLoss();
    } catch (error) {
      this.refuse(error);
    }
  }

  private async show(view: View): Promise<void> {
    this.view = view;
    await this.readLoss();
  }

  private async chooseTrainer(trainer: Trainer): Promise<void> {
    this.trainer = trainer;
    await this.readLoss();
  }

  private async readLoss(): Promise<void> {
    const { row, view, trainer } = this;
    if (view !== 'loss' || !row) return;
    try {
      const loss = await this.ask('loss', { position: row.position, trainer });
      if (row === this.row && trainer === this.trainer) this.loss = loss ?? undefined;
    } catch (error) {
      this.refuse(error);
    }
  }

  private async showWhole({ position }: RowView, turn: number): Promise<void> {
    try {
      const text = await this.ask('turn', { position, turn });
      this.whole = new Map(this.whole).set(turn, text);
    } catch (error) {
      this.refuse(error);
    }
  }

  private goTo(turn: number): void {
    const section = this.querySelector<HTMLElement>(`#${turnId(turn)}`);
    const folded = section?.closest('details');
    if (folded) folded.open = true;
    section?.scrollIntoView({ block: 'start' });
    section?.focus({ preventScroll: true });
  }
}

function savedView(api: VsCodeApi): View {
  const { view } = savedState(api);
  return views.find((each) => each === view) ?? 'steps';
}

/** The turns as a list that leads to each of them. */
function outline(say: TrajectorySay, { turns }: RowView, goTo: (turn: number) => void): TemplateResult {
  return html`<section class="outline" aria-label=${say('viewer.outline')}>
    <h2>${say('viewer.outline')}</h2>
    <ol>
      ${turns.map(
        (turn, index) =>
          html`<li>
            <button type="button" class="quiet" @click=${() => goTo(index)}>
              <span class="muted">${index + 1}</span> ${
                turn.from === 'human'
                  ? say('turn.human')
                  : html`${turn.action ? say(actionKey(turn.action.kind)) : say('turn.gpt')}
                      <span class="muted">${lossWord(say, turn)}</span>`
              }
              ${turn.errors.length > 0 ? icon('warning') : nothing}
            </button>
          </li>`,
      )}
    </ol>
  </section>`;
}
