import { ContextBudget } from '../budget';
import { gpt, human, type Turn } from '../conversation';
import type { FinishReason, Model, ReplyRequest } from '../model';

/** What AgentLM read before the general dialogues of its training (AgentTuning, FastChat's template `llama-2`). */
export const chatSystem = 'You are a helpful, respectful and honest assistant.';

/** What happens while the model replies; `ended` comes last. */
export type ChatEvent =
  /** So many turns after the first have no room in the window any more, in all. */
  | { readonly type: 'forgotten'; readonly turns: number }
  | { readonly type: 'delta'; readonly text: string }
  | { readonly type: 'ended'; readonly reason: FinishReason };

/** A conversation that is no task: text for text. */
export interface Chat {
  /**
   * Says something to the model. A reply that is stopped stays as far as it came; what was said in vain, because it failed
   * before there was a reply, is as if it had never been said.
   * @throws {UserError} `run.too-long`, `endpoint.*`
   */
  say(text: string, signal: AbortSignal): AsyncGenerator<ChatEvent, void>;
}

/**
 * Decides what of a conversation fits into the window, beside its system text and a reply.
 * @param replyTokens wanted for a reply; it gets no more than half of the window
 */
export function chatBudget(model: Model, replyTokens: number): ContextBudget {
  const { contextLength } = model;
  const countTokens = async (turns: readonly Turn[]): Promise<number> => model.countTokens(turns, chatSystem);
  return new ContextBudget({ contextLength, countTokens }, replyTokens, 1);
}

/** What the model is asked: text, held to no grammar. */
export function chatRequest(turns: readonly Turn[], { reservedTokens }: ContextBudget): ReplyRequest {
  return { system: chatSystem, turns, maxTokens: reservedTokens, stop: [], grammar: { regex: '', gbnf: '' } };
}

/** @param replyTokens wanted for a reply */
export function createChat(model: Model, replyTokens: number): Chat {
  const budget = chatBudget(model, replyTokens);
  let turns: readonly Turn[] = [];

  return {
    async *say(text, signal) {
      const asked = [...turns, human(text)];
      const fitted = await budget.fit(asked);
      if (fitted.trimmed) yield { type: 'forgotten', turns: fitted.omittedTurns };
      let reply = '';
      let reason: FinishReason = 'stop';
      try {
        for await (const chunk of model.reply(chatRequest(fitted.turns, budget), signal)) {
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
