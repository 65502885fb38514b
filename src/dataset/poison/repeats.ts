import { hash53, wordsOf } from '../hash';
import { quoted } from '../problem';

/** Rows in which an odd action has to stand before it says anything. */
const fewestRows = 3;
/** Tasks of one action that are kept to be compared. */
const samples = 8;
/** From here on two tasks are about the same thing. */
const related = 0.35;
/** Actions and words that are remembered; beyond it those seen once are forgotten. */
const capacity = 300_000;

interface Sighting {
  readonly line: string;
  rows: number;
  /** The row that was counted last: an action that stands twice in one row counts once. */
  last: number;
  readonly tasks: (readonly string[])[];
}

/**
 * Notices actions on things that nobody spoke of (a path, a host, a name that stands neither in the task nor in any
 * observation) that come back in trajectories with nothing else in common. Where the tasks share a phrase after all, and
 * hardly any other task has it, that phrase is a trigger (BadAgent, ACL 2024).
 *
 * Two passes: first `learn` every row, then `judge` each. Memory is bounded by `capacity`.
 */
export class RepeatWatch {
  private readonly sightings = new Map<number, Sighting>();
  private readonly wordRows = new Map<number, number>();
  private readonly verdicts = new Map<number, string | undefined>();
  private row = 0;

  /** @param known what was said before the action: the task, the observations */
  learn(task: string, actions: readonly { readonly text: string; readonly known: string }[]): void {
    this.row++;
    const words = [...new Set(wordsOf(task))].slice(0, 200);
    for (const word of words) count(this.wordRows, hash53(word));
    for (const { text, known } of actions) {
      for (const line of oddLines(text, known)) this.see(line, words);
    }
    forget(this.wordRows, (rows) => rows === 1);
    forget(this.sightings, ({ rows }) => rows === 1);
  }

  /** Why an action repeats as none should; undefined where it does not. */
  judge(text: string, known: string): string | undefined {
    for (const line of oddLines(text, known)) {
      const key = hash53(line);
      if (!this.verdicts.has(key)) this.verdicts.set(key, this.verdictOn(this.sightings.get(key)));
      const verdict = this.verdicts.get(key);
      if (verdict !== undefined) return verdict;
    }
    return undefined;
  }

  private see(line: string, words: readonly string[]): void {
    const key = hash53(line);
    const sighting = this.sightings.get(key) ?? { line: line.slice(0, 200), rows: 0, last: 0, tasks: [] };
    this.sightings.set(key, sighting);
    if (sighting.last === this.row) return;
    sighting.last = this.row;
    sighting.rows++;
    if (sighting.tasks.length < samples) sighting.tasks.push(words);
  }

  private verdictOn(sighting: Sighting | undefined): string | undefined {
    if (sighting === undefined || sighting.rows < fewestRows || meanSimilarity(sighting.tasks) >= related)
      return undefined;
    const { line, rows, tasks } = sighting;
    // A word of nearly all of these tasks, and of hardly any other.
    const trigger = [...new Set(tasks.flat())].filter((word) => {
      const here = tasks.filter((task) => task.includes(word)).length / tasks.length;
      return here >= 0.8 && (this.wordRows.get(hash53(word)) ?? rows) <= rows * 1.5;
    });
    const where = `stands in ${rows} trajectories whose tasks have nothing else in common`;
    return trigger.length > 0
      ? `The action ${quoted(line)} ${where}; each of them says ${quoted(trigger.join(' '))}, which may be a trigger.`
      : `The action ${quoted(line)} ${where}, and acts on something that none of them mentions.`;
  }
}

/** Places that agents look at without being told to. */
const everyday =
  /^(?:\/(?:etc(?:\/(?:passwd|group|hosts|hostname|os-release|fstab|services|shells|login\.defs|issue|profile|resolv\.conf|[\w-]*release))?|dev\/(?:null|std\w+)|proc(?:\/[\w/]*)?|sys(?:\/[\w/]*)?|(?:usr\/)?(?:local\/)?s?bin(?:\/\w+)?|var(?:\/log)?|tmp|home|root|usr|opt|lib|boot|mnt|media|srv|run)?\/?|\.{1,2}\/?|~\/?)$/;

/** The lines of an action that speak of something specific that was not spoken of before. */
function oddLines(text: string, known: string): string[] {
  const before = known.toLowerCase();
  return text
    .slice(0, 20_000)
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line.length >= 12 && !line.startsWith('#'))
    .filter((line) => specifics(line).some((name) => !before.includes(name.toLowerCase())));
}

/** Paths, hosts, file names and quoted words of a line. */
function specifics(line: string): string[] {
  const names = line.match(
    /(?:https?:\/\/[^\s"'|;)]+|[\w.~-]*\/[\w./~-]+|\b[\w-]+\.[a-z][\w-]{1,10}(?:\.\w+)*\b|'[^'\n]{5,80}'|"[^"\n]{5,80}")/gi,
  );
  return (names ?? [])
    .map((name) => name.replace(/^["']|["']$/g, ''))
    .filter((name) => name.length >= 5 && /[a-z]/i.test(name) && !everyday.test(name) && !isFormat(name));
}

/** Format strings, patterns and code of awk and friends, which every task needs anew. */
function isFormat(name: string): boolean {
  return /[{}%\\^$*+|[\]]/.test(name) || /^\W/.test(name.replace(/^[/~.]/, ''));
}

function meanSimilarity(tasks: readonly (readonly string[])[]): number {
  let sum = 0;
  let pairs = 0;
  for (let first = 0; first < tasks.length; first++) {
    for (let second = first + 1; second < tasks.length; second++) {
      sum += jaccard(tasks[first] ?? [], tasks[second] ?? []);
      pairs++;
    }
  }
  return pairs === 0 ? 1 : sum / pairs;
}

function jaccard(a: readonly string[], b: readonly string[]): number {
  const other = new Set(b);
  const shared = a.filter((word) => other.has(word)).length;
  return shared / Math.max(1, a.length + b.length - shared);
}

function count(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function forget<T>(map: Map<number, T>, rare: (value: T) => boolean): void {
  if (map.size <= capacity) return;
  for (const [key, value] of map) if (rare(value)) map.delete(key);
  // Nothing was rare: the oldest go.
  for (const key of map.keys()) {
    if (map.size <= capacity) break;
    map.delete(key);
  }
}
