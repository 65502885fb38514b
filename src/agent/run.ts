import type { Approve, ProposedAction } from './approval';
import { ContextBudget } from './budget';
import { gpt, human, type Turn } from './conversation';
import type { Environment, Execution, SandboxKind } from './environment';
import type { AgentEvent, Outcome, RunOrigin } from './events';
import type { FinishReason, Model, Usage } from './model';
import { withRemarks } from './remarks';
import { RepetitionWatch, repetitionRemark } from './repetition';
import { Stopwatch } from './stopwatch';
import { withInstruction, type RunCourse } from './steering';
import type { Action, FormatProblem, Observation, ParsedReply, Task } from './task';
import { cutOffProblem } from './tasks/reply';

export interface RunSettings {
  /** Becomes the id of the trajectory. */
  readonly id: string;
  readonly problem: string;
  /** Replies the model may give; the task's own limit where it is left out. */
  readonly stepLimit?: number | undefined;
  /** Tokens of one reply. */
  readonly replyTokens: number;
  /** What holds the commands of the environment. */
  readonly sandbox?: SandboxKind | undefined;
  /** Of the model and the prompt, for the record. */
  readonly origin?: RunOrigin | undefined;
  /**
   * The model is told nothing but what the environment says, as in the paper's evaluation: its first reply without an
   * action ends the run, and going round in circles is its own affair.
   */
  readonly unaided?: boolean;
}

export interface RunTools {
  readonly task: Task;
  readonly model: Model;
  readonly environment: Pick<Environment, 'execute'>;
  readonly approve: Approve;
  readonly course?: RunCourse;
  readonly signal: AbortSignal;
  /** Milliseconds of a clock that never goes back, e.g. `performance.now`. */
  readonly now: () => number;
}

/** Replies without an action that are answered with a reminder, one after the other, before the run ends. */
const remindersInARow = 2;

/** The share of the window that one observation may take; the task's own limit counts characters. */
const observationShare = 1 / 8;

/** The share of what a person says meanwhile. */
const instructionShare = 1 / 4;

/** Characters of the end of a long output that people get to see. */
const tailLength = 1000;

/**
 * Runs one task to its end: the model replies, its action is approved and executed, the observation goes back, until the
 * model finishes or answers, or something else ends it. Every step is an event; the last one is always `finished`.
 * Nothing is thrown: what goes wrong is a `failure` event and the outcome `failed`. Aborting `signal` ends the run as
 * `stopped`. The caller opens the environment and closes it.
 */
export function run(settings: RunSettings, tools: RunTools): AsyncIterable<AgentEvent> {
  return new Loop(settings, tools).events();
}

/** How a run, or a step of it, came to an end. */
interface End {
  readonly outcome: Outcome;
  readonly answer?: string | readonly string[];
}

class Loop {
  private readonly turns: Turn[] = [];
  private readonly repetition = new RepetitionWatch();
  private readonly clock: Stopwatch;
  private readonly stepLimit: number;
  private readonly earlier: readonly AgentEvent[];
  private usage: Usage = { promptTokens: 0, completionTokens: 0, cachedTokens: null };
  private steps = 0;
  private remindersSoFar = 0;

  constructor(
    private readonly settings: RunSettings,
    private readonly tools: RunTools,
  ) {
    this.clock = new Stopwatch(tools.now);
    this.earlier = tools.course?.earlier ?? [];
    const stepsBefore = this.earlier.filter(({ type }) => type === 'step').length;
    this.stepLimit = stepsBefore + (settings.stepLimit ?? tools.task.stepLimit);
  }

  async *events(): AsyncGenerator<AgentEvent, void> {
    const { id, problem, sandbox, origin } = this.settings;
    const { task, model } = this.tools;
    const started = { id, kind: task.kind, problem, model: model.name, stepLimit: this.stepLimit };
    yield { type: 'started', ...started, ...(sandbox && { sandbox }), ...(origin && { origin }) };
    const { outcome, answer = null } = yield* this.untilTheEnd();
    yield {
      type: 'finished',
      outcome,
      answer,
      steps: this.steps,
      usage: this.usage,
      time: this.clock.read(),
    };
  }

  private async *untilTheEnd(): AsyncGenerator<AgentEvent, End> {
    const { task, model, signal } = this.tools;
    try {
      if (this.earlier.length > 0) yield* this.repeat();
      else for (const turn of task.opening(this.settings.problem)) yield this.say(turn);
      const budget = new ContextBudget(model, this.settings.replyTokens, this.openingLength);
      while (this.steps < this.stepLimit) {
        const end = yield* this.step(budget);
        if (end) return end;
      }
      return { outcome: 'step-limit' };
    } catch (error) {
      if (signal.aborted) return { outcome: 'stopped' };
      yield { type: 'failure', error };
      return { outcome: 'failed' };
    }
  }

  /** What was said and done before this run goes on with it. */
  private *repeat(): Generator<AgentEvent> {
    for (const event of this.earlier) {
      if (event.type === 'turn') this.turns.push(event.turn);
      if (event.type === 'step') this.steps = event.step;
      yield event;
    }
  }

  private get openingLength(): number {
    const first = this.earlier.findIndex(({ type }) => type === 'step');
    const opening = first === -1 ? this.turns : this.earlier.slice(0, first).filter(({ type }) => type === 'turn');
    return opening.length;
  }

  /** One reply of the model and what follows from it; an End when the run is over. */
  private async *step(budget: ContextBudget): AsyncGenerator<AgentEvent, End | undefined> {
    this.steps++;
    yield { type: 'step', step: this.steps, limit: this.stepLimit };
    const reply = yield* this.ask(budget);
    const parsed = this.parse(reply);
    if ('problem' in parsed) return yield* this.remind(reply.text, parsed.problem, budget);
    this.remindersSoFar = 0;
    const { action, thought } = parsed;
    yield { type: 'action', step: this.steps, kind: action.kind, text: action.text, thought };
    switch (action.kind) {
      case 'finish':
        yield this.say(gpt(reply.text, { loss: true }));
        return { outcome: 'finished' };
      case 'answer':
        yield this.say(gpt(reply.text, { loss: true }));
        return { outcome: 'answered', answer: action.answer };
      case 'bash':
      case 'sql':
        return yield* this.act(action, thought, reply.text, budget);
    }
  }

  /** Tells a model that wrote no action what was wrong, twice at most, and not again what it was told already. */
  private async *remind(
    reply: string,
    problem: FormatProblem,
    budget: ContextBudget,
  ): AsyncGenerator<AgentEvent, End | undefined> {
    yield this.say(gpt(reply, { loss: false }));
    yield { type: 'notice', notice: { code: 'malformed', problem } };
    if (this.settings.unaided === true) return { outcome: 'malformed' };
    const verdict = this.repetition.see(reply, null);
    if (verdict !== 'fine') yield { type: 'notice', notice: { code: 'repetition' } };
    if (verdict === 'end') return { outcome: 'repeated' };
    if (this.remindersSoFar === remindersInARow) return { outcome: 'malformed' };
    this.remindersSoFar++;
    const reminder = withRemarks(this.tools.task.remind(problem), verdict === 'tell' ? repetitionRemark : undefined);
    const instruction = await this.instruction(budget);
    if (instruction !== undefined) yield { type: 'instruction', step: this.steps, text: instruction };
    yield this.say(human(withInstruction(reminder, instruction)));
    return undefined;
  }

  /** What a person has said meanwhile, as much of it as the window has room for. */
  private async instruction(budget: ContextBudget): Promise<string | undefined> {
    const said = this.tools.course?.instructions?.().join('\n\n').trim() ?? '';
    return said === '' ? undefined : budget.cut(said, Math.floor(this.tools.model.contextLength * instructionShare));
  }

  /** Streams one reply and stops reading at the end of its first complete action. */
  private async *ask(budget: ContextBudget): AsyncGenerator<AgentEvent, Reply> {
    const { task, model, signal } = this.tools;
    const { turns, promptTokens, omittedTurns, trimmed } = await budget.fit([...this.turns]);
    if (trimmed) yield { type: 'notice', notice: { code: 'trimmed', omittedTurns, promptTokens } };
    yield { type: 'context', promptTokens, reservedTokens: budget.reservedTokens, contextLength: model.contextLength };

    const request = { turns, maxTokens: budget.reservedTokens, stop: task.stop, grammar: task.grammar };
    let text = '';
    let received = '';
    let prompt: string | undefined;
    let finishReason: FinishReason | undefined;
    let usage: Usage | undefined;
    this.clock.start('model');
    for await (const chunk of model.reply(request, signal)) {
      finishReason = chunk.finishReason ?? finishReason;
      usage = chunk.usage ?? usage;
      prompt = chunk.prompt ?? prompt;
      received += chunk.text;
      const known = text;
      // The natural first token of Llama-2 brings a space along, which is no part of the reply.
      text = known === '' ? chunk.text.trimStart() : known + chunk.text;
      const end = task.actionEnd(text);
      if (end !== undefined) text = text.slice(0, end);
      if (text.length > known.length) yield { type: 'delta', text: text.slice(known.length) };
      if (end !== undefined) {
        finishReason = 'stop';
        break;
      }
    }
    this.clock.stop('model');
    signal.throwIfAborted();
    text = text.trimEnd();
    usage ??= { promptTokens, completionTokens: await this.countReply(text), cachedTokens: null };
    this.addUsage(usage);
    const { completionTokens } = usage;
    const exchange = { step: this.steps, prompt: prompt ?? null, reply: received, promptTokens, completionTokens };
    yield { type: 'exchange', ...exchange };
    return { text, finishReason };
  }

  /** A reply cut by the token limit is read only when its action is complete: an answer cut short would be a wrong one. */
  private parse({ text, finishReason }: Reply): ParsedReply {
    const { task } = this.tools;
    if (finishReason === 'length' && task.actionEnd(text) === undefined) return { problem: cutOffProblem };
    return task.parse(text);
  }

  private async *act(
    action: Extract<Action, { kind: 'bash' | 'sql' }>,
    thought: string,
    reply: string,
    budget: ContextBudget,
  ): AsyncGenerator<AgentEvent, End | undefined> {
    const { task, model, environment, approve, signal } = this.tools;
    const proposed: ProposedAction = { step: this.steps, kind: action.kind, text: action.text };
    this.clock.start('waiting');
    const decision = await approve(proposed, signal);
    this.clock.stop('waiting');
    signal.throwIfAborted();
    yield { type: 'approval', step: this.steps, decision };

    let execution: Execution | undefined;
    let observation: Observation;
    let instruction: string | undefined;
    let performed = action.text;
    switch (decision.verdict) {
      case 'stop':
        return { outcome: 'stopped' };
      case 'skip':
        // What the user refused is not to be learnt.
        yield this.say(gpt(reply, { loss: false }));
        observation = task.observeSkipped(decision.reason);
        instruction = await this.instruction(budget);
        break;
      case 'edit':
      case 'run': {
        performed = decision.verdict === 'edit' ? decision.text : action.text;
        const isOwn = performed === action.text;
        this.clock.start('environment');
        const [attempt] = await Promise.allSettled([environment.execute(performed, signal)]);
        this.clock.stop('environment');
        const isTouched = attempt.status === 'fulfilled' && attempt.value.interventions !== undefined;
        instruction = await this.instruction(budget);
        // What is no longer the model's own doing stays in the conversation, but nobody learns it: an edited action, one
        // whose outcome a person had a hand in, and one after which somebody had to say where to go.
        yield this.say(
          gpt(isOwn ? reply : task.compose(thought, { kind: action.kind, text: performed }), {
            loss: isOwn && !isTouched && instruction === undefined,
          }),
        );
        if (attempt.status === 'rejected') throw attempt.reason;
        signal.throwIfAborted();
        execution = attempt.value;
        observation = task.observe(execution);
      }
    }

    const verdict = this.settings.unaided === true ? 'fine' : this.repetition.see(performed, observation.text);
    const cut = await budget.cut(observation.text, Math.floor(model.contextLength * observationShare));
    const truncated = observation.truncated || cut !== observation.text || (execution?.omittedBytes ?? 0) > 0;
    const shown = cut === observation.text ? cut : cut + task.truncationMark;
    const text = withRemarks(shown, execution?.note, verdict === 'fine' ? undefined : repetitionRemark);
    yield {
      type: 'observation',
      step: this.steps,
      text,
      exitCode: execution?.exitCode ?? null,
      cwd: execution?.cwd ?? null,
      truncated,
      ...(truncated && execution && tailOf(execution, shown.length)),
      ...(execution?.result && { result: execution.result }),
      ...(execution?.interventions && { interventions: execution.interventions }),
    };
    if (instruction !== undefined) yield { type: 'instruction', step: this.steps, text: instruction };
    yield this.say(human(withInstruction(text, instruction)));
    if (verdict !== 'fine') yield { type: 'notice', notice: { code: 'repetition' } };
    return verdict === 'end' ? { outcome: 'repeated' } : undefined;
  }

  private say(turn: Turn): AgentEvent {
    this.turns.push(turn);
    return { type: 'turn', turn };
  }

  /** Where the stream was left early the server's count never arrives, so we count ourselves. */
  private async countReply(text: string): Promise<number> {
    return text === '' ? 0 : this.tools.model.countTokens([gpt(text, { loss: true })]);
  }

  private addUsage(step: Usage): void {
    const cachedTokens =
      step.cachedTokens === null && this.usage.cachedTokens === null
        ? null
        : (this.usage.cachedTokens ?? 0) + (step.cachedTokens ?? 0);
    this.usage = {
      promptTokens: this.usage.promptTokens + step.promptTokens,
      completionTokens: this.usage.completionTokens + step.completionTokens,
      cachedTokens,
    };
  }
}

/** What follows on the part that was read, at the end of an output. */
function tailOf({ output }: Execution, read: number): { readonly tail?: string } {
  const tail = output.slice(Math.max(read, output.length - tailLength)).trimEnd();
  return tail === '' ? {} : { tail };
}

interface Reply {
  readonly text: string;
  readonly finishReason: FinishReason | undefined;
}
