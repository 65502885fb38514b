/** A way into a JSON value: `['tasks', 3, 'check']`. */
export type Path = readonly (string | number)[];

/** `tasks[3].check`, and `the file` for the whole. */
export function nameOf(path: Path): string {
  const name = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return name === '' ? 'the file' : name.replace(/^\./, '');
}

/**
 * The line, from 1, on which the value at a path begins; that of the nearest value around it where it is missing.
 * @param text valid JSON
 */
export function lineOf(text: string, path: Path): number {
  let best = { depth: -1, at: 0 };
  for (const { at, place } of valuesOf(text)) {
    if (
      place.length > best.depth &&
      place.length <= path.length &&
      place.every((step, depth) => step === path[depth])
    ) {
      best = { depth: place.length, at };
    }
  }
  return text.slice(0, best.at).split('\n').length;
}

/**
 * The lines, from 1, on which the items of the list at a path begin.
 * @param text valid JSON
 */
export function linesOfItems(text: string, list: Path): number[] {
  const lines: number[] = [];
  let line = 1;
  let counted = 0;
  for (const { at, place } of valuesOf(text)) {
    if (place.length !== list.length + 1 || !list.every((step, depth) => step === place[depth])) continue;
    line += text.slice(counted, at).split('\n').length - 1;
    counted = at;
    lines.push(line);
  }
  return lines;
}

/** Every value of a JSON text in its order: where it begins, and the way to it, which is only good until the next. */
function* valuesOf(text: string): Generator<{ readonly at: number; readonly place: Path }> {
  const here: (string | number)[] = [];
  let key: string | undefined;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g)) {
    if (token === ':') continue;
    if (token === ',') {
      const last = here.at(-1);
      if (typeof last === 'number') here[here.length - 1] = last + 1;
      key = undefined;
      continue;
    }
    if (token === ']' || token === '}') {
      here.pop();
      key = undefined;
      continue;
    }
    const inObject = here.length > 0 && typeof here.at(-1) === 'string';
    if (inObject && key === undefined) {
      key = JSON.parse(token) as string;
      here[here.length - 1] = key;
      continue;
    }
    yield { at: index, place: here };
    if (token === '[') here.push(0);
    if (token === '{') here.push('');
    key = undefined;
  }
}
