import { readChunk, settings } from './completions';
import type { Engine } from './engine';
import { speakerTurns } from './llamaPrompt';
import { openAIEvents } from './openaiStream';

interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/**
 * The chat route, for a gateway that has no other. The server puts the turns into whatever format it believes in, and for
 * AgentLM, whose tokenizer brings no template, most believe in a wrong one: vLLM refuses, llama.cpp takes ChatML. So this engine
 * is used only by a user who says so. A reply cannot be continued: a last message of the model is a finished one to most servers.
 */
export const chat: Engine = {
  route: '/v1/chat/completions',
  continues: false,
  async ask(endpoint, question, signal) {
    const messages = speakerTurns(question.turns).map(({ from, text }): Message =>
      from === 'human' ? { role: 'user', content: text } : { role: 'assistant', content: text },
    );
    if (question.system !== undefined) messages.unshift({ role: 'system', content: question.system });
    const body = { model: question.model, messages, ...settings(question) };
    return openAIEvents(endpoint, '/v1/chat/completions', body, signal);
  },
  read: readChunk,
};
