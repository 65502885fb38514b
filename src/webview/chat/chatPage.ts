import { html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { framedPort } from '../../protocol/framedPort';
import type {
  Batch,
  Composition,
  HostApi,
  PageApi,
  PageState,
  Place,
  RunKind,
  WaitingInstruction,
} from '../../protocol/messages';
import { announcement } from './announcement';
import { canInstruct, canSend, composer, type Draft } from './composer';
import { emptyState } from './emptyState';
import { header } from './header';
import { HostedPage } from '../hostedPage';
import { modelText } from '../modelText';
import { sayFrom, type Page } from '../page';
import { TranscriptScroll } from './transcriptScroll';
import { transcriptView } from './transcript';
import { atEnd, emptyWindow, hear, isAtBeginning, isAtEnd, openedAt, windowOf, withPart } from './transcriptWindow';
import { hostPort, savedDraft, type VsCodeApi } from '../vscodeApi';

/** A second click on Send, or the Enter that follows the first, is not meant for the Stop that has taken its place. */
const settlingMilliseconds = 300;
/** Milliseconds between two posts to the extension. */
const frame = 17;

/** The chat view: keeps what the extension says and what the user writes, and hands both to the parts. */
@customElement('agentlm-chat')
export class ChatPage extends HostedPage<HostApi> {
  @state() private page: Page | undefined;
  @state() private pageState: PageState | undefined;
  @state() private rows = emptyWindow;
  @state() private draft: Draft = { kind: 'os', text: '' };
  /** When the endpoint was asked, on this page's clock, while it is asked. */
  @state() private connectingSince = 0;
  /** The run that was told to stop. */
  @state() private stopping: string | undefined;

  private api: VsCodeApi | undefined;
  private beginning = false;
  private startedAt = -Infinity;
  /** The part of the run that is on its way. */
  private arriving: Promise<void> | undefined;
  private readonly reading = new TranscriptScroll(this, {
    readsOn: (toward) => (toward === 'beginning' ? this.showEarlier() : this.showLater()),
    isAtEnd: () => isAtEnd(this.rows),
  });

  /** To be called once, before the page is put into the document. */
  connect(api: VsCodeApi): void {
    this.api = api;
    this.draft = savedDraft(api);
    this.open<PageApi>(framedPort(hostPort(api), nextFrame), {
      append: (batch) => this.receive(batch),
      state: (pageState) => this.changeState(pageState),
      compose: (composition) => this.compose(composition),
      showStep: (step) => this.showStep(step),
    });
    void this.begin();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.pressed);
    window.addEventListener('dragover', allowDrop);
    window.addEventListener('drop', this.dropped);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.pressed);
    window.removeEventListener('dragover', allowDrop);
    window.removeEventListener('drop', this.dropped);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('draft')) this.api?.setState(this.draft);
  }

  protected override render(): TemplateResult {
    const { page, pageState, draft } = this;
    const { live } = this.rows;
    if (!page || !pageState) return this.refused();
    const { say } = page;
    const { run } = pageState;
    const { connectingSince } = this;
    const facts = { kind: draft.kind, context: live.context, connectingSince };
    return html`${header(page, pageState, facts, (kind) => (this.draft = { ...draft, kind }))}
      <main>
        <div
          class="transcript"
          role="log"
          aria-live="off"
          aria-label=${say('transcript')}
          tabindex="0"
          @scroll=${this.reading.scrolled}
        >
          ${
            run.phase === 'idle'
              ? emptyState(page, pageState, draft.kind, (text) => this.compose({ text }))
              : transcriptView(page, pageState, run, this.rows, this)
          }
        </div>
      </main>
      ${this.refused()}
      ${composer(page, pageState, draft, this.running, {
        type: (text) => (this.draft = { ...draft, text }),
        send: this.send,
        stop: this.stop,
      })}
      <div role="status" class="visually-hidden">${modelText(announcement(pageState, live, say))}</div>`;
  }

  private get running(): 'no' | 'yes' | 'stopping' {
    const run = this.pageState?.run;
    if (!run || run.phase === 'idle' || run.phase === 'ended' || run.listening) return 'no';
    return run.id === this.stopping ? 'stopping' : 'yes';
  }

  /** Draws everything from the extension's snapshot: at first, and whenever something was missed. */
  private async begin(): Promise<void> {
    this.beginning = true;
    this.refusal = undefined;
    try {
      const { strings, state, batch, composition, step } = await this.ask('ready', null);
      this.page = { say: sayFrom(strings), request: this.request, runStart: runStart(batch) };
      if (!this.pageState && state.run.phase !== 'idle') this.followKind(state.run.kind);
      this.take(state);
      this.rows = (batch && hear(emptyWindow, batch, true)) ?? emptyWindow;
      this.reading.toEnd();
      if (composition) this.compose(composition);
      if (step !== undefined) this.showStep(step);
    } catch (error) {
      this.refuse(error);
    } finally {
      this.beginning = false;
    }
  }

  private receive(batch: Batch): void {
    // Posted before the snapshot that is on its way, and part of it.
    if (this.beginning) return;
    const rows = hear(this.rows, batch, this.reading.followsEnd);
    if (!rows) {
      void this.begin();
      return;
    }
    if (this.page && (batch.opens || batch.first === 0)) this.page = { ...this.page, runStart: runStart(batch) };
    this.rows = rows;
  }

  readonly showEarlier = (): void => {
    if (!isAtBeginning(this.rows) && !this.arriving) void this.bring({ before: this.rows.shown.first });
  };

  readonly showLater = (): void => {
    if (!isAtEnd(this.rows) && !this.arriving) void this.bring({ from: this.rows.shown.next });
  };

  readonly showBeginning = (): void => {
    void this.goTo({ from: 0 }).then(() => this.reading.toBeginning());
  };

  readonly showEnd = (): void => {
    this.rows = atEnd(this.rows);
    this.reading.toEnd();
  };

  private showStep(step: number): void {
    if (!this.reading.toStep(step)) void this.goTo({ step }).then(() => this.reading.toStep(step));
  }

  private async goTo(place: Place): Promise<void> {
    this.reading.followsEnd = false;
    await this.bring(place, openedAt);
  }

  /** Draws steps that the page has not got. Settles when they are drawn. */
  private async bring(place: Place, add = withPart): Promise<void> {
    await this.arriving;
    this.arriving = this.fetch(place, add);
    await this.arriving;
    this.arriving = undefined;
  }

  private async fetch(place: Place, add: typeof withPart): Promise<void> {
    const { runId } = this.rows.shown;
    if (runId === undefined) return;
    try {
      const part = await this.ask('part', { runId, place });
      if (part) this.rows = add(this.rows, part);
      await this.updateComplete;
    } catch (error) {
      this.refuse(error);
    }
  }

  private changeState(pageState: PageState): void {
    const before = this.pageState?.run;
    const { run } = pageState;
    if (run.phase !== 'idle' && (before?.phase === 'idle' || before?.id !== run.id)) {
      this.rows = windowOf(run.id);
      this.reading.toEnd();
      this.followKind(run.kind);
      if (this.page) this.page = { ...this.page, runStart: performance.now() };
    }
    if (run.phase === 'idle') this.rows = emptyWindow;
    this.take(pageState);
  }

  private take(pageState: PageState): void {
    const { endpoint } = pageState;
    if (endpoint.status === 'connecting') this.connectingSince = performance.now() - endpoint.elapsedMs;
    this.pageState = pageState;
  }

  /** The next task is most likely of the kind that was just started, wherever that was. */
  private followKind(kind: RunKind): void {
    if (this.draft.text === '') this.draft = { ...this.draft, kind };
  }

  private compose({ kind, text }: Composition): void {
    this.draft = { kind: kind ?? this.draft.kind, text: text ?? this.draft.text };
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('#composer-text')?.focus());
  }

  private readonly send = (): void => {
    const { draft, pageState } = this;
    if (this.running === 'yes') this.instruct(draft.text.trim());
    if (this.running !== 'no' || !pageState || !canSend(pageState, draft)) return;
    this.draft = { ...draft, text: '' };
    const goesOn = draft.kind === 'chat' && pageState.run.phase !== 'idle' && pageState.run.kind === 'chat';
    if (goesOn) this.tell('say', draft.text.trim());
    else this.start(draft.kind, draft.text.trim());
  };

  /** Says something to the agent at work. */
  private instruct(text: string): void {
    if (!canInstruct(text)) return;
    this.draft = { ...this.draft, text: '' };
    this.tell('instruct', text);
  }

  /** The words come back when they could not be said. */
  private tell(how: 'say' | 'instruct', text: string): void {
    this.request(how, text, () => this.putBack(text));
  }

  readonly takeBack = ({ id, text }: WaitingInstruction): void => {
    this.request('withdraw', id);
    this.putBack(text);
  };

  /** Puts words into the composer, behind those that stand there. */
  private putBack(text: string): void {
    this.compose({ text: [this.draft.text.trim(), text].filter((part) => part !== '').join('\n') });
  }

  readonly again = (): void => {
    const run = this.pageState?.run;
    if (run?.phase === 'ended') this.start(run.kind, run.problem);
  };

  private start(kind: RunKind, problem: string): void {
    this.startedAt = performance.now();
    this.request('start', { kind, problem }, () => {
      if (this.draft.text === '') this.draft = { kind, text: problem };
    });
  }

  private readonly stop = (): void => {
    const run = this.pageState?.run;
    if (!run || run.phase === 'idle' || this.running !== 'yes') return;
    if (performance.now() < this.startedAt + settlingMilliseconds) return;
    this.stopping = run.id;
    this.request('stop', null);
  };

  private readonly dropped = (event: DragEvent): void => {
    event.preventDefault();
    const list = uriLists.map((type) => event.dataTransfer?.getData(type) ?? '').find((text) => text !== '') ?? '';
    const uris = list.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));
    if (uris.length > 0) this.request('attachDropped', uris);
  };

  private readonly pressed = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.defaultPrevented && !event.isComposing) this.stop();
  };
}

/** What VS Code's explorer drags, by its two names. */
const uriLists = ['application/vnd.code.uri-list', 'text/uri-list'];

function allowDrop(event: DragEvent): void {
  if (uriLists.some((type) => event.dataTransfer?.types.includes(type))) event.preventDefault();
}

/** On this page's clock. */
function runStart(batch: Batch | undefined): number {
  return performance.now() - (batch?.now ?? 0);
}

function nextFrame(callback: () => void): () => void {
  const timer = setTimeout(callback, frame);
  return () => clearTimeout(timer);
}
