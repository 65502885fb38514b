import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type {
  AcceptHostApi,
  AcceptState,
  AcceptStringKey,
  ShownProblem,
  ShownSecret,
} from '../../protocol/acceptMessages';
import { acceptTurn, type AskForAccept, type SayOfAccept } from './acceptTurn';
import { icon } from '../icon';
import { modelText } from '../modelText';
import { StatePage } from '../statePage';

/** A finished run as the training data that it would become: its secrets, its problems, and each turn. */
@customElement('agentlm-accept')
export class AcceptPage extends StatePage<AcceptState, AcceptStringKey, AcceptHostApi> {
  /** The turn that is being corrected. */
  @state() private correcting: number | undefined;

  protected override updated(): void {
    this.querySelector<HTMLElement>('textarea:not([data-seen])')?.focus();
    this.querySelector('textarea')?.setAttribute('data-seen', '');
  }

  protected override draw(shown: AcceptState, say: SayOfAccept): TemplateResult {
    const { phase, problems, turns, givenTurns } = shown;
    const open = phase === 'checking' || phase === 'waiting';
    const part = { say, ask: this.request, open, correcting: this.correcting, correct: this.correct };
    const own = turns.map((turn, index) => ({ turn, index })).slice(givenTurns);
    return html`<header>
        <h1>${say('title')}</h1>
        <p class="prose">${modelText(shown.problem)}</p>
        <p class="muted">${modelText(say('about', shown.model, say(`outcome.${shown.outcome}`)))}</p>
      </header>
      ${this.refused()} ${decision(say, this.request, shown)}
      <main aria-busy=${phase === 'checking' || phase === 'writing'}>
        ${problems.length > 0 ? problemList(say, problems) : nothing} ${secretList(say, this.request, shown, open)}
        <section>
          <h2>${say('turns')}</h2>
          <details>
            <summary>${icon('chevron')}${say('turns.given', givenTurns)}</summary>
            ${turns.slice(0, givenTurns).map((turn, index) => acceptTurn({ ...part, open: false }, turn, index))}
          </details>
          ${own.map(({ turn, index }) => acceptTurn(part, turn, index))}
        </section>
      </main>`;
  }

  private readonly correct = (turn: number | undefined): void => {
    this.correcting = turn;
  };
}

/** What stands in the way, what can be done now, and what became of it. */
function decision(say: SayOfAccept, ask: AskForAccept, shown: AcceptState): TemplateResult {
  const { phase, recording, file } = shown;
  if (phase === 'accepted' || phase === 'rejected') {
    return html`<div class="verdict">
      <p role="status">${icon(phase === 'accepted' ? 'pass' : 'skip')}${say(phase)}</p>
      ${
        file === undefined
          ? nothing
          : html`<button type="button" class="secondary" @click=${() => ask('openFile', null)}>
              ${say('openFile')}
            </button>`
      }
    </div>`;
  }
  const [what, ready] = standing(say, shown);
  return html`<div class="verdict">
    <p role="status" id="standing">${icon(ready ? 'pass' : phase === 'checking' ? 'spinner' : 'info')}${what}</p>
    <div class="buttons">
      ${
        recording
          ? html`<button
              type="button"
              class="primary"
              aria-disabled=${!ready}
              aria-describedby="standing"
              @click=${() => ready && ask('accept', null)}
            >
              ${say('accept')}
            </button>`
          : html`<button type="button" class="primary" @click=${() => ask('toggleRecording', null)}>
              ${say('record')}
            </button>`
      }
      <button type="button" class="secondary" @click=${() => ask('reject', null)}>${say('reject')}</button>
    </div>
  </div>`;
}

/** How things stand, and whether it can be accepted. */
function standing(say: SayOfAccept, { phase, recording, problems, secrets }: AcceptState): [string, boolean] {
  if (!recording) return [say('off'), false];
  if (phase !== 'waiting') return [say('checking'), false];
  if (problems.some(({ blocks }) => blocks)) return [say('blocked'), false];
  const waiting = secrets.filter(({ decision: decided }) => decided === undefined).length;
  if (waiting > 0) return [waiting === 1 ? say('secrets.waiting.one') : say('secrets.waiting.many', waiting), false];
  return [say('ready'), true];
}

function problemList(say: SayOfAccept, problems: readonly ShownProblem[]): TemplateResult {
  return html`<section>
    <h2>${say('problems')}</h2>
    <ul class="problems">
      ${problems.map(
        ({ sentence, detail, turn, blocks }) =>
          html`<li>
            <p>
              ${icon(blocks ? 'error' : 'warning')}<span
                ><strong>${say(blocks ? 'problem.blocks' : 'problem.strange')}</strong>: ${sentence}
                ${turn === null ? nothing : html`<span class="muted">(${say('problem.turn', turn + 1)})</span>`}</span
              >
            </p>
            ${detail === '' ? nothing : html`<p class="muted">${modelText(detail)}</p>`}
          </li>`,
      )}
    </ul>
  </section>`;
}

function secretList(say: SayOfAccept, ask: AskForAccept, { secrets, phase }: AcceptState, open: boolean) {
  if (secrets.length === 0) {
    return phase === 'checking' ? nothing : html`<p class="none">${icon('shield')}${say('secrets.none')}</p>`;
  }
  const waiting = secrets.some(({ decision: decided }) => decided === undefined);
  return html`<section>
    <h2>${say('secrets')} <span class="badge">${secrets.length}</span></h2>
    <p>${say('secrets.meaning')}</p>
    ${
      open && waiting
        ? html`<div class="buttons">
            <button type="button" class="secondary" @click=${() => ask('replaceAll', null)}>
              ${say('secrets.replaceAll')}
            </button>
          </div>`
        : nothing
    }
    ${secrets.map((secret, index) => secretCard(say, ask, secret, index, open))}
  </section>`;
}

function secretCard(say: SayOfAccept, ask: AskForAccept, shown: ShownSecret, index: number, open: boolean) {
  const { secret, replacement, turns, decision: decided } = shown;
  const choice = (value: 'replace' | 'keep') =>
    html`<label>
      <input
        type="radio"
        name=${`secret-${index}`}
        .checked=${decided === value}
        ?disabled=${!open}
        @change=${() => ask('decide', { secret, decision: value })}
      />${say(`secret.${value}`)}
    </label>`;
  return html`<fieldset class="card secret ${decided === undefined ? 'awaiting' : ''}">
    <legend>
      ${kindInWords(say, shown.kind)}
      <span class="muted">${say('secret.turns', turns.map((turn) => turn + 1).join(', '))}</span>
    </legend>
    <p class="versions">
      <code class="code">${modelText(secret)}</code>
      <span class="muted">${say('secret.becomes')}</span>
      <code class="code">${replacement}</code>
    </p>
    <div class="choices">${choice('replace')}${choice('keep')}</div>
  </fieldset>`;
}

function kindInWords(say: SayOfAccept, kind: string): string {
  switch (kind) {
    case 'known':
    case 'password':
    case 'email':
    case 'home-path':
    case 'high-entropy':
    case 'private-key':
      return say(`secret.kind.${kind}`);
    default:
      return say('secret.kind.token', kind);
  }
}
