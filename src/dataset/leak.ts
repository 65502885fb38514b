import type { Dialogue } from '../agent/conversation';
import { isRecord } from '../agent/json';
import type { Leak } from '../agent/trainingMix';
import { hash53, wordsOf } from './hash';

/** Words of an n-gram; the share of a task's n-grams from which on a row holds the task; words from which on a task is told apart. */
const gramWords = 8;
const tooMuch = 0.5;
const fewestWords = 4;

interface SuiteTask {
  readonly text: string;
  readonly words: string;
  readonly grams: number;
}

/**
 * Finds rows that hold a task of an evaluation suite, word for word or by half of its n-grams: a model that was trained on them
 * would be asked what it was taught.
 */
export class LeakCheck {
  private readonly tasks: SuiteTask[] = [];
  /** The tasks of each n-gram, and of each short task as a whole. */
  private readonly grams = new Map<number, number[]>();
  /** Lengths of those n-grams: 8, and those of shorter tasks. */
  private readonly sizes = new Set<number>();

  /** Adds a task of a suite: a row of AgentBench, or anything with a description. Returns whether there was one. */
  addTask(value: unknown): boolean {
    const text = isRecord(value)
      ? (value['description'] ?? value['instruction'] ?? value['question'] ?? value['problem'])
      : undefined;
    if (typeof text !== 'string') return false;
    const words = wordsOf(text);
    if (words.length < fewestWords) return false;
    const size = Math.min(gramWords, words.length);
    const keys = new Set(gramsOf(words, size));
    const index = this.tasks.push({ text, words: words.join(' '), grams: keys.size }) - 1;
    for (const key of keys) this.grams.set(key, [...(this.grams.get(key) ?? []), index]);
    this.sizes.add(size);
    return true;
  }

  check({ conversations }: Dialogue): Leak | undefined {
    if (this.tasks.length === 0) return undefined;
    let best: Leak | undefined;
    for (const { from, value } of conversations) {
      if (from !== 'human') continue;
      const words = wordsOf(value);
      const hits = new Map<number, Set<number>>();
      for (const size of this.sizes) {
        for (const key of gramsOf(words, size)) {
          for (const task of this.grams.get(key) ?? []) hits.set(task, (hits.get(task) ?? new Set()).add(key));
        }
      }
      const joined = words.join(' ');
      for (const [index, keys] of hits) {
        const task = this.tasks[index];
        if (task === undefined) continue;
        const share = joined.includes(task.words) ? 1 : Math.min(0.99, keys.size / task.grams);
        if (share >= tooMuch && share > (best?.share ?? 0)) best = { task: task.text, share };
      }
    }
    return best;
  }
}

function* gramsOf(words: readonly string[], size: number): Generator<number, void> {
  for (let index = 0; index + size <= words.length; index++) yield hash53(words.slice(index, index + size).join(' '));
}
