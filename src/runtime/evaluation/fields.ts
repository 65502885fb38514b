import type { Path } from './jsonPlace';

/** A value of a file that somebody else wrote, and where it stands there. */
export interface Field {
  readonly value: unknown;
  readonly path: Path;
}

/** A value that is not what it should be. */
export class BadValue extends Error {
  override readonly name = 'BadValue';
  /** @param problem the end of the sentence that begins with the name of the value, e.g. `is not a string` */
  constructor(
    readonly path: Path,
    readonly problem: string,
  ) {
    super(problem);
  }
}

/** @throws {BadValue} also for keys that are not in `keys`, where those are told */
export function members(field: Field, keys?: readonly string[]): (key: string) => Field | undefined {
  const { value, path } = field;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadValue(path, 'is not an object');
  const found = new Map<string, unknown>(Object.entries(value));
  for (const key of found.keys()) {
    if (keys && !keys.includes(key)) {
      throw new BadValue([...path, key], `is not known here; known are ${keys.join(', ')}`);
    }
  }
  return (key) => (found.has(key) ? { value: found.get(key), path: [...path, key] } : undefined);
}

/** @throws {BadValue} */
export function required(field: Field | undefined, around: Field, key: string): Field {
  if (field === undefined) throw new BadValue([...around.path, key], 'is missing');
  return field;
}

/** @throws {BadValue} */
export function text({ value, path }: Field): string {
  if (typeof value !== 'string') throw new BadValue(path, 'is not a string');
  return value;
}

/** @throws {BadValue} */
export function items({ value, path }: Field): Field[] {
  if (!Array.isArray(value)) throw new BadValue(path, 'is not a list');
  return value.map((item: unknown, index) => ({ value: item, path: [...path, index] }));
}

/** @throws {BadValue} */
export function oneOf<T extends string>(field: Field, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === field.value);
  if (found === undefined) throw new BadValue(field.path, `is not one of ${allowed.join(', ')}`);
  return found;
}

/** One, or a list of them. */
export function oneOrMore(field: Field): Field[] {
  return Array.isArray(field.value) ? items(field) : [field];
}
