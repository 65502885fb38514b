import { UserError } from '../../agent/errors';
import type { Model, ReplyChunk, ReplyRequest } from '../../agent/model';
import type { Endpoint } from './address';
import { answer, type AnswerChunk, type AnswerTimeouts } from './answer';
import { chat } from './chat';
import { completions } from './completions';
import { createDeadline } from './deadline';
import type { AnswerUsage, Engine, Question } from './engine';
import { promptTooLong, timedOut } from './errors';
import type { EndpointFacts } from './facts';
import { watchGrammar, type GrammarMemory } from './grammarWatch';
import { joinPrompt, promptPieces, turnPieces } from './llamaPrompt';
import type { EndpointNotice } from './notice';
import { ollama } from './ollama';
import { createPatience } from './patience';
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
  /** Whether the action grammar is sent to servers that know one. */
  readonly constrain: boolean;
  readonly chat: boolean;
  /** Whether a reply that ran into its own limit goes on once. */
  readonly continueCut: boolean;
  /** Of a whole reply, waits and all, in milliseconds; 0 means no limit. */
  readonly totalTimeoutMs: number;
  readonly patienceMs: number;
  readonly grammarMemory: GrammarMemory;
  readonly onNotice: (notice: EndpointNotice) => void;
}

/** Ends every reply, whatever the task says: TGI and llama.cpp hand the end-of-text token on as text in some versions. */
const endOfText = '</s>';

export function endpointModel(
  endpoint: Endpoint,
  probed: EndpointFacts,
  probeAgain: (signal: AbortSignal) => Promise<EndpointFacts>,
  settings: ModelSettings,
): EndpointModel {
  const { name, contextLength, temperature, onNotice, patienceMs } = settings;
  const countTokens = createTokenCounter();
  let facts = probed;
  let doubtful = false;

  /** The engine for the server that is there now. */
  async function currentEngine(signal: AbortSignal): Promise<Engine> {
    if (doubtful) facts = await probeAgain(signal);
    doubtful = false;
    return settings.chat ? chat : engineOf(facts);
  }

  async function* reply(request: ReplyRequest, outer: AbortSignal): AsyncGenerator<ReplyChunk> {
    outer.throwIfAborted();
    const { totalTimeoutMs } = settings;
    const deadline = createDeadline(outer);
    deadline.set(totalTimeoutMs, () => timedOut(endpoint, 'whole', totalTimeoutMs));
    try {
      yield* continued(request, deadline.signal);
    } finally {
      deadline.close();
    }
  }

  /** A reply that was cut by its own limit goes on once, on from what it said. */
  async function* continued(request: ReplyRequest, signal: AbortSignal): AsyncGenerator<ReplyChunk> {
    const pieces = promptPieces(request.turns);
    const prompt = joinPrompt(pieces);
    const promptTokens = await countTokens(pieces);
    // One token stays free: SGLang refuses a request that fills the window.
    const room = contextLength - promptTokens - 1;
    if (room < 1) throw promptTooLong(promptTokens, contextLength);
    const question = { prompt, maxTokens: Math.min(request.maxTokens, room), constrained: settings.constrain };

    let said = '';
    let usage: AnswerUsage | undefined;
    let cut = false;
    for await (const { finishReason, ...chunk } of attempts(request, question, signal)) {
      said += chunk.text;
      usage = chunk.usage ?? usage;
      cut ||= finishReason === 'length';
      const passed = { text: chunk.text, ...withUsage(chunk.usage, promptTokens) };
      if (finishReason && !cut) yield { ...passed, finishReason };
      else if (chunk.text || chunk.usage) yield passed;
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
    const rest = {
      // Text of the model follows a space; some servers leave it out of what they send.
      prompt: prompt + (said.startsWith(' ') ? '' : ' ') + said,
      maxTokens: more,
      // The grammar of a whole reply is not the one of its second half.
      constrained: false,
    };
    for await (const chunk of attempts(request, rest, signal)) {
      const { text, finishReason } = chunk;
      const both = chunk.usage && {
        ...chunk.usage,
        completionTokens: chunk.usage.completionTokens + (usage?.completionTokens ?? 0),
      };
      const snapshot = both && {
        ...both,
        promptTokens: usage?.promptTokens,
        cachedTokens: usage?.cachedTokens ?? null,
      };
      yield { text, ...(finishReason && { finishReason }), ...withUsage(snapshot, promptTokens) };
    }
  }

  /** Asks until there is a first token, as often as patience lasts. */
  async function* attempts(
    request: ReplyRequest,
    { prompt, maxTokens, constrained }: Pick<Question, 'prompt' | 'maxTokens'> & { readonly constrained: boolean },
    signal: AbortSignal,
  ): AsyncGenerator<AnswerChunk> {
    const patience = createPatience({ patienceMs, onNotice, known: true });
    for (;;) {
      let begun = false;
      let watch: ReturnType<typeof watchGrammar> | undefined;
      try {
        const engine = await currentEngine(signal);
        watch = constrained ? watchGrammar(endpoint, facts, request.grammar, settings) : undefined;
        const { turns, stop, grammar } = request;
        const grammarFields = watch?.fields ?? [];
        const rest = { model: name, turns, stop, grammar, grammarFields, contextLength, temperature };
        const chunks = answer(endpoint, engine, { ...rest, prompt, maxTokens }, settings, signal);
        for await (const chunk of endAtStop(chunks, [...stop, endOfText])) {
          begun ||= chunk.text !== '';
          watch?.see(chunk.text, chunk.finishReason);
          yield chunk;
        }
        return;
      } catch (error) {
        if (signal.aborted || begun) throw error;
        if (UserError.is(error) && mayHaveChanged.has(error.code)) doubtful = true;
        if (!watch?.rejected(error)) await patience(error, signal);
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
    countTokens: async (turns) => countTokens(turnPieces(turns)),
    reply,
  };
}

/** After these the address may belong to another server, or to another version of it. */
const mayHaveChanged = new Set(['endpoint.unreachable', 'endpoint.not-found', 'endpoint.loading']);

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
function withUsage(usage: AnswerUsage | undefined, promptTokens: number): Pick<ReplyChunk, 'usage'> {
  return usage ? { usage: { ...usage, promptTokens: usage.promptTokens ?? promptTokens } } : {};
}
