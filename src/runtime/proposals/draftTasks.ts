import { human } from '../../agent/conversation';
import { UserError } from '../../agent/errors';
import type { Model } from '../../agent/model';
import { readProposals, type Proposal } from '../../agent/proposal';
import type { TaskKind } from '../../agent/task';
import { chatSystem } from '../../agent/tasks/chat';
import { proposalPrompt, type PlaceDescription } from './prompt';
import { likeOneOf, wordsOf } from './similarity';

export interface DraftRequest {
  readonly kind: TaskKind;
  /** Tasks that are wanted. */
  readonly count: number;
  readonly place: PlaceDescription;
  /** What there is already: in words, and in the form of a proposal as far as it has one. */
  readonly known: readonly { readonly text: string; readonly proposal: Proposal | undefined }[];
}

/** What a model has proposed. Nothing of it has been run. */
export interface Drafts {
  readonly proposals: readonly Proposal[];
  /** Proposals that said again what was there. */
  readonly repeated: number;
  /** Why there are no more, where the endpoint is to blame. */
  readonly failure: UserError | undefined;
}

/** Tasks that are asked for at a time; examples of both kinds (Self-Instruct, part 2.2); rounds in a row that bring nothing. */
const perRound = 4;
const examples = { given: 6, own: 2 };
const patience = 3;
/** Tokens of a reply, and characters after which nobody listens any more. */
const replyTokens = 1024;
const replyLimit = 20_000;
/** Words of a task; the paper's are no longer than 150. */
const words = { least: 3, most: 150 };

/**
 * Asks a model for tasks until there are enough of them, or it has nothing new to say. Each round shows it tasks that were
 * made of what is there, and some of its own.
 * @param hear told how many there are
 * @throws {UserError} `endpoint.*` when it fails before there is any, `proposal.none` when it proposed nothing that can be
 *   read as a task
 */
export async function draftTasks(
  model: Model,
  { kind, count, place, known }: DraftRequest,
  hear: (drafted: number) => void,
  signal: AbortSignal,
): Promise<Drafts> {
  const given = [...known.flatMap(({ proposal }) => proposal ?? []), ...place.seeds];
  const texts = [...known.map(({ text }) => text), ...place.seeds.map(({ text }) => text)];
  const proposals: Proposal[] = [];
  let repeated = 0;
  let failure: UserError | undefined;
  for (let round = 0, idle = 0; proposals.length < count && idle < patience; round++) {
    const shown = [...inTurn(given, examples.given, round), ...inTurn(proposals, examples.own, round)];
    let reply: string;
    try {
      reply = await ask(model, kind, place.text, shown, Math.min(perRound, count - proposals.length), signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!UserError.is(error) || proposals.length === 0) throw error;
      failure = error;
      break;
    }
    const before = proposals.length;
    for (const proposal of readProposals(kind, reply)) {
      const { length } = wordsOf(proposal.text);
      if (proposals.length === count || length < words.least || length > words.most) continue;
      if (likeOneOf(proposal.text, texts) !== undefined) {
        repeated++;
        continue;
      }
      proposals.push(proposal);
      texts.push(proposal.text);
    }
    idle = proposals.length > before ? 0 : idle + 1;
    hear(proposals.length);
  }
  if (proposals.length > 0 || repeated > 0) return { proposals, repeated, failure };
  throw new UserError(
    'proposal.none',
    '{0} proposed nothing that can be read as a task. Try again, or ask a larger model.',
    [model.name],
  );
}

/** So many of a list, each time others. */
function inTurn<T>(all: readonly T[], count: number, round: number): T[] {
  const most = Math.min(count, all.length);
  return Array.from({ length: most }, (_, index) => all[(round * most + index) % all.length]).flatMap((one) =>
    one === undefined ? [] : [one],
  );
}

async function ask(
  model: Model,
  kind: TaskKind,
  place: string,
  shown: readonly Proposal[],
  count: number,
  signal: AbortSignal,
): Promise<string> {
  const maxTokens = Math.min(replyTokens, Math.floor(model.contextLength / 3));
  const turns = [
    human(await fitted(model, maxTokens, (text, few) => proposalPrompt(kind, text, few, count), place, shown)),
  ];
  const request = { system: chatSystem, turns, maxTokens, stop: [], grammar: { regex: '', gbnf: '' } };
  let reply = '';
  for await (const { text } of model.reply(request, signal)) {
    reply += text;
    if (reply.length > replyLimit) break;
  }
  signal.throwIfAborted();
  return reply;
}

/** The prompt with as much of the place, and as many of the examples, as the window has room for. */
async function fitted(
  model: Model,
  reserved: number,
  prompt: (place: string, shown: readonly Proposal[]) => string,
  place: string,
  shown: readonly Proposal[],
): Promise<string> {
  let [text, few] = [place, shown];
  for (;;) {
    const words = prompt(text, few);
    if ((await model.countTokens([human(words)], chatSystem)) < model.contextLength - reserved) return words;
    if (few.length > 3) few = few.slice(0, -1);
    else if (text.length > 100) text = text.slice(0, Math.floor(text.length * 0.8));
    else return words;
  }
}
