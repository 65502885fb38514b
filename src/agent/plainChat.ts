import { gpt, human, type Turn } from './conversation';

/** A message of a conversation that is no task. */
export interface PlainMessage {
  readonly from: 'system' | 'human' | 'gpt';
  readonly text: string;
}

/** What is put in where a conversation does not begin, or does not end, with the human: the Llama-2 format knows no other. */
const opening = 'Hello.';
const goOn = 'Go on.';

/** A conversation as a prompt is made of it. */
export interface PlainConversation {
  /** Undefined where the system says nothing. */
  readonly system: string | undefined;
  readonly turns: readonly Turn[];
}

/**
 * A conversation in the one form that Llama-2 was trained on: human and model in turn, the human first and last, and all
 * that the system says before the first of them. Messages of one speaker in a row become one, and empty ones are left out.
 */
export function plainConversation(messages: readonly PlainMessage[]): PlainConversation {
  const said = messages.filter(({ text }) => text.trim() !== '');
  const system = said.filter(({ from }) => from === 'system').map(({ text }) => text);
  const spoken: { readonly from: 'human' | 'gpt'; readonly texts: string[] }[] = [];
  for (const { from, text } of said) {
    if (from === 'system') continue;
    const last = spoken.at(-1);
    if (last?.from === from) last.texts.push(text);
    else spoken.push({ from, texts: [text] });
  }
  if (spoken[0]?.from !== 'human') spoken.unshift({ from: 'human', texts: [opening] });
  if (spoken.at(-1)?.from !== 'human') spoken.push({ from: 'human', texts: [goOn] });
  const turns = spoken.map(({ from, texts }) =>
    from === 'human' ? human(texts.join('\n\n')) : gpt(texts.join('\n\n'), { loss: false }),
  );
  return { system: system.length === 0 ? undefined : system.join('\n\n'), turns };
}
