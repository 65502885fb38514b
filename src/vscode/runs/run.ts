import * as vscode from 'vscode';
import type { Decision, ProposedAction } from '../../agent/approval';
import { UserError } from '../../agent/errors';
import type { AgentEvent, EventOf } from '../../agent/events';
import { ended, type RecordedEvent, type RunRecord } from '../../agent/runRecord';
import { reviewed, unreviewed, type ReviewLine, type RunReview } from '../../agent/runReview';
import { unstarted, type RunRequest, type StartRun } from '../../agent/session';
import type { TerminalSession } from '../../agent/environment';
import { TrajectoryRecorder, type Trajectory } from '../../agent/trajectory';

/** What the user has said to the agent that it has not read yet. */
export interface WaitingInstruction {
  readonly id: number;
  readonly text: string;
}

/** One run as the surfaces see it: its events so far, the question that is open, and what became of it. */
export class Run implements vscode.Disposable {
  /** Everything heard so far, in order, and when. */
  readonly recorded: RecordedEvent[] = [];
  /** What the user said of it. */
  review: RunReview = unreviewed;
  /** The live shell, once it is open. */
  terminal: TerminalSession | undefined;

  private readonly stopping = new AbortController();
  private readonly recorder = new TrajectoryRecorder();
  private readonly heard = new vscode.EventEmitter<AgentEvent>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly said = new vscode.EventEmitter<ReviewLine>();
  private question: { readonly action: ProposedAction; answer(decision: Decision): void } | undefined;
  private started: EventOf<'started'> | undefined;
  private ended = false;
  private instructions: readonly WaitingInstruction[] = [];
  private instructionCount = 0;

  readonly onEvent = this.heard.event;
  /** `phase`, `awaiting`, `terminal`, `waiting` or `review` is another one now. */
  readonly onDidChange = this.changed.event;
  /** Each thing that the user says of it, as it is said. */
  readonly onReview = this.said.event;
  /** Settles when the run has ended and everything it opened is closed. Never rejects. */
  readonly done: Promise<void>;

  private constructor(
    readonly request: RunRequest,
    /** Milliseconds since 1970. */
    readonly askedAt: number,
    begin: (run: Run) => Promise<void>,
    /** It has a terminal of its own: its shell opens in another one only when it is asked for. */
    readonly inTerminal = false,
  ) {
    this.done = begin(this);
  }

  /** @param earlier what it goes on from; it begins where there is nothing */
  static start(request: RunRequest, startRun: StartRun, inTerminal = false, earlier?: readonly AgentEvent[]): Run {
    return new Run(request, Date.now(), async (run) => run.listen(startRun, earlier), inTerminal);
  }

  /** One of an earlier window. */
  static restore(record: RunRecord): Run {
    const { header, events, review } = ended(record);
    return new Run(header, header.askedAt, async (run) => {
      for (const recorded of events) run.remember(recorded);
      run.review = review;
      run.ended = true;
    });
  }

  /** That of its trajectory; undefined until the run has begun. */
  get id(): string | undefined {
    return this.started?.id;
  }

  get events(): readonly AgentEvent[] {
    return this.recorded.map(({ event }) => event);
  }

  /** Whether something goes on in it: a conversation whose turn is the user's rests. */
  get active(): boolean {
    return !this.ended && !this.listening;
  }

  /** A conversation that waits for what the user says next. */
  get listening(): boolean {
    return !this.ended && this.recorded.at(-1)?.event.type === 'replied';
  }

  get phase(): 'opening' | 'running' | 'ended' {
    if (this.ended) return 'ended';
    return this.started ? 'running' : 'opening';
  }

  /** The action that waits for a decision. */
  get awaiting(): ProposedAction | undefined {
    return this.question?.action;
  }

  /** What the agent will read behind its next observation. */
  get waiting(): readonly WaitingInstruction[] {
    return this.instructions;
  }

  /** @throws {UserError} when it has ended */
  instruct(text: string): void {
    if (this.ended) throw new UserError('run.ended', 'This task has ended. Start a new one.');
    this.instructions = [...this.instructions, { id: this.instructionCount++, text }];
    this.changed.fire();
  }

  /** Takes an instruction back; one that the agent has read by now stays said. */
  withdraw(id: number): void {
    this.instructions = this.instructions.filter((instruction) => instruction.id !== id);
    this.changed.fire();
  }

  get trajectory(): Trajectory | undefined {
    return this.recorder.trajectory;
  }

  /** Answers the open question; false when it is another one, or its text is not the one that was shown. */
  decide(step: number, shown: string, decision: Decision): boolean {
    const { question } = this;
    if (question?.action.step !== step || question.action.text !== shown) return false;
    question.answer(decision);
    return true;
  }

  stop(): void {
    this.stopping.abort();
  }

  get verdict(): RunReview['verdict'] {
    return this.review.verdict;
  }

  /** @throws {UserError} when it was judged before */
  judge(verdict: 'accepted' | 'rejected'): void {
    if (this.verdict !== 'undecided') {
      throw new UserError('record.decided', 'This trajectory was already accepted or rejected.');
    }
    this.say({ type: 'verdict', verdict });
  }

  /** Says something of the run; of two things on the same, the later one holds. */
  say(line: ReviewLine): void {
    this.review = reviewed(this.review, line);
    this.said.fire(line);
    this.changed.fire();
  }

  dispose(): void {
    this.stop();
    this.heard.dispose();
    this.changed.dispose();
    this.said.dispose();
  }

  private async listen(startRun: StartRun, earlier: readonly AgentEvent[] | undefined): Promise<void> {
    // The first listeners subscribe after the constructor: nothing may be heard before.
    await Promise.resolve();
    try {
      this.stopping.signal.throwIfAborted();
      const session = await startRun(
        this.request,
        (action, signal) => this.ask(action, signal),
        this.stopping.signal,
        (notice) => this.hear({ type: 'notice', notice }),
        {
          instructions: () => this.takeInstructions(),
          saidSomething: async (signal) => this.saidSomething(signal),
          earlier,
        },
      );
      this.terminal = session.terminal;
      this.changed.fire();
      for await (const event of session.events) this.hear(event);
    } catch (error) {
      const { signal } = this.stopping;
      if (!signal.aborted) this.hear({ type: 'failure', error });
      // Not where only the closing failed, after the end.
      if (!this.recorder.trajectory) this.hear(unstarted(signal));
    } finally {
      this.ended = true;
      this.changed.fire();
    }
  }

  private async saidSomething(signal: AbortSignal): Promise<void> {
    while (this.instructions.length === 0 && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const subscription = this.onDidChange(() => resolve());
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      subscription.dispose();
    }
  }

  private takeInstructions(): readonly string[] {
    const taken = this.instructions.map(({ text }) => text);
    this.instructions = [];
    if (taken.length > 0) this.changed.fire();
    return taken;
  }

  private remember(recorded: RecordedEvent): void {
    const { event } = recorded;
    if (event.type === 'started') this.started = event;
    const last = this.recorded.at(-1);
    // The pieces of a reply are one event: what they say matters, and a long run has a million of them.
    if (event.type === 'delta' && last?.event.type === 'delta') {
      const text = last.event.text + event.text;
      this.recorded[this.recorded.length - 1] = { at: last.at, event: { type: 'delta', text } };
    } else {
      this.recorded.push(recorded);
    }
    this.recorder.hear(event);
  }

  private hear(event: AgentEvent): void {
    this.remember({ at: Date.now() - this.askedAt, event });
    this.heard.fire(event);
    if (event.type === 'started' || event.type === 'replied' || event.type === 'instruction') this.changed.fire();
  }

  private async ask(action: ProposedAction, signal: AbortSignal): Promise<Decision> {
    if (signal.aborted) return { verdict: 'stop' };
    const { promise, resolve } = Promise.withResolvers<Decision>();
    const stop = (): void => resolve({ verdict: 'stop' });
    signal.addEventListener('abort', stop);
    try {
      this.question = { action, answer: resolve };
      this.changed.fire();
      return await promise;
    } finally {
      signal.removeEventListener('abort', stop);
      this.question = undefined;
      this.changed.fire();
    }
  }
}
