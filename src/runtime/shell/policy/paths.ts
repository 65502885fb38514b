import { broadFolders, plainPaths, secretNames, secretPaths } from './secrets';
import type { Piece, Shape, Value } from './value';

/** The folders a shell can be in; undefined where nobody knows. */
export type Folders = readonly string[] | undefined;

/**
 * What a program tells of the files it is given: that they are there, which lines fit a pattern, or all that is in them.
 */
export type Use = 'names' | 'matches' | 'contents';

/** What can be wrong with a file that is to be read. */
export type PathProblem = 'secret' | 'uncertain' | 'everything';

/** What is wrong with reading the file that a word names, in every folder the shell can be in. */
export function problemOf({ shapes }: Value, use: Use, folders: Folders): PathProblem | undefined {
  const problems = shapes
    .flatMap((shape) => [shape, ...withoutOption(shape)])
    .flatMap((shape) => problemOfShape(shape, use, folders) ?? []);
  return problems.find((problem) => problem === 'secret') ?? problems[0];
}

function problemOfShape(shape: Shape, use: Use, folders: Folders): PathProblem | undefined {
  const own = componentsOf(shape);
  if (!isPlain(shape) && namesSecret(own, use)) return 'secret';
  if (shape.some(({ is }) => is === 'anything')) return use === 'names' ? undefined : 'uncertain';
  if (shape.every(({ is }) => is === 'number')) return undefined;
  const absolute = isAbsolute(shape) || isHome(shape);
  if (!absolute && folders === undefined) {
    return use !== 'names' && shape.some(({ is }) => is === 'name') ? 'uncertain' : undefined;
  }
  for (const folder of absolute ? [''] : (folders ?? [])) {
    const full = resolve(absolute ? own : [...componentsOf(literal(folder)), ...own]);
    // The folder of the task was chosen by a person, whatever it is called.
    const gone = folder === folders?.[0] ? '' : folder;
    if (isSecretPath(full, use) || (gone && namesSecret([...componentsOf(literal(gone)), ...own], use)))
      return 'secret';
    if (use !== 'names' && isEverything(full, use)) return 'everything';
  }
  return undefined;
}

/** Bytes that the name of a file can have. */
const longestName = 255;

/** One name of a path; a `path` piece stands alone in one. */
type Component = readonly Piece[];

function componentsOf(shape: Shape): Component[] {
  const components: Piece[][] = [[]];
  for (const piece of shape) {
    if (piece.is === 'path') {
      components.push([piece], []);
      continue;
    }
    const [first = piece, ...others] = piece.is === 'text' ? piece.text.split('/').map(textPiece) : [piece];
    components.at(-1)?.push(first);
    components.push(...others.map((other) => [other]));
  }
  return components.map((component) => component.filter((piece) => piece.is !== 'text' || piece.text !== ''));
}

function textPiece(part: string): Piece {
  return { is: 'text', text: part };
}

function literal(whole: string): Shape {
  return [textPiece(whole)];
}

function isAbsolute([first]: Shape): boolean {
  return first?.is === 'text' && first.text.startsWith('/');
}

function isHome([first]: Shape): boolean {
  return first?.is === 'text' && first.text.startsWith('~');
}

function isPlain(shape: Shape): boolean {
  return shape.length === 1 && shape[0]?.is === 'text' && plainPaths.has(shape[0].text);
}

/** Empty names and `.` left out, `..` taken at its word. */
function resolve(components: readonly Component[]): Component[] {
  const kept: Component[] = [];
  for (const component of components) {
    const name = textOf(component);
    if (name === '..') kept.pop();
    else if (name !== '' && name !== '.') kept.push(component);
  }
  return kept;
}

/** The name, where it is known; '' for an empty one. */
function textOf(component: Component): string | undefined {
  return component.every((piece) => piece.is === 'text')
    ? component.map((piece) => (piece.is === 'text' ? piece.text : '')).join('')
    : undefined;
}

/** Says nothing about the name but perhaps that it begins with a dot. */
function isPure(component: Component): boolean {
  const known = component.map((piece) => (piece.is === 'text' ? piece.text : '')).join('');
  return component.some(({ is }) => is === 'name') && /^\.*$/.test(known);
}

function startsWithDot([first]: Component): boolean {
  return first?.is === 'text' && first.text.startsWith('.');
}

/** A word can carry a file behind something else: `-f/etc/shadow`, `--file=.env`, `if=.env`, `host:shadow`. */
function withoutOption([first, ...others]: Shape): Shape[] {
  if (first?.is !== 'text') return [];
  const carried = [/^-[A-Za-z]+(?=[^A-Za-z-])/, /^-[A-Za-z](?=[^-])/, /^[^/]*[=:,@]/].flatMap((prefix) => {
    const shorter = first.text.replace(prefix, '');
    return shorter === first.text ? [] : [shorter];
  });
  return carried.map((shorter) => [textPiece(shorter), ...others]);
}

/** Every name of `secretNames`, in a path that is known whole. */
const secretName = new RegExp(
  `(^|/)(${secretNames.map((glob) => glob.replace(/[.+]/g, '\\$&').replaceAll('*', '[^/]*')).join('|')})(/|$)`,
  'i',
);

function namesSecret(path: readonly Component[], use: Use): boolean {
  const components = path.filter((component) => !/^\.?$/.test(textOf(component) ?? '*'));
  const written = components.map(textOf);
  if (!written.includes(undefined)) return secretName.test(written.join('/'));
  return secretNames.some((secret) => {
    const wanted = secret.split('/');
    return components.some((_, at) =>
      wanted.every((glob, offset) => {
        const component = components[at + offset];
        if (component === undefined) return false;
        // `*` and `.*` fit everything. To list them is harmless; to read what begins with a dot is not.
        if (isPure(component)) return use !== 'names' && startsWithDot(component) && glob.startsWith('.');
        return mayMatch(component, glob);
      }),
    );
  });
}

function isSecretPath(components: readonly Component[], use: Use): boolean {
  const name = components.map(textOf);
  if (name.every((part) => part !== undefined) && plainPaths.has(`/${name.join('/')}`)) return false;
  return secretPaths.some((secret) => {
    const wanted = secret.split('/');
    if (components.length < wanted.length) return false;
    return wanted.every((glob, at) => {
      const component = components[at];
      // To list what a folder holds is harmless where only some of it is secret.
      if (component === undefined || (use === 'names' && isPure(component) && glob !== '*')) return false;
      return mostInCommon(tokensOf(component), glob) >= 0;
    });
  });
}

/** Whether it reads whatever there is: below a broad folder, or, for contents, below any. */
function isEverything(components: readonly Component[], use: Use): boolean {
  const at = components.findIndex(([piece]) => piece?.is === 'path');
  if (at === -1) return false;
  const last = components.at(-1);
  const filtered = last !== undefined && last.length > 0 && !isPure(last) && last[0]?.is !== 'path';
  const broad = isBroad(components.slice(0, at));
  return use === 'contents' ? broad || !filtered : broad && !filtered;
}

function isBroad(components: readonly Component[]): boolean {
  const names = components.map((component) => textOf(component)?.toLowerCase() ?? '*');
  if (names[0]?.startsWith('~')) return names.length === 1;
  if (names.length === 2 && (names[0] === 'home' || names[0] === 'users')) return true;
  return names.includes('*') || broadFolders.has(`/${names.join('/')}`);
}

/**
 * Whether a name can be one that a glob of `*` and characters fits. Two globs nearly always have some name in common, as
 * `*.py` and `id_rsa*` have `id_rsa.py`: of a name that is not known whole, something must tell of the secret.
 */
function mayMatch(component: Component, glob: string): boolean {
  // A glob matches no leading dot of its own accord.
  if (component[0]?.is === 'name' && glob.startsWith('.')) return false;
  const tokens = tokensOf(component);
  const likeness = mostInCommon(tokens, glob);
  return tokens.includes('*') ? likeness >= 2 : likeness >= 0;
}

function tokensOf(component: Component): string[] {
  return component.flatMap((piece) => {
    if (piece.is === 'text') return piece.text.toLowerCase().split('');
    return piece.is === 'number' ? ['0'] : ['*'];
  });
}

/** How many characters that tell of the secret stand in both, in the name they have most of them in; -1 where there is none. */
function mostInCommon(name: readonly string[], glob: string): number {
  const known = new Map<number, number>();
  const end = glob.startsWith('*') || !glob.slice(1).includes('.') ? glob.length : glob.lastIndexOf('.');
  if (name.length > longestName) return -1;
  const best = (i: number, j: number): number => {
    const key = i * (glob.length + 1) + j;
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, -1);
    const found = Math.max(
      i === name.length && j === glob.length ? 0 : -1,
      name[i] === '*' ? best(i + 1, j) : -1,
      name[i] === '*' && j < glob.length ? best(i, j + 1) : -1,
      glob[j] === '*' ? best(i, j + 1) : -1,
      glob[j] === '*' && i < name.length ? best(i + 1, j) : -1,
      i < name.length && name[i] === glob[j] && name[i] !== '*' ? plus(best(i + 1, j + 1), j < end ? 1 : 0) : -1,
    );
    known.set(key, found);
    return found;
  };
  return best(0, 0);
}

function plus(likeness: number, more: number): number {
  return likeness < 0 ? -1 : likeness + more;
}
