import { gpt, human, type Turn } from './conversation';
import type { AgentEvent, Outcome, RunOrigin } from './events';
import type { Model, Usage } from './model';
import type { RunCourse } from './steering';
import { Stopwatch } from './stopwatch';
import { chatBudget, chatRequest } from './tasks/chat';

export interface ConversationSettings {
  readonly id: string;
  /** The user's first words. */
  readonly problem: string;
  /** Tokens of one reply. */
  readonly replyTokens: number;
  readonly origin?: RunOrigin | undefined;
}

export interface ConversationTools {
  readonly model: Model;
  /** Says what the user says next: a conversation waits for it after each reply. */
  readonly course: Spoken & Pick<RunCourse, 'earlier'>;
  readonly signal: AbortSignal;
  /** Milliseconds of a clock that never goes back, e.g. `performance.now`. */
  readonly now: () => number;
}

/** What the user says. */
type Spoken = Required<Pick<RunCourse, 'instructions' | 'saidSomething'>>;

/**
 * A conversation that is no task: the model replies to what the user says, and nobody learns from it. It ends when the
 * signal is aborted, or when a reply fails; never by itself. Events and promises are those of `run`.
 */
export async function* converse(
  settings: ConversationSettings,
  tools: ConversationTools,
): AsyncGenerator<AgentEvent, void> {
  const { id, problem, origin } = settings;
  const { model, course, signal, now } = tools;
  const clock = new Stopwatch(now);
  const turns: Turn[] = [];
  let steps = 0;
  let usage: Usage = { promptTokens: 0, completionTokens: 0, cachedTokens: null };
  let outcome: Outcome = 'stopped';

  const say = (turn: Turn): AgentEvent => {
    turns.push(turn);
    return { type: 'turn', turn };
  };

  /** What was said before this conversation goes on with it. */
  function* repeat(earlier: readonly AgentEvent[]): Generator<AgentEvent> {
    for (const event of earlier) {
      if (event.type === 'turn') turns.push(event.turn);
      if (event.type === 'step') steps = event.step;
      yield event;
    }
  }

  const budget = chatBudget(model, settings.replyTokens);

  async function* reply(): AsyncGenerator<AgentEvent> {
    steps++;
    yield { type: 'step', step: steps, limit: steps };
    const fitted = await budget.fit([...turns]);
    const { promptTokens, omittedTurns, trimmed } = fitted;
    if (trimmed) yield { type: 'notice', notice: { code: 'trimmed', omittedTurns, promptTokens } };
    yield { type: 'context', promptTokens, reservedTokens: budget.reservedTokens, contextLength: model.contextLength };
    let text = '';
    let used: Usage | undefined;
    clock.start('model');
    for await (const chunk of model.reply(chatRequest(fitted.turns, budget), signal)) {
      used = chunk.usage ?? used;
      // The natural first token of Llama-2 brings a space along, which is no part of the reply.
      const more = text === '' ? chunk.text.trimStart() : chunk.text;
      text += more;
      if (more !== '') yield { type: 'delta', text: more };
    }
    clock.stop('model');
    signal.throwIfAborted();
    if (used) {
      usage = {
        ...usage,
        promptTokens: usage.promptTokens + used.promptTokens,
        completionTokens: usage.completionTokens + used.completionTokens,
      };
    }
    yield say(gpt(text.trimEnd(), { loss: false }));
    yield { type: 'replied', step: steps };
  }

  yield { type: 'started', id, kind: 'chat', problem, model: model.name, stepLimit: 0, ...(origin && { origin }) };
  try {
    if (course.earlier) yield* repeat(course.earlier);
    else yield say(human(problem));
    for (;;) {
      if (turns.at(-1)?.from === 'human') yield* reply();
      const text = await nextWords(course, signal);
      yield { type: 'instruction', step: steps, text };
      yield say(human(text));
    }
  } catch (error) {
    if (!signal.aborted) {
      outcome = 'failed';
      yield { type: 'failure', error };
    }
  }
  yield { type: 'finished', outcome, answer: null, steps, usage, time: clock.read() };
}

/** What the user says next, however long that takes. @throws when the signal is aborted */
async function nextWords({ instructions, saidSomething }: Spoken, signal: AbortSignal): Promise<string> {
  for (;;) {
    const said = instructions().join('\n\n').trim();
    if (said !== '') return said;
    await saidSomething(signal);
    signal.throwIfAborted();
  }
}
