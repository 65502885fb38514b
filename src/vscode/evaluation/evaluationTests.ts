import * as vscode from 'vscode';
import { UserError } from '../../agent/errors';
import type { Evaluated } from '../../agent/evaluatedRun';
import type { EvaluationSetting, TaskResult } from '../../agent/evaluation';
import { demoProfile, type EndpointProfile } from '../endpoints/endpointProfiles';
import { labelOf, type Endpoints } from '../endpoints/endpoints';
import type { EvaluationSuites } from './evaluationSuites';
import type { AcceptEvaluated, EvaluationTools, SuiteOutline, SuiteSource, SuiteTask } from './evaluationTools';
import { conversationInWords, verdictInWords } from './evaluationWords';
import { report, sentence, type Log } from '../report';

/** A suite in the tree. */
interface KnownSuite {
  readonly source: SuiteSource;
  readonly item: vscode.TestItem;
  /** Of each task, by its number. */
  readonly tasks: readonly vscode.TestItem[];
}

/** Of conversations, which can only be read. */
const scheme = 'agentlm-evaluation';

/** Contributes `testing/message/context` and `testing/item/context` menus by these. */
const failureContext = 'agentlm.evaluation.failure';

/** Evaluation suites as tests: suite, category, task. A run profile each endpoint. Nothing runs unasked. */
export class EvaluationTests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController(
    'agentlm.evaluation',
    vscode.l10n.t('AgentLM Evaluations'),
  );
  private readonly suites = new Map<string, KnownSuite>();
  /** The last attempt at each task that was run, by the id of its item. */
  private readonly attempts = new Map<string, Evaluated>();
  private readonly drawn = new vscode.EventEmitter<vscode.Uri>();
  private profiles: vscode.Disposable[] = [];
  private profileNames = '';
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(
    private readonly places: EvaluationSuites,
    private readonly endpoints: Endpoints,
    private readonly tools: EvaluationTools,
    private readonly results: { refresh(): Promise<void> },
    private readonly acceptance: AcceptEvaluated,
    private readonly log: Log,
  ) {
    const look = (): void => void this.refresh().catch((error: unknown) => log.error(error));
    this.controller.resolveHandler = async (item) => {
      if (!item) await this.refresh();
    };
    this.controller.refreshHandler = () => this.refresh();
    this.subscriptions = [
      this.controller,
      this.drawn,
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        onDidChange: this.drawn.event,
        provideTextDocumentContent: ({ query }) => {
          const attempt = this.attempts.get(query);
          return attempt ? conversationInWords(attempt.result) : '';
        },
      }),
      places,
      places.onDidChange(look),
      endpoints.onDidChange(() => this.offerProfiles()),
    ];
    this.offerProfiles();
  }

  /** Asks for a suite, and shows it in the Testing view. */
  async add(): Promise<void> {
    const source = await this.places.add();
    if (!source) return;
    await this.refresh();
    const suite = this.suites.get(source.place);
    if (suite) await vscode.commands.executeCommand('vscode.revealTestInExplorer', suite.item);
  }

  /** Takes an added suite out of the tree. */
  async remove(item: unknown): Promise<void> {
    const suite = [...this.suites.values()].find((each) => each.item === item);
    if (!suite || !this.places.isAdded(suite.source)) {
      throw new UserError(
        'evaluation.notAdded',
        'This suite lies in the workspace, and goes with its file. Only suites that were added can be taken out.',
      );
    }
    await this.places.forget(suite.source);
  }

  /** Opens the conversation of a task that was run, as text. */
  async openConversation(target: unknown): Promise<void> {
    const { id, result } = this.attemptOf(target);
    const uri = vscode.Uri.from({ scheme, path: `/${result.task.replaceAll('/', '-')}`, query: id });
    this.drawn.fire(uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  /** Asks whether a task that was run is to become training data. */
  async accept(target: unknown): Promise<void> {
    await this.acceptance(this.attemptOf(target));
  }

  dispose(): void {
    vscode.Disposable.from(...this.profiles, ...this.subscriptions).dispose();
  }

  /** @throws {UserError} `evaluation.notRun` */
  private attemptOf(target: unknown): Evaluated & { readonly id: string } {
    const id = isMessageTarget(target) ? target.test.id : isItem(target) ? target.id : '';
    const attempt = this.attempts.get(id);
    if (attempt) return { ...attempt, id };
    throw new UserError('evaluation.notRun', 'This task was not run in this window. Run it first.');
  }

  private async refresh(): Promise<void> {
    const sources = await this.places.find();
    const known = await Promise.all(sources.map((source) => this.load(source)));
    this.suites.clear();
    for (const suite of known) this.suites.set(suite.source.place, suite);
    this.controller.items.replace(known.map(({ item }) => item));
  }

  private async load(source: SuiteSource): Promise<KnownSuite> {
    const { place } = source;
    const uri = vscode.Uri.file(place);
    try {
      return this.plant(source, await this.tools.outline(source));
    } catch (error) {
      this.log.error(error);
      const item = this.controller.createTestItem(place, vscode.workspace.asRelativePath(uri), uri);
      item.error = sentence(error);
      return { source, item, tasks: [] };
    }
  }

  private plant(source: SuiteSource, { name, tasks, faults }: SuiteOutline): KnownSuite {
    const { place } = source;
    const uri = vscode.Uri.file(place);
    const item = this.controller.createTestItem(place, name, uri);
    item.description = vscode.workspace.asRelativePath(uri);
    if (faults.length > 0) {
      const head = vscode.l10n.t('{0} tasks cannot be read and are left out.', faults.length);
      item.error = [head, ...faults.map(({ file, line, sentence: what }) => `${file}:${line}: ${what}`)].join('\n');
    }
    const categories = new Map<string, vscode.TestItem>();
    const items = tasks.map((task, index) => {
      const parent =
        categories.get(task.category) ??
        this.controller.createTestItem(`${place}\n${task.category}`, task.category, uri);
      categories.set(task.category, parent);
      const leaf = this.controller.createTestItem(
        `${place}\n${task.category}\n${index}`,
        task.id,
        vscode.Uri.file(task.file),
      );
      leaf.description = firstLine(task);
      leaf.range = new vscode.Range(task.line - 1, 0, task.line - 1, 0);
      parent.children.add(leaf);
      return leaf;
    });
    item.children.replace([...categories.values()]);
    return { source, item, tasks: items };
  }

  /** One each endpoint; the chosen one is the one that the button takes. */
  private offerProfiles(): void {
    const { profiles, selected } = this.endpoints;
    const offered = selected === demoProfile || profiles.length === 0 ? [demoProfile, ...profiles] : profiles;
    const names = JSON.stringify([offered.map(({ name }) => name), selected?.name]);
    if (names === this.profileNames) return;
    this.profileNames = names;
    vscode.Disposable.from(...this.profiles).dispose();
    this.profiles = offered.map((profile) =>
      this.controller.createRunProfile(
        labelOf(profile),
        vscode.TestRunProfileKind.Run,
        (request, token) => this.run(profile, request, token),
        profile === selected,
      ),
    );
  }

  private async run(
    profile: EndpointProfile,
    request: vscode.TestRunRequest,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const run = this.controller.createTestRun(request, labelOf(profile));
    const stopping = new AbortController();
    const subscription = token.onCancellationRequested(() => stopping.abort());
    try {
      requireTrust();
      const access = await this.endpoints.accessTo(profile);
      for (const suite of this.suites.values()) {
        const due = dueIn(suite, request);
        if (due.size === 0) continue;
        const only = due.size === suite.tasks.length ? undefined : due;
        const wanted = { suite: suite.source, only, access };
        const resume = await this.mayResume(suite, await this.tools.unfinished(wanted));
        if (resume === undefined) continue;
        suite.tasks.forEach((item, index) => due.has(index) && run.enqueued(item));
        await this.tools.evaluate({ ...wanted, resume }, this.hearing(run, suite, due), stopping.signal);
        await this.results.refresh();
      }
    } catch (error) {
      if (!stopping.signal.aborted) {
        run.appendOutput(`${sentence(error)}\r\n`);
        report(this.log, error);
      }
    } finally {
      subscription.dispose();
      run.end();
    }
  }

  /** Undefined when the user wants neither. */
  private async mayResume({ item, tasks }: KnownSuite, done: number): Promise<boolean | undefined> {
    if (done === 0) return false;
    const resume = vscode.l10n.t('Go On');
    const anew = vscode.l10n.t('Begin Anew');
    const question = vscode.l10n.t('An evaluation of {0} at this endpoint stopped before its end.', item.label);
    const detail = vscode.l10n.t('{0} of {1} tasks are done.', done, tasks.length);
    const choice = await vscode.window.showInformationMessage(question, { modal: true, detail }, resume, anew);
    return choice === undefined ? undefined : choice === resume;
  }

  private hearing(run: vscode.TestRun, { tasks }: KnownSuite, due: ReadonlySet<number>) {
    return {
      begin(index: number): void {
        const item = tasks[index];
        if (item && due.has(index)) run.started(item);
      },
      result: (result: TaskResult, setting: EvaluationSetting): void => {
        const item = tasks[result.index];
        if (!item || !due.has(result.index)) return;
        this.attempts.set(item.id, { setting, result });
        run.appendOutput(conversationInWords(result).replaceAll('\n', '\r\n'), undefined, item);
        const milliseconds = result.time.totalMs;
        if (result.passed) run.passed(item, milliseconds);
        else if (result.ending === 'error') run.errored(item, messageOf(result, item), milliseconds);
        else run.failed(item, messageOf(result, item), milliseconds);
      },
    };
  }
}

/** The numbers of a suite's tasks that a request asks for. */
function dueIn({ tasks }: KnownSuite, { include, exclude }: vscode.TestRunRequest): Set<number> {
  const within = (item: vscode.TestItem, chosen: readonly vscode.TestItem[]): boolean => {
    for (let each: vscode.TestItem | undefined = item; each; each = each.parent) if (chosen.includes(each)) return true;
    return false;
  };
  return new Set(
    tasks.flatMap((item, index) =>
      (include === undefined || within(item, include)) && !within(item, exclude ?? []) ? [index] : [],
    ),
  );
}

function messageOf(result: TaskResult, item: vscode.TestItem): vscode.TestMessage {
  const { expected, answer } = result;
  const words = verdictInWords(result);
  const message =
    expected === null || result.ending !== 'completed'
      ? new vscode.TestMessage(words)
      : vscode.TestMessage.diff(words, expected, typeof answer === 'string' ? answer : (answer ?? []).join(', '));
  if (item.uri && item.range) message.location = new vscode.Location(item.uri, item.range);
  message.contextValue = failureContext;
  return message;
}

function firstLine({ text }: SuiteTask): string {
  const [line = ''] = text.trim().split('\n', 1);
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

/** @throws {UserError} `evaluation.untrusted` */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new UserError(
    'evaluation.untrusted',
    'In Restricted Mode no suite is run: its scripts and the model’s commands would run here. Trust this workspace first.',
  );
}

function isMessageTarget(value: unknown): value is { readonly test: vscode.TestItem } {
  return typeof value === 'object' && value !== null && 'test' in value && isItem(value.test);
}

function isItem(value: unknown): value is vscode.TestItem {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';
}
