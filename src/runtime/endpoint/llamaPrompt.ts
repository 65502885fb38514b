import type { Turn } from '../../agent/conversation';

/**
 * The Llama-2 chat prompt, in pieces: human, gpt, human, …, the first and the last human. This is the text AgentLM was trained on
 * (FastChat 0.2.31 `llama-2`, AgentTuning's TGI client): values stripped, the first `<s>` left to the server, nothing after the
 * last `[/INST]`. Each piece is what a tokenizer sees between two special tokens or at a word's start, so that
 *
 *     prompt  h1 + (' ' + g1 + '</s><s>') + h2 + …      tokens  Σ (1 + tokens of the piece)
 *
 * the 1 being `<s>` before a human piece and `</s>` after a gpt piece.
 *
 * The prompt of a longer conversation extends the shorter one's byte by byte, so that the server's prefix cache holds: nothing
 * here depends on the time, the place or the number of turns. Two turns of one speaker in a row become one, because the
 * template knows strict alternation only; a human turn is never empty, because `[INST]  [/INST]` is other tokens than the
 * model has seen.
 *
 * No text can speak for the template: markers in a turn's value are defused, in what the environment printed and equally in
 * what the model said, which may be a quotation of it. The conversation itself keeps the original.
 */
export function promptPieces(turns: readonly Turn[], system?: string): readonly string[] {
  if (turns[0]?.from !== 'human' || turns.at(-1)?.from !== 'human') {
    throw new Error('A prompt begins and ends with a human turn');
  }
  return turnPieces(turns, system);
}

/** The pieces that turns become within a prompt, whatever comes before and after them. */
export function turnPieces(turns: readonly Turn[], system?: string): readonly string[] {
  const preface = system === undefined ? '' : `<<SYS>>\n${inert(system)}\n<</SYS>>\n\n`;
  return speakerTurns(turns).map(({ from, text }, index) =>
    from === 'gpt' ? `${text} ` : `[INST] ${index === 0 ? preface : ''}${text} [/INST]`,
  );
}

/** What each speaker said, in turn, ready for any template: merged, stripped, defused. */
export function speakerTurns(
  turns: readonly Turn[],
): readonly { readonly from: Turn['from']; readonly text: string }[] {
  return mergeSpeakers(turns).map(({ from, texts }) => ({
    from,
    text: texts.join('\n\n') || (from === 'human' ? nothingSaid : ''),
  }));
}

/** The bytes that are sent. */
export function joinPrompt(pieces: readonly string[]): string {
  return pieces.map((piece, index) => (index % 2 === 0 ? piece : ` ${piece}</s><s>`)).join('');
}

const nothingSaid = '(no output)';

/** Every marker of the Llama-2 chat format. Servers read `<s>` and `</s>` in raw text as the special tokens they name. */
const markers = /\[(?=\/?INST\])|<(?=<\/?SYS>>|\/?s>)/g;

interface SpeakerTurn {
  readonly from: Turn['from'];
  /** Of consecutive turns, the empty ones left out. */
  readonly texts: string[];
}

function mergeSpeakers(turns: readonly Turn[]): readonly SpeakerTurn[] {
  const merged: SpeakerTurn[] = [];
  for (const { from, value } of turns) {
    const text = inert(value);
    const last = merged.at(-1);
    const speaker = last?.from === from ? last : { from, texts: [] };
    if (speaker !== last) merged.push(speaker);
    if (text) speaker.texts.push(text);
  }
  return merged;
}

/** The text with no power: stripped, markers broken by a zero-width space, and nothing in it that UTF-8 cannot carry. */
function inert(text: string): string {
  return defused(strip(text));
}

/** The text with its markers broken, and not a character moved. */
export function defused(text: string): string {
  return text.replace(markers, '$&\u200B').replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** Python's `str.strip()`, which made the training text: `trim()` also takes U+FEFF and leaves U+001C–U+001F and U+0085. */
function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && whitespace.has(text.charCodeAt(start))) start++;
  while (end > start && whitespace.has(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const whitespace: ReadonlySet<number> = new Set([
  0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003,
  0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
]);
