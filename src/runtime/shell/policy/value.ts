/**
 * A stretch of a text that does not exist yet, and what is known of it. `name` is what a glob matches: no slash, no
 * leading dot. `path` leads down from the folder before it, through any number of folders, and ends with a slash.
 */
export type Piece =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'number' }
  | { readonly is: 'name' }
  | { readonly is: 'path' }
  | { readonly is: 'anything' };

export type Shape = readonly Piece[];

/** What a word can become when bash expands it: one of these shapes. */
export interface Value {
  readonly shapes: readonly Shape[];
  /** It may become several words, or none: the expansion is not quoted. */
  readonly splits: boolean;
}

/** More alternatives than these are no longer told apart. */
const mostShapes = 48;
/** A text that variables make longer than the longest command is no longer followed. */
const longestText = 20_000;

export const anything: Value = { shapes: [[{ is: 'anything' }]], splits: false };
export const number: Value = { shapes: [[{ is: 'number' }]], splits: false };

export function text(value: string): Value {
  return { shapes: [[{ is: 'text', text: value }]], splits: false };
}

export function shaped(...shape: Piece[]): Value {
  return { shapes: [shape], splits: false };
}

/** One after the other: each shape of the first with each of the second. */
export function join(first: Value, second: Value): Value {
  const splits = first.splits || second.splits;
  const shapes = first.shapes.flatMap((a) => second.shapes.map((b) => merged([...a, ...b])));
  const tooLong = shapes.some((shape) => shape.length > mostShapes || lengthOf(shape) > longestText);
  return shapes.length > mostShapes || tooLong ? { ...anything, splits } : { shapes, splits };
}

function lengthOf(shape: Shape): number {
  return shape.reduce((length, piece) => length + (piece.is === 'text' ? piece.text.length : 1), 0);
}

/** Texts that touch become one; an empty one goes. */
function merged(pieces: Shape): Shape {
  const shape: Piece[] = [];
  for (const piece of pieces) {
    const last = shape.at(-1);
    if (piece.is === 'text' && last?.is === 'text')
      shape[shape.length - 1] = { is: 'text', text: last.text + piece.text };
    else shape.push(piece);
  }
  return shape.length > 1 ? shape.filter((piece) => piece.is !== 'text' || piece.text !== '') : shape;
}

/** Either of them. */
export function union(...values: readonly Value[]): Value {
  const shapes = new Map(values.flatMap((value) => value.shapes).map((shape) => [JSON.stringify(shape), shape]));
  const splits = values.some((value) => value.splits);
  return shapes.size > mostShapes ? { ...anything, splits } : { shapes: [...shapes.values()], splits };
}

/** The text, where there is only one that it can become. */
export function literalOf({ shapes: [shape, ...others], splits }: Value): string | undefined {
  if (!shape || others.length > 0 || splits) return undefined;
  let whole = '';
  for (const piece of shape) {
    if (piece.is !== 'text') return undefined;
    whole += piece.text;
  }
  return whole;
}

/** The text, where nothing but a number in it is open: some number stands for it. */
export function sampleOf({ shapes, splits }: Value): string | undefined {
  const numbered = shapes.map((shape) =>
    shape.map((piece): Piece => (piece.is === 'number' ? { is: 'text', text: '1' } : piece)),
  );
  return literalOf({ shapes: numbered, splits });
}

/** True where nothing but digits, and perhaps a sign, can come out: nothing that arithmetic could take for code. */
export function isNumeric({ shapes }: Value): boolean {
  return shapes.every((shape) =>
    shape.every((piece) => piece.is === 'number' || (piece.is === 'text' && /^[-+\d\s.%]*$/.test(piece.text))),
  );
}

/** True where it can become an option: it begins with a dash, or with who knows what. */
export function mayBeOption({ shapes, splits }: Value): boolean {
  if (splits) return true;
  return shapes.some((shape) => {
    const [first] = shape.filter((piece) => piece.is !== 'text' || piece.text !== '');
    if (first === undefined || first.is === 'number') return false;
    return first.is !== 'text' || first.text.startsWith('-');
  });
}

/** True where bash would cut the text into words, or take part of it for a glob, if nobody quoted it. */
export function splitsUnquoted({ shapes }: Value): boolean {
  return !shapes.every(
    (shape) =>
      shape.length > 0 &&
      shape.every((piece) => piece.is === 'number' || (piece.is === 'text' && /^[^\s*?[\]\\]+$/.test(piece.text))),
  );
}
