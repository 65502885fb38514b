/** A fenced code block of a reply. `end` is the index after the closing fence; undefined while the block is open. */
export interface Block {
  readonly start: number;
  readonly end: number | undefined;
  readonly language: string;
  readonly body: string;
}

/** One line break everywhere, and none of the spaces that the Llama-2 template puts around a reply. */
export function normalise(reply: string): string {
  return reply.replace(/\r\n?/g, '\n').trim();
}

/** All fenced blocks, in order. A block ends at the first line that begins with a fence, as in the paper's harness. */
export function blocks(text: string): Block[] {
  const found: Block[] = [];
  const opening = /^[ \t]*```[ \t]*([\w+-]*)[^\n`]*\n/gm;
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    const bodyStart = opening.lastIndex;
    const closing = /^[ \t]*```/m.exec(text.slice(bodyStart));
    const bodyEnd = closing ? bodyStart + closing.index : text.length;
    const end = closing ? bodyEnd + closing[0].length : undefined;
    found.push({
      start: match.index,
      end,
      language: (match[1] ?? '').toLowerCase(),
      body: text.slice(bodyStart, bodyEnd).replace(/\n$/, ''),
    });
    if (end === undefined) break;
    opening.lastIndex = end;
  }
  return found;
}

/** True when a position lies inside one of the blocks, so that what stands there is code and no action line. */
function inside(position: number, all: readonly Block[]): boolean {
  return all.some(({ start, end }) => position >= start && position < (end ?? Infinity));
}

/** A line that names an action, e.g. `Act: bash`. */
export interface ActionLine {
  /** In small letters. */
  readonly name: string;
  readonly start: number;
  /** Where the name ends. */
  readonly end: number;
}

/** The lines that name an action behind a label, outside of code. */
export function actionLines(text: string, label: 'Act' | 'Action', code: readonly Block[]): ActionLine[] {
  return [...text.matchAll(new RegExp(`^[ \\t]*${label}:[ \\t]*([\\w-]+)`, 'gim'))]
    .map((match) => ({
      name: (match[1] ?? '').toLowerCase(),
      start: match.index,
      end: match.index + match[0].length,
    }))
    .filter(({ start }) => !inside(start, code));
}

/** Words for a reply that the token limit cut before its action was complete. */
export const cutOffProblem = {
  code: 'cut-off',
  sentence: 'Your reply was cut off because it was too long, before its action was complete.',
} as const;

export const emptyProblem = { code: 'empty', sentence: 'Your reply was empty.' } as const;
