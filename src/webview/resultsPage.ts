import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { openChannel, type Channel } from '../protocol/channel';
import type {
  Conversation,
  EvaluationSummary,
  ResultsHostApi,
  ResultsPageApi,
  ResultsState,
  TaskKind,
} from '../protocol/resultsMessages';
import { icon } from './icon';
import { LightElement } from './lightElement';
import { modelText } from './modelText';
import {
  categoriesTable,
  conversation,
  endingsTable,
  sayFromResults,
  scoresTable,
  tasksTable,
  type ResultsSay,
} from './resultsTables';
import { hostPort, type VsCodeApi } from './vscodeApi';

/** A task that is read, as each model did it. */
interface Comparison {
  readonly digest: string;
  readonly index: number;
  readonly task: string;
  /** In the order of the evaluations; undefined where one did not come to it. */
  readonly conversations: readonly { readonly model: string; readonly said: Conversation | undefined }[];
}

/** Evaluations beside each other: scores, how tasks ended, and what the models said. */
@customElement('agentlm-results')
export class ResultsPage extends LightElement {
  @state() private results: ResultsState | undefined;
  @state() private refusal: string | undefined;
  @state() private comparison: Comparison | undefined;
  private say: ResultsSay | undefined;
  private channel: Channel<ResultsHostApi> | undefined;

  /** To be called once, before the page is put into the document. */
  connect(api: VsCodeApi): void {
    this.channel = openChannel<ResultsPageApi, ResultsHostApi>(hostPort(api), {
      handlers: { state: (results) => void (this.results = results) },
      // Only the extension can post to this page, and both are of one version.
      read: (_, argument) => argument as never,
      describe: String,
      onInvalid: () => {},
    });
    this.channel.ask('ready', null).then(({ state: results, strings }) => {
      this.say = sayFromResults(strings);
      this.results = results;
    }, this.refuse);
  }

  protected override render(): TemplateResult {
    const { results, say } = this;
    if (!results || !say) return this.refused();
    const { evaluations, published } = results;
    return html`<header>
        <h1>${say('title')}</h1>
        <div class="buttons">
          <button type="button" class="secondary" @click=${() => this.ask('add')}>${say('add')}</button>
          ${
            evaluations.length === 0
              ? nothing
              : html`<button type="button" class="secondary" @click=${() => this.ask('exportHtml')}>
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
          ({ model, said }) =>
            html`<article>
              <h3>${modelText(model)}</h3>
              ${said ? conversation(say, said) : html`<p class="muted">${say('missing', 1)}</p>`}
            </article>`,
        )}
      </div>
    </section>`;
  }

  private compare(suite: readonly EvaluationSummary[], index: number, task: string): void {
    const asked = suite.map(async ({ id, report: { model } }) => ({
      model,
      said: await this.channel?.ask('conversation', { id, index }),
    }));
    Promise.all(asked).then(async (conversations) => {
      this.comparison = { digest: suite[0]?.digest ?? '', index, task, conversations };
      await this.updateComplete;
      this.querySelector<HTMLElement>('#comparison')?.focus();
    }, this.refuse);
  }

  private askToRemove(id: string): void {
    this.refusal = undefined;
    this.comparison = undefined;
    this.channel?.ask('remove', { id }).catch(this.refuse);
  }

  private ask(name: 'add' | 'exportHtml'): void {
    this.refusal = undefined;
    this.channel?.ask(name, null).catch(this.refuse);
  }

  private refused(): TemplateResult {
    if (this.refusal === undefined) return html``;
    return html`<p class="refusal" role="alert">${icon('error')}<span>${this.refusal}</span></p>`;
  }

  private readonly refuse = (error: unknown): void => {
    this.refusal = error instanceof Error ? error.message : String(error);
  };
}
