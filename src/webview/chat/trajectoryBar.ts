import { html, nothing, type TemplateResult } from 'lit';
import type { Obstacle, RunState } from '../../protocol/messages';
import { icon } from '../icon';
import type { Page } from '../page';

type EndedRun = Exclude<RunState, { readonly phase: 'idle' }>;

/** Says that what the run changed waits, and where. */
export function changesBar({ say, request }: Page, { changes }: EndedRun): TemplateResult {
  return html`<section class="trajectory" aria-label=${say('changes')}>
    <p>${icon('edit')}${say(changes === 1 ? 'changes.one' : 'changes.many', changes)}</p>
    <div class="buttons">
      <button type="button" class="secondary" @click=${() => request('reviewChanges', null)}>
        ${say('changes.review')}
      </button>
    </div>
  </section>`;
}

/** Asks whether a finished run is to become training data, and says what was decided or stands in the way. */
export function trajectoryBar(
  page: Page,
  { verdict }: EndedRun,
  obstacles: readonly Obstacle[],
  recording: boolean,
): TemplateResult {
  const { say } = page;
  return html`<section class="trajectory" aria-label=${say('trajectory')}>
    ${
      verdict === 'undecided'
        ? recording
          ? undecided(page, obstacles)
          : notRecording(page)
        : html`<p>${icon(verdict === 'accepted' ? 'check' : 'skip')}${say(`trajectory.${verdict}`)}</p>`
    }
  </section>`;
}

function undecided({ say, request }: Page, obstacles: readonly Obstacle[]): TemplateResult {
  // One reason is enough: the others follow from it.
  const [obstacle] = obstacles;
  const refused = obstacle !== undefined;
  const accept = () => !refused && request('accept', null);
  return html`<p id="trajectory-question">
      ${obstacle === undefined ? say('trajectory.undecided') : say(`obstacle.${obstacle}`)}
    </p>
    <div class="buttons">
      <button
        type="button"
        class="primary"
        aria-disabled=${refused}
        aria-describedby=${refused ? 'trajectory-question' : nothing}
        @click=${accept}
      >
        ${say('trajectory.accept')}
      </button>
      <button type="button" class="secondary" @click=${() => request('reviewTrajectory', null)}>
        ${say('trajectory.review')}
      </button>
      <button type="button" class="secondary" @click=${() => request('reject', null)}>
        ${say('trajectory.reject')}
      </button>
    </div>`;
}

function notRecording({ say, request }: Page): TemplateResult {
  return html`<p>${say('trajectory.off')}</p>
    <div class="buttons">
      <button type="button" class="secondary" @click=${() => request('toggleRecording', null)}>
        ${say('trajectory.record')}
      </button>
    </div>`;
}
