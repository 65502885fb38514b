import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type {
  Conversation,
  EvaluationSummary,
  ResultsHostApi,
  ResultsState,
  ResultsStringKey,
  TaskKind,
} from '../../protocol/resultsMessages';
import { modelText } from '../modelText';
import { categoriesTable, conversation, endingsTable, scoresTable, tasksTable, type ResultsSay } from './resultsTables';
import { StatePage } from '../statePage';

/** What came of an evaluation's task; undefined where it did not come to it. */
interface Said {
  readonly id: string;
  readonly model: string;
  readonly said: Conversation | undefined;
}

/** A task that is read, as each model did it. */
interface Comparison {
  readonly digest: string;
  readonly index: number;
  readonly task: string;
  /** In the order of the evaluations. */
  readonly conversations: readonly Said[];
}

/** Evaluations beside each other: scores, how tasks ended, and what the models said. */
@customElement('agentlm-results')
export class ResultsPage extends StatePage<ResultsState, ResultsStringKey, ResultsHostApi> {
  @state() private comparison: Comparison | undefined;

  protected override draw(results: ResultsState, say: ResultsSay): TemplateResult {
    const { evaluations, published } = results;
    return html`<header>
        <h1>${say('title')}</h1>
        <div class="buttons">
          <button type="button" class="secondary" @click=${() => this.request('add', null)}>${say('add')}</button>
          ${
            evaluations.length === 0
              ? nothing
              : html`<button type="button" class="secondary" @click=${() => this.request('exportHtml', null)}>
                  ${say('export')}
                </button>`
          }
        </div>
      </header>
      ${this.refused()}
      <main>
        ${evaluations.length === 0 ? html`<p class="prose">${say('empty')}</p>` : nothing}
        ${(['os', 'db'] as const).map((kind) => this.section(kind, evaluations, published[kind], say))}
        ${this.compared(say)}
      </main>`;
  }

  private section(
    kind: TaskKind,
    all: readonly EvaluationSummary[],
    published: ResultsState['published'][TaskKind],
    say: ResultsSay,
  ): TemplateResult | typeof nothing {
    const evaluations = all.filter(({ report }) => report.kind === kind);
    if (evaluations.length === 0) return nothing;
    const suites = [...new Set(evaluations.map(({ digest }) => digest))].map((digest) =>
      evaluations.filter((each) => each.digest === digest),
    );
    return html`<section>
      <h2>${say(`kind.${kind}`)}</h2>
      ${scoresTable(say, evaluations, published, (id) => this.askToRemove(id))}
      ${published.length === 0 ? html`<p class="muted">${say('paper.left')}</p>` : nothing}
      ${endingsTable(say, evaluations)} ${categoriesTable(say, evaluations)}
      ${suites.map((suite) =>
        tasksTable(say, suite, this.comparison, (index, task) => this.compare(suite, index, task)),
      )}
    </section>`;
  }

  private compared(say: ResultsSay): TemplateResult | typeof nothing {
    const { comparison } = this;
    if (!comparison) return nothing;
    return html`<section class="comparison" aria-labelledby="comparison">
      <h2 id="comparison" tabindex="-1">${say('compare', comparison.task)}</h2>
      <button type="button" class="secondary" @click=${() => (this.comparison = undefined)}>${say('close')}</button>
      <div class="columns">
        ${comparison.conversations.map(
          ({ id, model, said }) =>
            html`<article>
              <h3>${modelText(model)}</h3>
              ${
                said
                  ? conversation(say, said, () => this.request('accept', { id, index: comparison.index }))
                  : html`<p class="muted">${say('missing', 1)}</p>`
              }
            </article>`,
        )}
      </div>
    </section>`;
  }

  private compare(suite: readonly EvaluationSummary[], index: number, task: string): void {
    const asked = suite.map(async ({ id, report: { model } }) => ({
      id,
      model,
      said: await this.ask('conversation', { id, index }),
    }));
    Promise.all(asked).then(async (conversations) => {
      this.comparison = { digest: suite[0]?.digest ?? '', index, task, conversations };
      await this.updateComplete;
      this.querySelector<HTMLElement>('#comparison')?.focus();
    }, this.refuse);
  }

  private askToRemove(id: string): void {
    this.comparison = undefined;
    this.request('remove', { id });
  }
}
