import type { Turn } from '../src/agent/conversation';
import type { Model, ReplyChunk, ReplyRequest } from '../src/agent/model';

/** A reply from the list, or chunks of it, or what makes one out of the request. */
export type ScriptedReply =
  string | readonly ReplyChunk[] | ((request: ReplyRequest) => string | readonly ReplyChunk[]) | Error;

export interface ScriptedModel extends Model {
  /** What was asked so far, newest last. */
  readonly requests: readonly ReplyRequest[];
  /** Pieces of text that were handed out: what comes after the action must stay unread. */
  readonly delivered: readonly string[];
}

/** A model that plays a list of replies, a few characters at a time, and counts a token for every four characters. */
export function scriptedModel(
  replies: readonly ScriptedReply[],
  { contextLength = 4096, pieceLength = 7 }: { contextLength?: number; pieceLength?: number } = {},
): ScriptedModel {
  const requests: ReplyRequest[] = [];
  const delivered: string[] = [];
  return {
    name: 'scripted',
    contextLength,
    requests,
    delivered,
    countTokens: (turns: readonly Turn[]) =>
      Promise.resolve(turns.reduce((sum, { value }) => sum + Math.ceil(value.length / 4) + 4, 0)),
    async *reply(request, signal) {
      const scripted = replies[requests.length];
      requests.push(request);
      if (scripted === undefined) throw new Error(`The script has only ${replies.length} replies.`);
      if (scripted instanceof Error) throw scripted;
      const reply = typeof scripted === 'function' ? scripted(request) : scripted;
      for (const chunk of typeof reply === 'string' ? inPieces(reply, pieceLength) : reply) {
        await Promise.resolve();
        signal.throwIfAborted();
        delivered.push(chunk.text);
        yield chunk;
      }
    },
  };
}

function inPieces(reply: string, length: number): ReplyChunk[] {
  const pieces = reply.match(new RegExp(`[\\s\\S]{1,${length}}`, 'g')) ?? [];
  return [...pieces.map((text) => ({ text })), { text: '', finishReason: 'stop' as const }];
}
