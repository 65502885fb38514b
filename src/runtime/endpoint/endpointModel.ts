import { UserError } from '../../agent/errors';
import type { Model, ReplyChunk, ReplyRequest, Usage } from '../../agent/model';
import type { Endpoint } from './address';
import type { Admission } from './admission';
import { answer, type AnswerChunk, type AnswerTimeouts } from './answer';
import { chat } from './chat';
import { completions } from './completions';
import { createDeadline } from './deadline';
import type { Engine, Question } from './engine';
import { promptTooLong, timedOut } from './errors';
import type { EndpointFacts } from './facts';
import { watchGrammar, type GrammarMemory } from './grammarWatch';
import { defused, joinPrompt, promptPieces, turnPieces } from './llamaPrompt';
import type { EndpointNotice } from '../../agent/events';
import { ollama } from './ollama';
import { createPatience } from './patience';
import { chooseModel } from './probe';
import { endAtStop } from './stopStrings';
import { tgi } from './tgi';
import { createTokenCounter } from './tokens';

/** A model and the server that runs it. */
export interface EndpointModel extends Model {
  /** As they were last found: a server that was away may come back as another one. */
  readonly facts: EndpointFacts;
}

export interface ModelSettings extends AnswerTimeouts {
  readonly name: string;
  readonly contextLength: number;
  readonly temperature: number;
  readonly seed: number | undefined;
  /** Whether the action grammar is sent to servers that know one. */
  readonly constrain: boolean;
  readonly chat: boolean;
  /** Whether a reply that ran into its own limit goes on once. */
  readonly continueCut: boolean;
  /** Of a whole reply from its turn on, waits and all, in milliseconds; 0 means no limit. */
  readonly totalTimeoutMs: number;
  readonly patienceMs: number;
  readonly grammarMemory: GrammarMemory;
  readonly admission: Admission;
  /** Replies at a time, where the user knows better than the server. */
  readonly parallel: number | undefined;
  readonly onNotice: (notice: EndpointNotice) => void;
}

/** What one request asks for, of a reply that may take two. */
interface Part extends Pick<Question, 'prompt' | 'maxTokens'> {
  /** Our count. */
  readonly promptTokens: number;
  readonly constrained: boolean;
}

/** Ends every reply, whatever the task says: TGI and llama.cpp hand the end-of-text token on as text in some versions. */
const endOfText = '</s>';

export function endpointModel(
  endpoint: Endpoint,
  probed: EndpointFacts,
  probeAgain: (signal: AbortSignal) => Promise<EndpointFacts>,
  settings: ModelSettings,
): EndpointModel {
  const { name, contextLength, temperature, seed, onNotice, patienceMs } = settings;
  const countTokens = createTokenCounter();
  let facts = probed;
  let doubtful = false;

  /** The engine for the server that is there now. */
  async function currentEngine(signal: AbortSignal): Promise<Engine> {
    if (doubtful) facts = await probeAgain(signal);
    doubtful = false;
    return settings.chat ? chat : engineOf(facts);
  }

  /** After some failures the address may belong to another server; one that is not the same engine is asked at once. */
  async function isAnother(error: unknown, signal: AbortSignal): Promise<boolean> {
    const { code = '' } = UserError.is(error) ? error : {};
    doubtful ||= /^endpoint\.(?:unreachable|loading|not-found|unknown-model)$/.test(code);
    if (!/^endpoint\.(?:not-found|unknown-model)$/.test(code)) return false;
    const { engine } = facts;
    await currentEngine(signal);
    // Says which models there are, where this one is gone.
    chooseModel(endpoint, facts, name);
    return facts.engine !== engine;
  }

  async function* reply(request: ReplyRequest, outer: AbortSignal): AsyncGenerator<ReplyChunk> {
    const { totalTimeoutMs, admission, parallel = repliesAtATime(facts) } = settings;
    const leave = await admission.enter(parallel, outer, (ahead) => onNotice({ code: 'queued', ahead }));
    const deadline = createDeadline(outer);
    deadline.set(totalTimeoutMs, () => timedOut(endpoint, 'whole', totalTimeoutMs));
    try {
      yield* continued(request, deadline.signal);
    } finally {
      deadline.close();
      leave();
    }
  }

  /** A reply that was cut by its own limit goes on once, on from what it said. */
  async function* continued(request: ReplyRequest, signal: AbortSignal): AsyncGenerator<ReplyChunk> {
    const pieces = promptPieces(request.turns, request.system);
    const prompt = joinPrompt(pieces);
    const promptTokens = await countTokens(pieces);
    // One token stays free: SGLang refuses a request that fills the window.
    const room = contextLength - promptTokens - 1;
    if (room < 1) throw promptTooLong(promptTokens, contextLength);
    const maxTokens = Math.min(request.maxTokens, room);
    const first = { prompt, promptTokens, maxTokens, constrained: settings.constrain };

    // Where the server makes the prompt, nobody here knows it.
    let sent: Pick<ReplyChunk, 'prompt'> = settings.chat ? {} : { prompt };
    let said = '';
    let usage: Usage = { promptTokens, completionTokens: 0, cachedTokens: null };
    let cut = false;
    for await (const { finishReason, ...chunk } of attempts(request, first, signal)) {
      said += chunk.text;
      usage = chunk.usage ?? usage;
      cut ||= finishReason === 'length';
      if (finishReason && !cut) yield { ...sent, ...chunk, finishReason };
      else if (chunk.text || chunk.usage) yield { ...sent, ...chunk };
      else continue;
      sent = {};
    }
    if (!cut) return;

    const goOn = settings.continueCut && said !== '' && (await currentEngine(signal)).continues;
    // The count of the beginning has one token too many, for the `</s>` that does not follow it.
    const more = goOn ? Math.min(request.maxTokens, contextLength - (await countTokens([...pieces, said])) - 1) : 0;
    if (more < 1) {
      yield { text: '', finishReason: 'length' };
      return;
    }
    onNotice({ code: 'continued' });
    const second = {
      promptTokens,
      // Text of the model follows a space; some servers leave it out of what they send.
      prompt: prompt + (said.startsWith(' ') ? '' : ' ') + defused(said),
      maxTokens: more,
      // The grammar of a whole reply is not the one of its second half.
      constrained: false,
    };
    for await (const chunk of attempts(request, second, signal)) {
      // A snapshot of the whole reply: the prompt of its first half, the tokens of both.
      const completionTokens = usage.completionTokens + (chunk.usage?.completionTokens ?? 0);
      yield { ...chunk, ...(chunk.usage && { usage: { ...usage, completionTokens } }) };
    }
  }

  /** Asks until there is a first token, as often as patience lasts. */
  async function* attempts(
    request: ReplyRequest,
    { prompt, promptTokens, maxTokens, constrained }: Part,
    signal: AbortSignal,
  ): AsyncGenerator<ReplyChunk> {
    const patience = createPatience({ patienceMs, onNotice, known: true });
    for (;;) {
      let begun = false;
      let watch: ReturnType<typeof watchGrammar> | undefined;
      try {
        const engine = await currentEngine(signal);
        watch = constrained ? watchGrammar(endpoint, facts, request.grammar, settings) : undefined;
        const { system, turns, stop, grammar } = request;
        const grammarFields = watch?.fields ?? [];
        const rest = { model: name, system, turns, stop, grammar, grammarFields, contextLength, temperature, seed };
        const chunks = answer(endpoint, engine, { ...rest, prompt, maxTokens }, settings, signal);
        for await (const chunk of endAtStop(chunks, [...stop, endOfText])) {
          begun ||= chunk.text !== '';
          watch?.see(chunk.text, chunk.finishReason);
          yield withUsage(chunk, promptTokens);
        }
        return;
      } catch (error) {
        // Slots that share one context memory: each request fits, together they do not.
        if (UserError.is(error) && error.code === 'endpoint.memory-exhausted') settings.admission.narrow();
        if (signal.aborted || begun) throw error;
        if (watch?.rejected(error) || (await isAnother(error, signal))) continue;
        await patience(error, signal);
      } finally {
        if (!signal.aborted) watch?.leave();
      }
    }
  }

  return {
    name,
    contextLength,
    get facts() {
      return facts;
    },
    countTokens: async (turns, system) => countTokens(turnPieces(turns, system)),
    reply,
  };
}

/** llama.cpp works on so many, and may end those that come on top; the others batch what they get, or let it wait. */
function repliesAtATime({ engine, slots = 1 }: EndpointFacts): number {
  return engine === 'llamacpp' ? slots : Infinity;
}

function engineOf({ engine }: EndpointFacts): Engine {
  switch (engine) {
    case 'tgi':
      return tgi;
    case 'ollama':
      return ollama;
    default:
      return completions;
  }
}

/** Where the server does not count the prompt, our own count is exact. */
function withUsage({ usage, ...chunk }: AnswerChunk, promptTokens: number): ReplyChunk {
  return usage ? { ...chunk, usage: { ...usage, promptTokens: usage.promptTokens ?? promptTokens } } : chunk;
}
