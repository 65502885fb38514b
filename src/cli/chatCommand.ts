import { createInterface, type Interface } from 'node:readline';
import { styleText } from 'node:util';
import { UserError } from '../agent/errors';
import { visible } from '../agent/hiddenCharacters';
import { createChat, type Chat } from '../agent/tasks/chat';
import { openPlainModel } from '../runtime/plainModel';
import type { ChatArguments } from './chatArguments';
import { exitCodes, failureCode } from './exitCodes';
import { ownEndpoint, type OwnEndpoint } from './ownEndpoint';
import { describeNotice } from './print';
import { proxyFor } from './proxy';

/**
 * Talks with a model: a line is a message, and its reply goes to standard output. At a terminal Ctrl-C stops a reply, and
 * ends the conversation between two; everything else that is said goes to standard error.
 * @returns the exit code
 */
export async function chatCommand(
  args: ChatArguments,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const say = (text: string): void => void process.stderr.write(styleText('dim', `${visible(text)}\n`));
  let own: OwnEndpoint | undefined;
  try {
    own = await ownEndpoint(args, signal);
    const { endpoint, model, apiKey, context, replyTokens = 512 } = { ...args, ...own?.place };
    const access = { baseUrl: endpoint, apiKey, model, contextLength: context, proxy: proxyFor(endpoint, process.env) };
    const opened = await openPlainModel({ ...access, onNotice: (notice) => say(describeNotice(notice)) }, signal);
    return await converse(createChat(opened, replyTokens), opened.name, { write, say }, signal);
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    if (!UserError.is(error)) throw error;
    say(error.message);
    return failureCode(error);
  } finally {
    await own?.close();
  }
}

interface Terminal {
  readonly write: (text: string) => void;
  readonly say: (text: string) => void;
}

/** Somebody at a terminal may say it again; a script hears of the first failure. */
async function converse(chat: Chat, name: string, { write, say }: Terminal, signal: AbortSignal): Promise<number> {
  const { isTTY } = process.stdin;
  const input = createInterface({ input: process.stdin, output: process.stderr, terminal: isTTY, prompt: '> ' });
  const stop = listen(input, signal);
  try {
    if (isTTY) say(`${name}. Ctrl-C stops a reply, Ctrl-D ends.`);
    if (isTTY) input.prompt();
    for await (const line of input) {
      if (line.trim() !== '') {
        const stopped = stop.next();
        try {
          await printReply(chat, line, { write, say }, stopped);
        } catch (error) {
          signal.throwIfAborted();
          if (!stopped.aborted && (!isTTY || !UserError.is(error))) throw error;
          say(stopped.aborted ? 'Stopped.' : (error as UserError).message);
        }
      }
      if (isTTY) input.prompt();
    }
    signal.throwIfAborted();
    return exitCodes.success;
  } finally {
    stop.end();
    input.close();
  }
}

/** readline takes Ctrl-C for itself: it stops the reply under way, and where there is none, the conversation. */
function listen(input: Interface, signal: AbortSignal): { next(): AbortSignal; end(): void } {
  let reply = new AbortController();
  reply.abort();
  const end = (): void => input.close();
  input.on('SIGINT', () => (reply.signal.aborted ? end() : reply.abort()));
  signal.addEventListener('abort', end);
  return {
    next() {
      reply = new AbortController();
      return AbortSignal.any([signal, reply.signal]);
    },
    end: () => signal.removeEventListener('abort', end),
  };
}

async function printReply(chat: Chat, text: string, { write, say }: Terminal, signal: AbortSignal): Promise<void> {
  let open = false;
  try {
    for await (const event of chat.say(text, signal)) {
      if (event.type === 'forgotten') say(`The window is full: ${event.turns} earlier messages are left out.`);
      if (event.type === 'ended' && event.reason === 'length') say('\nThe reply ran into its token limit.');
      if (event.type !== 'delta') continue;
      open = true;
      write(visible(event.text));
    }
  } finally {
    if (open) write('\n');
  }
}
