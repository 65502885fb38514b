import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { CompareHostApi, ComparePageApi, ComparisonSnapshot, RowView } from '../../protocol/viewerMessages';
import { HostedPage } from '../hostedPage';
import { sayFrom } from '../page';
import { trajectoryHead, type TrajectorySay } from './trajectoryHead';
import { stepsView, type TurnContext } from './turnViews';
import { hostPort, type VsCodeApi } from '../vscodeApi';

/** Two trajectories side by side, step by step: what each thought, did and saw. */
@customElement('agentlm-compare')
export class ComparePage extends HostedPage<CompareHostApi> {
  @state() private snapshot: ComparisonSnapshot | undefined;

  /** To be called once, before the page is put into the document. */
  connect(api: VsCodeApi): void {
    this.open<ComparePageApi>(hostPort(api), { never: () => {} });
    this.ask('ready', null).then((snapshot) => (this.snapshot = snapshot), this.refuse);
  }

  protected override render(): TemplateResult {
    if (!this.snapshot) return this.refused();
    const { rows, strings } = this.snapshot;
    const say: TrajectorySay = sayFrom(strings);
    const [one, other] = rows;
    const steps = Math.max(...rows.map((row) => stepsOf(row).length));
    return html`<main>
      <h1>${say('compare.title')}</h1>
      ${one.summary.problem === other.summary.problem ? nothing : html`<p role="note">${say('compare.differentTask')}</p>`}
      <div class="compared">${rows.map((row) => trajectoryHead(say, row))}</div>
      ${Array.from(
        { length: steps },
        (_, step) =>
          html`<section aria-label=${say('compare.step', step + 1)}>
            <h2>${say('compare.step', step + 1)}</h2>
            <div class="compared">${rows.map((row) => html`<div>${stepOf(say, row, step)}</div>`)}</div>
          </section>`,
      )}
    </main>`;
  }
}

/** What the model said, each with what it saw then. The task itself stands in the head. */
function stepsOf({ turns }: RowView): RowView['turns'][] {
  const own = turns.filter(({ given }) => !given);
  return own.flatMap((turn, index) => (turn.from === 'gpt' ? [own.slice(index, index + 2)] : []));
}

function stepOf(say: TrajectorySay, row: RowView, step: number): TemplateResult {
  const turns = stepsOf(row)[step];
  const context: TurnContext = { say, whole: new Map(), more: () => {} };
  return turns ? stepsView(context, turns) : html`<p class="muted">${say('compare.none')}</p>`;
}
