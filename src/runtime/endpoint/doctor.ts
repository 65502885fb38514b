import { setTimeout as sleep } from 'node:timers/promises';
import { gpt, human, type Turn } from '../../agent/conversation';
import { UserError } from '../../agent/errors';
import type { Model, ReplyRequest, Usage } from '../../agent/model';
import type { Endpoint } from './address';
import { connect, type EndpointOptions } from './connect';
import * as verdict from './doctorVerdicts';
import type { Check, Sample } from './doctorVerdicts';
import type { EndpointModel } from './endpointModel';
import type { EndpointFacts } from './facts';
import { readJson, send } from './http';
import { joinPrompt, promptPieces } from './llamaPrompt';
import { createMetricsReader } from './metrics';
import type { EndpointNotice } from '../../agent/events';
import { isRecord } from '../../agent/json';
import { openEndpoint } from './openEndpoint';
import { serverTokens } from './serverTokens';

export type { Check } from './doctorVerdicts';

export interface Report {
  readonly engine: EndpointFacts['engine'] | null;
  readonly version: string | null;
  readonly models: readonly string[];
  /** Tokens; null where the server does not say. */
  readonly contextLength: number | null;
  readonly checks: readonly Check[];
}

/**
 * Finds out what is wrong with an endpoint, in four short replies. Yields each check as it is done and returns the whole; a check that
 * cannot be made because of an earlier failure is left out. Nothing is thrown but the signal's reason and bugs.
 *
 * @param options those that runs use: what is tested is what will happen
 */
export async function* diagnose(options: EndpointOptions, signal: AbortSignal): AsyncGenerator<Check, Report> {
  const checks: Check[] = [];
  let facts: EndpointFacts | undefined;
  const examination = examine(options, signal, (found) => (facts = found));
  try {
    for await (const check of examination) {
      checks.push(check);
      yield check;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!UserError.is(error)) throw error;
    const check: Check = { id: facts ? 'reply' : 'probe', status: 'fail', detail: error.message };
    checks.push(check);
    yield check;
  }
  return {
    engine: facts?.engine ?? null,
    version: facts?.version ?? null,
    models: facts?.models?.map(({ id }) => id) ?? [],
    contextLength: facts?.contextLength ?? null,
    checks,
  };
}

async function* examine(
  options: EndpointOptions,
  signal: AbortSignal,
  tell: (facts: EndpointFacts) => void,
): AsyncGenerator<Check> {
  const notices: EndpointNotice[] = [];
  const settings = { ...options, continueCut: false, grammarMemory: new Map(), onNotice: notices.push.bind(notices) };
  const endpoint = await openEndpoint(options);
  const model = await connect({ ...settings, constrain: false }, signal);
  const { facts } = model;
  tell(facts);
  yield verdict.probed(facts, options.chat ?? false);
  yield verdict.contextSeen(facts, model);
  yield verdict.metricsSeen(facts);

  const first = await ask(model, counting, signal);
  const ids = await serverTokens(endpoint, facts, model.name, joinPrompt(promptPieces(conversation)), signal);
  yield verdict.promptBytes({
    ids,
    idsExpected: await model.countTokens(conversation),
    // TGI does not count prompts: the number would be ours.
    counted: facts.engine === 'tgi' ? undefined : first.usage?.promptTokens,
    countExpected: await model.countTokens(counting.turns),
  });
  yield verdict.streamed(first);
  yield verdict.firstToken(first);
  yield verdict.speed(first);

  const second = await ask(model, { ...counting, turns: goOn(counting.turns, first.text), maxTokens: 4 }, signal);
  yield verdict.prefixCache(facts, second.usage);

  if (facts.grammar !== 'none' && options.constrain !== false) {
    const constrained = await connect({ ...settings, constrain: true }, signal);
    const { text } = await ask(constrained, choosing, signal);
    yield verdict.grammarKept(facts, notices, text);
  } else yield verdict.grammarUnused(facts, options.constrain === false);

  yield await stopped(endpoint, model, signal);
}

/** With `</s><s>` in it, which a server must read as the special tokens. */
const conversation: readonly Turn[] = [
  human('How many files are in /etc?'),
  gpt('Think: I count them.\n\nAct: bash\n\n```bash\nls /etc | wc -l\n```', { loss: true }),
  human('The output of the OS:\n\n196'),
];

/** Longer than the blocks of 16 tokens that vLLM caches, and with an answer of some length. */
const counting: ReplyRequest = {
  turns: [
    human(
      'Count from one to fifty in words, each number on a line of its own, and write nothing else: no digits, no introduction, ' +
        'no remark at the end. Do not leave a number out, do not repeat one, and do not stop before you have come to fifty.',
    ),
  ],
  maxTokens: 48,
  stop: ['</s>'],
  grammar: { regex: '', gbnf: '' },
};

/** What no model says by itself. */
const choosing: ReplyRequest = {
  ...counting,
  turns: [human('Hello! How are you?')],
  grammar: {
    regex: ' ?(alpha|beta) (gamma|delta)',
    gbnf: 'root ::= " "? ("alpha" | "beta") " " ("gamma" | "delta")\n',
  },
};

function goOn(turns: readonly Turn[], reply: string): readonly Turn[] {
  return [...turns, gpt(reply || 'one', { loss: true }), human('Go on.')];
}

async function ask(model: Model, request: ReplyRequest, signal: AbortSignal): Promise<Sample> {
  const began = performance.now();
  let text = '';
  let pieces = 0;
  let firstMs: number | undefined;
  let lastMs = 0;
  let usage: Usage | undefined;
  for await (const chunk of model.reply(request, signal)) {
    usage = chunk.usage ?? usage;
    if (!chunk.text) continue;
    text += chunk.text;
    pieces++;
    lastMs = performance.now() - began;
    firstMs ??= lastMs;
  }
  return { text, pieces, firstMs, lastMs, usage };
}

/** How long a server may take to notice that nobody listens any more. */
const stopWithinMs = 3000;

/** Leaves a long reply after its first token and looks whether the server goes on. */
async function stopped(endpoint: Endpoint, model: EndpointModel, signal: AbortSignal): Promise<Check> {
  const busy = activityOf(endpoint, model.facts);
  const before = await busy(signal);
  const request = { ...counting, maxTokens: 1024 };
  for await (const { text } of model.reply(request, signal)) if (text) break;
  if (before === undefined) return verdict.abortUnseen();
  if (before > 0) return verdict.abortHidden(before);
  const began = performance.now();
  for (;;) {
    const now = await busy(signal);
    const elapsed = performance.now() - began;
    if (now === 0 || now === undefined || elapsed > stopWithinMs) return verdict.abortSeen(now === 0, elapsed);
    await sleep(100, undefined, { signal });
  }
}

/** How many requests the server works on; undefined where it does not say. */
function activityOf(
  endpoint: Endpoint,
  { engine, metrics }: EndpointFacts,
): (signal: AbortSignal) => Promise<number | undefined> {
  if (engine === 'llamacpp') return async (signal) => busySlots(endpoint, signal);
  const read = createMetricsReader(endpoint);
  return async (signal) => (metrics ? (await read(signal))?.running : undefined);
}

async function busySlots(endpoint: Endpoint, signal: AbortSignal): Promise<number | undefined> {
  try {
    const slots = await readJson(endpoint, await send(endpoint, `${endpoint.address}/slots`, { signal }));
    return Array.isArray(slots)
      ? slots.filter((slot) => isRecord(slot) && slot['is_processing'] === true).length
      : undefined;
  } catch (error) {
    if (UserError.is(error)) return undefined;
    throw error;
  }
}
