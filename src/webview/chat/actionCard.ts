import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { visible, type Decision, type RunningCommand, type Why } from '../../protocol/messages';
import { duration } from '../duration';
import '../elapsed';
import { icon, type IconName } from '../icon';
import { LightElement } from '../lightElement';
import { modelText } from '../modelText';
import { output } from './output';
import type { Page } from '../page';
import { runningCommand } from './runningCommand';
import type { ActionEntry, Observation } from './transcriptModel';
import { alwaysMenu, markedText, whyLine } from './why';

/** A click meant for what stood there before comes sooner than this after the buttons have moved. */
const settlingMilliseconds = 300;
/** Number and SQLSTATE, as Python's MySQL client words every error. */
const databaseError = /^\d+ \([0-9A-Z]{5}\): /;
const commandKey = navigator.platform.startsWith('Mac') ? '⌘⏎' : 'Ctrl+⏎';

/**
 * One command or statement: asks whether it may run, and shows what came of it. The whole text is shown, always; it is
 * sent back with the decision, so that what runs is what was read.
 */
@customElement('agentlm-action')
export class ActionCard extends LightElement {
  @property({ attribute: false }) entry!: ActionEntry;
  @property({ attribute: false }) page!: Page;
  @property({ attribute: false }) command: RunningCommand | undefined;
  @property({ type: Boolean }) awaiting = false;
  /** Why it asks; undefined once it does not. */
  @property({ attribute: false }) why: Why | undefined;

  @state() private mode: 'asking' | 'editing' | 'skipping' = 'asking';
  @state() private unfolded = false;
  private settledAt = Infinity;
  private hadFocus = false;

  protected override willUpdate(changed: PropertyValues): void {
    this.hadFocus = this.contains(document.activeElement);
    if (changed.has('awaiting') || changed.has('mode')) {
      this.settledAt = performance.now() + settlingMilliseconds;
    }
  }

  protected override updated(changed: PropertyValues): void {
    // The first mode is not a change: a card that appears leaves the focus where it is.
    if (changed.get('mode') !== undefined) this.querySelector<HTMLElement>('.field, .primary')?.focus();
    // The button that had it went with what the command was doing.
    else if (this.hadFocus && !this.contains(document.activeElement)) this.focusHeader();
  }

  protected override render(): TemplateResult {
    const { entry, page, awaiting, mode } = this;
    const { say } = page;
    return html`<section class="card action ${awaiting ? 'awaiting' : ''}" @keydown=${this.pressed}>
      <div class="card-header" tabindex="-1">
        ${icon(entry.language === 'bash' ? 'terminal' : 'database')}
        <h3>${say(`action.${entry.language}`)}</h3>
        ${this.fate()}
      </div>
      ${awaiting && mode === 'editing' ? this.editor() : this.text()}
      ${awaiting && this.why && mode === 'asking' ? whyLine(page, this.why, this.whyId) : nothing}
      ${awaiting ? this.question() : nothing}
      ${
        entry.fate.is === 'skipped' && entry.fate.reason
          ? html`<p class="card-text">${modelText(say('action.skippedReason', entry.fate.reason))}</p>`
          : nothing
      }
      ${
        entry.fate.is === 'done'
          ? output(page, entry, entry.fate.observation, this.unfolded, (unfolded) => (this.unfolded = unfolded))
          : nothing
      }
      ${entry.fate.is === 'running' && entry.language === 'bash' ? runningCommand(page, this.command) : nothing}
    </section>`;
  }

  private text(): TemplateResult {
    const { text, edited } = this.entry;
    if (edited === undefined) return html`<pre class="code command">${markedText(text, this.why)}</pre>`;
    return html`<pre class="code command">${modelText(edited)}</pre>
      <details class="original">
        <summary>${icon('chevron')}${this.page.say('action.original')}</summary>
        <pre class="code">${modelText(text)}</pre>
      </details>`;
  }

  private editor(): TemplateResult {
    return html`<textarea
      class="field code command"
      spellcheck="false"
      rows="2"
      aria-label=${this.page.say('action.editLabel')}
      .value=${this.entry.text}
    ></textarea>`;
  }

  private question(): TemplateResult {
    const { say } = this.page;
    const named = visible(this.entry.text);
    const cancel = html`<button type="button" class="secondary" @click=${this.cancel}>${say('action.cancel')}</button>`;
    switch (this.mode) {
      case 'asking':
        return html`<div class="buttons">
          <button
            type="button"
            class="primary"
            aria-label=${say('action.runNamed', named)}
            aria-describedby=${this.whyId}
            aria-keyshortcuts="Control+Enter Meta+Enter"
            data-key=${commandKey}
            title=${say('action.runKey', commandKey)}
            @click=${this.confirm}
          >
            ${say('action.run')}
          </button>
          <button
            type="button"
            class="secondary"
            aria-label=${say('action.editNamed', named)}
            @click=${() => this.settled() && (this.mode = 'editing')}
          >
            ${say('action.edit')}
          </button>
          <button
            type="button"
            class="secondary"
            aria-label=${say('action.skipNamed', named)}
            @click=${() => this.settled() && (this.mode = 'skipping')}
          >
            ${say('action.skip')}
          </button>
          <button
            type="button"
            class="secondary"
            aria-label=${say('action.stopNamed')}
            @click=${() => this.decide({ verdict: 'stop' })}
          >
            ${say('action.stop')}
          </button>
          ${
            this.why?.rule === undefined
              ? nothing
              : alwaysMenu(this.page, this.why.rule, (remember) => this.decide({ verdict: 'run', remember }))
          }
        </div>`;
      case 'editing':
        return html`<div class="buttons">
          <button
            type="button"
            class="primary"
            data-key=${commandKey}
            title=${say('action.runKey', commandKey)}
            @click=${this.confirm}
          >
            ${say('action.runEdited')}
          </button>
          ${cancel}
        </div>`;
      case 'skipping':
        return html`<div class="skip">
          <label>
            ${say('action.skipLabel')}
            <input type="text" class="field" placeholder=${say('action.skipPlaceholder')} />
          </label>
          <div class="buttons">
            <button type="button" class="primary" @click=${this.confirm}>${say('action.skip')}</button>
            ${cancel}
          </div>
        </div>`;
    }
  }

  /** What became of it, in a word. */
  private fate(): TemplateResult {
    const { say, runStart } = this.page;
    const { fate, edited } = this.entry;
    const tag = edited === undefined ? nothing : html`<span class="badge">${say('action.edited')}</span>`;
    const word = (name: IconName, text: unknown) => html`${tag}<span class="fate">${icon(name)}${text}</span>`;
    switch (fate.is) {
      case 'proposed':
        return this.awaiting ? word('info', say('action.waiting')) : html``;
      case 'running':
        return word(
          'spinner',
          html`${say('action.running')}
            <agentlm-elapsed .since=${runStart + fate.since} .say=${say}></agentlm-elapsed>`,
        );
      case 'done':
        return word(...this.result(fate.observation, duration(fate.milliseconds, say)));
      case 'skipped':
        return word('skip', say('action.skipped'));
      case 'stopped':
        return word('stop', say('action.stopped'));
    }
  }

  private result({ exitCode, text }: Observation, time: string): [IconName, string] {
    const { say } = this.page;
    if (exitCode !== null) return [exitCode === 0 ? 'pass' : 'warning', `${say('output.exit', exitCode)} · ${time}`];
    const failed = this.entry.language === 'sql' && databaseError.test(text);
    return failed ? ['warning', `${say('output.error')} · ${time}`] : ['pass', `${say('output.done')} · ${time}`];
  }

  private readonly pressed = (event: KeyboardEvent): void => {
    if (!this.awaiting || event.isComposing) return;
    const submits = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
    if (submits || (event.key === 'Enter' && event.target instanceof HTMLInputElement)) {
      event.preventDefault();
      this.confirm();
    } else if (event.key === 'Escape' && this.mode !== 'asking') {
      event.preventDefault();
      this.cancel();
    }
  };

  private readonly cancel = (): void => {
    this.mode = 'asking';
  };

  /** Does what the first button says. */
  private readonly confirm = (): void => {
    const typed = this.querySelector<HTMLTextAreaElement | HTMLInputElement>('.field')?.value ?? '';
    switch (this.mode) {
      case 'asking':
        this.decide({ verdict: 'run' });
        break;
      case 'editing':
        if (typed.trim() === '') return;
        this.decide(typed === this.entry.text ? { verdict: 'run' } : { verdict: 'edit', text: typed });
        break;
      case 'skipping':
        this.decide({ verdict: 'skip', reason: typed.trim() });
        break;
    }
  };

  private decide(decision: Decision): void {
    if (!this.settled()) return;
    const { step, text: shown } = this.entry;
    this.page.request('decide', { step, shown, decision });
    // The button that has the focus is about to go.
    this.focusHeader();
    this.settledAt = performance.now() + settlingMilliseconds;
  }

  private get whyId(): string {
    return `why-${this.entry.step}`;
  }

  private focusHeader(): void {
    this.querySelector<HTMLElement>('.card-header')?.focus();
  }

  private settled(): boolean {
    return performance.now() >= this.settledAt;
  }
}
