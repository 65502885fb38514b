import { gpt, human, type Turn } from '../conversation';
import { UserError } from '../errors';
import type { FinishReason, Model } from '../model';

/** What AgentLM read before the general dialogues of its training (AgentTuning, FastChat's template `llama-2`). */
export const chatSystem = 'You are a helpful, respectful and honest assistant.';

/** What happens while the model replies; `ended` comes last. */
export type ChatEvent =
  /** So many of the oldest turns have no room in the window any more, in all. */
  | { readonly type: 'forgotten'; readonly turns: number }
  | { readonly type: 'delta'; readonly text: string }
  | { readonly type: 'ended'; readonly reason: FinishReason };

/** A conversation that is no task: text for text. */
export interface Chat {
  /**
   * Says something to the model. A reply that is stopped stays as far as it came; what was said in vain, because it failed
   * before there was a reply, is as if it had never been said.
   * @throws {UserError} `chat.too-long`, `endpoint.*`
   */
  say(text: string, signal: AbortSignal): AsyncGenerator<ChatEvent, void>;
}

/** After turns were left out, how much of the room is used: a prompt that grows keeps the server's prefix cache. */
const trimTo = 0.6;

/** @param replyTokens wanted for a reply; it gets no more than half of the window */
export function createChat(model: Model, replyTokens: number): Chat {
  let turns: readonly Turn[] = [];
  let forgotten = 0;
  const maxTokens = Math.min(replyTokens, Math.floor(model.contextLength / 2));
  // One token stays free: SGLang refuses a request that fills the window.
  const room = model.contextLength - maxTokens - 1;

  /** How many of the oldest turns are left out, an exchange at a time. The newest one always stays. */
  async function leaveOut(all: readonly Turn[]): Promise<number> {
    let out = forgotten;
    let tokens = await model.countTokens(all.slice(out), chatSystem);
    const target = tokens > room ? trimTo * room : room;
    while (tokens > target && all.length - out > 1) {
      out += 2;
      tokens = await model.countTokens(all.slice(out), chatSystem);
    }
    if (tokens <= room) return out;
    throw new UserError(
      'chat.too-long',
      'The message needs {0} tokens, and {1} of the {2} that the model can read are free for it. Shorten it.',
      [tokens, room, model.contextLength],
    );
  }

  return {
    async *say(text, signal) {
      const asked = [...turns, human(text)];
      const out = await leaveOut(asked);
      if (out > forgotten) yield { type: 'forgotten', turns: out };
      forgotten = out;
      const request = {
        system: chatSystem,
        turns: asked.slice(out),
        maxTokens,
        stop: [],
        grammar: { regex: '', gbnf: '' },
      };
      let reply = '';
      let reason: FinishReason = 'stop';
      try {
        for await (const chunk of model.reply(request, signal)) {
          // The natural first token of Llama-2 brings a space along, which is no part of the reply.
          const piece = reply === '' ? chunk.text.trimStart() : chunk.text;
          reply += piece;
          reason = chunk.finishReason ?? reason;
          if (piece !== '') yield { type: 'delta', text: piece };
        }
      } finally {
        if (reply !== '') turns = [...asked, gpt(reply, { loss: false })];
      }
      yield { type: 'ended', reason };
    },
  };
}
