/**
 * The values of a `Final Answer: [...]` line, as text: strings without their quotes, numbers as they were spelled
 * (the score compares spellings), None, null and booleans by name, nested lists as they stand. Reads JSON and Python.
 * Undefined when the text is no list.
 */
export function readList(text: string): string[] | undefined {
  if (!text.startsWith('[') || !text.endsWith(']')) return undefined;
  const values: string[] = [];
  for (const part of splitTopLevel(text.slice(1, -1))) {
    const value = part.trim();
    if (value === '') continue;
    values.push(isQuoted(value) ? unescape(value.slice(1, -1)) : value);
  }
  return values;
}

/** Splits at commas that stand in no string and in no bracket. */
function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    if (character === '"' || character === "'") {
      index = stringEnd(text, index);
    } else if ('[({'.includes(character)) {
      depth++;
    } else if ('])}'.includes(character)) {
      depth--;
    } else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/**
 * Index of the quote that closes the string which begins at `open`. Models forget to escape, as in ['it's']: a quote
 * closes only where a value can end. Without one, the string runs to the end.
 */
function stringEnd(text: string, open: number): number {
  const quote = text[open];
  for (let index = open + 1; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === quote && /^\s*(?:[,\])}]|$)/.test(text.slice(index + 1))) return index;
  }
  return text.length;
}

function isQuoted(value: string): boolean {
  return value.length >= 2 && (value[0] === '"' || value[0] === "'") && value.at(-1) === value[0];
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };

function unescape(text: string): string {
  return text.replace(/\\(?:u([\da-f]{4})|x([\da-f]{2})|(.))/gis, (_, unicode?: string, hex?: string, one?: string) => {
    const code = unicode ?? hex;
    if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
    return escapes[one ?? ''] ?? one ?? '';
  });
}
