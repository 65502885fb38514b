import type { Rules } from '../../agent/evaluation';
import type { TextCheck } from './suite';

/** Longer answers match nothing: an expression of a suite could take for ever on them. */
const answerLimit = 10_000;

/** Judges an answer that is a text; null where there is none, which nothing matches. */
export function textMatches(answer: string | null, check: TextCheck): boolean {
  if (answer === null || answer.length > answerLimit) return false;
  if (check.kind === 'regex') return new RegExp(check.pattern).test(answer);
  return (check.strip ? answer.trim() : answer) === check.answer;
}

/**
 * Judges the answer to a question about a database.
 *
 * The old rules compare as numbers when both are a single number, else as sets of texts. The newer ones take values that
 * stand for nothing as 0, leave out thousands separators and percent signs, and compare numbers to a hundredth.
 */
export function valuesMatch(answer: readonly string[], expected: readonly string[], rules: Rules): boolean {
  return rules === 'old' ? matchesOld(answer, expected) : matchesNew(answer.map(plain), expected.map(plain));
}

function matchesOld(answer: readonly string[], expected: readonly string[]): boolean {
  const [a, b] = [answer[0], expected[0]];
  if (answer.length === 1 && expected.length === 1 && a !== undefined && b !== undefined) {
    const [x, y] = [pythonFloat(a), pythonFloat(b)];
    return x !== undefined && y !== undefined ? x === y : a === b;
  }
  return sameSet(answer, expected);
}

function matchesNew(answer: readonly string[], expected: readonly string[]): boolean {
  const numbers = answer.map(pythonFloat).filter((value) => value !== undefined);
  const wanted = expected.map(pythonFloat).filter((value) => value !== undefined);
  const allNumbers = numbers.length === answer.length && wanted.length === expected.length;
  if (!allNumbers)
    return answer.length === 1 && expected.length === 1 ? answer[0] === expected[0] : sameSet(answer, expected);
  if (numbers.length !== wanted.length) return false;
  const left = [...numbers];
  for (const value of wanted) {
    const index = left.findIndex((other) => Math.abs(other - value) <= 0.01);
    if (index === -1) return false;
    left.splice(index, 1);
  }
  return true;
}

const nothings: ReadonlySet<string> = new Set([
  '',
  'none',
  'null',
  'undefined',
  'nan',
  'inf',
  'infinity',
  '-inf',
  '-infinity',
]);

function plain(value: string): string {
  const trimmed = value.trim().replace(/^['"]+|['"]+$/g, '');
  if (trimmed.endsWith('%')) return trimmed.slice(0, -1).trim();
  const text = trimmed.replaceAll(',', '');
  return nothings.has(text.toLowerCase()) ? '0' : text;
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const [x, y] = [new Set(a), new Set(b)];
  return x.size === y.size && [...x].every((value) => y.has(value));
}

/** Python's `float()` for what it would read as a finite number; undefined for all else. */
function pythonFloat(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^[+-]?(\d+(_\d+)*)?(\.(\d+(_\d+)*)?)?([eE][+-]?\d+)?$/.test(trimmed) || !/\d/.test(trimmed)) return undefined;
  const value = Number(trimmed.replaceAll('_', ''));
  return Number.isFinite(value) ? value : undefined;
}
