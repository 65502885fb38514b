import vocabulary from './llamaVocabulary.txt';
import { NumberHeap } from './numberHeap';

/** Runs of spaces were put into the vocabulary by hand: they are made when nothing else can be. */
const last = 2 ** 16;

/**
 * The tokens of the Llama-2 vocabulary but its special ones and its bytes, each with its rank. The vocabulary was learnt by
 * merging, and is in the order of learning: of two merges that are possible, the one that makes the earlier token comes first.
 */
const ranks = new Map(vocabulary.split('\n').map((token, place) => [token, token.endsWith(' ') ? last : place]));

/** The words of a data set repeat. Longer ones are no words, and seldom come again. */
const longestKnown = 40;
const knownLimit = 200_000;
const known = new Map<string, number>();

/**
 * Tokens of a text in the true Llama-2 vocabulary, read as the start of a text or of what follows a special token (a space goes
 * before it). Special tokens are not counted, neither around the text nor in it.
 * Loading this file builds the vocabulary, some 10 ms: import it when it is needed.
 */
export function tokenCount(text: string): number {
  return words(text).reduce((sum, word) => sum + wordCount(word), 0);
}

/** The tokens of a text, each as the stretch of text that it stands for; the bytes of one character stay together. */
export function tokenPieces(text: string): string[] {
  const pieces: string[] = [];
  let bytes = '';
  const endBytes = (): void => {
    if (bytes !== '') pieces.push(Buffer.from(bytes, 'hex').toString('utf8'));
    bytes = '';
  };
  for (const token of words(text).flatMap(tokensOf)) {
    if (token.startsWith(byteMark)) {
      bytes += token.slice(byteMark.length);
      continue;
    }
    endBytes();
    pieces.push(token);
  }
  endBytes();
  // The space that goes before a text is none of it.
  return pieces.map((piece, index) => (index === 0 ? piece.slice(1) : piece));
}

/** No token has a space after another character, so words can be merged one by one. */
function words(text: string): readonly string[] {
  // The vocabulary writes a space as this character, and so takes it for one.
  return text === '' ? [] : (` ${text.replaceAll('▁', ' ')}`.match(/ *[^ ]+| +$/g) ?? []);
}

function wordCount(word: string): number {
  const before = known.get(word);
  if (before !== undefined) return before;
  const count = tokensOf(word).length;
  if (word.length > longestKnown) return count;
  if (known.size === knownLimit) known.clear();
  // A copy: a piece of a text keeps the whole of it in memory.
  known.set(Array.from(word).join(''), count);
  return count;
}

/** Begins a token that is a byte, followed by its two digits. No token of text holds a line break, so it merges with nothing. */
const byteMark = '\n';

function tokensOf(word: string): readonly string[] {
  return merged(Array.from(word).flatMap((character) => (ranks.has(character) ? character : bytesOf(character))));
}

function bytesOf(character: string): readonly string[] {
  return Array.from(Buffer.from(character), (byte) => byteMark + byte.toString(16).padStart(2, '0'));
}

/** Positions in a word are below this, so that a merge is one number: its rank, then its place. */
const places = 2 ** 32;

/** Merges neighbours as long as they make a token: the earliest token of the vocabulary first, the leftmost of these. */
function merged(tokens: string[]): readonly string[] {
  const next = tokens.map((_, place) => place + 1);
  const previous = tokens.map((_, place) => place - 1);
  /** Of what each token makes with the one after it; entries of the queue that say something else are out of date. */
  const rankAt: (number | undefined)[] = [];
  const queue = new NumberHeap();

  const consider = (place: number): void => {
    const [token, following] = [tokens[place], tokens[next[place] ?? Infinity]];
    const rank = token === undefined || following === undefined ? undefined : ranks.get(token + following);
    rankAt[place] = rank;
    if (rank !== undefined) queue.push(rank * places + place);
  };

  for (let place = 0; place < tokens.length; place++) consider(place);
  for (let first = queue.pop(); first !== undefined; first = queue.pop()) {
    const place = first % places;
    if (rankAt[place] !== Math.floor(first / places)) continue;
    const gone = next[place] ?? Infinity;
    const after = next[gone] ?? Infinity;
    tokens[place] = `${tokens[place]}${tokens[gone]}`;
    tokens[gone] = '';
    rankAt[gone] = undefined;
    next[place] = after;
    if (after < tokens.length) previous[after] = place;
    consider(place);
    const before = previous[place] ?? -1;
    if (before >= 0) consider(before);
  }
  return tokens.filter((token) => token !== '');
}
