import { highEntropy } from './entropy';
import { patterns, type SecretPattern } from './patterns';
import { isNobodysAddress, isPlaceholder, looksChosen, namesNobody } from './placeholder';

/** A stretch of a text that should not leave the machine. */
export interface Finding {
  /** What it seems to be, e.g. `github-token`. */
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/** Shorter ones would be found everywhere. */
const shortestKnown = 6;

/**
 * What looks like a secret in a text, in order and without overlaps; of two that overlap the more telling one.
 * @param known secrets that are known word by word, e.g. from the environment
 */
export function findSecrets(text: string, known: readonly string[] = []): Finding[] {
  const lower = text.toLowerCase();
  const found: Finding[] = known
    .filter(({ length }) => length >= shortestKnown)
    .flatMap((value) => everywhere(text, value));
  for (const pattern of patterns) {
    if (lower.includes(pattern.hint)) found.push(...matches(text, pattern));
  }
  for (const { start, end } of highEntropy(text)) found.push({ kind: 'high-entropy', start, end });
  return withoutOverlaps(found);
}

/** The findings of several searches as one: earlier lists are the more telling ones. */
export function withoutOverlaps(findings: readonly Finding[]): Finding[] {
  const kept: Finding[] = [];
  for (const finding of findings) {
    if (!kept.some(({ start, end }) => finding.start < end && start < finding.end)) kept.push(finding);
  }
  return kept.sort((a, b) => a.start - b.start);
}

function everywhere(text: string, value: string): Finding[] {
  const found: Finding[] = [];
  for (let start = text.indexOf(value); start !== -1; start = text.indexOf(value, start + value.length)) {
    found.push({ kind: 'known', start, end: start + value.length });
  }
  return found;
}

function matches(text: string, pattern: SecretPattern): Finding[] {
  return [...text.matchAll(pattern.pattern)].flatMap((match) => {
    const value = match.groups?.['secret'] ?? match.groups?.['secret2'] ?? match[0];
    if (isInnocent(value, pattern)) return [];
    const start = match.index + match[0].lastIndexOf(value);
    return [{ kind: pattern.kind, start, end: start + value.length }];
  });
}

function isInnocent(value: string, { kind, mayBePlaceholder, chosen }: SecretPattern): boolean {
  if (kind === 'email') return isNobodysAddress(value);
  if (kind === 'home-path') return namesNobody(value);
  if (mayBePlaceholder === true && isPlaceholder(value)) return true;
  return chosen === true && !looksChosen(value);
}
