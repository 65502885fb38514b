import type { Turn } from '../agent/conversation';
import { isTestTask } from '../agent/testTask';
import { DuplicateFinder } from './checks/duplicates';
import { separatorProblems } from './checks/separators';
import { structureProblems } from './checks/structure';
import { wordingProblems } from './checks/wording';
import { PoisonScreen } from './poison/screen';
import { quoted, type Problem } from './problem';
import { isRow, placeText, type Row, type Unreadable } from './row';
import { findSecrets, withoutOverlaps, type Finding } from './secrets/findSecrets';
import { splitOf } from './split';

export interface ValidationOptions {
  readonly maxTokens: number;
  /** Tokens of a whole conversation, as it is put before the model. */
  readonly countTokens: (turns: readonly Turn[]) => number;
  /** Finds more secrets than this part of the house knows of. */
  readonly findMoreSecrets?: (text: string) => Promise<readonly Finding[]>;
}

/** What is said of one row. */
export interface Validated {
  readonly id: string | null;
  readonly ok: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Validates rows one by one. What repeats across rows is only known once all have been seen, so each row is shown twice:
 * all to `learn`, then all to `check`, in the same order. Memory does not grow with the length of the rows, and by some
 * 50 bytes with their number.
 */
export class Validator {
  private readonly duplicates = new DuplicateFinder();
  private readonly poison = new PoisonScreen();
  private checked = 0;

  constructor(private readonly options: ValidationOptions) {}

  learn(row: Row | Unreadable): void {
    if (isRow(row)) this.poison.learn(row.dialogue, splitOf(row.dialogue));
  }

  async check(row: Row | Unreadable): Promise<Validated> {
    this.checked++;
    if (!isRow(row)) {
      const detail = `${placeText(row.place)} ${row.unreadable}.`;
      return { id: null, ok: false, problems: [{ code: 'unreadable', turn: null, detail }] };
    }
    const { dialogue } = row;
    const split = splitOf(dialogue);
    const problems: Problem[] = [
      ...structureProblems(dialogue),
      ...wordingProblems(dialogue, split),
      ...this.lengthProblems(dialogue.conversations),
      ...separatorProblems(dialogue),
      ...this.duplicates.check(dialogue, split, this.checked),
      ...(await this.secretProblems(dialogue.conversations)),
      ...this.poison.check(dialogue, split),
      ...(isTestTask(dialogue.id) ? [testTask] : []),
    ];
    return { id: dialogue.id, ok: problems.length === 0, problems };
  }

  private lengthProblems(turns: readonly Turn[]): Problem[] {
    const { maxTokens, countTokens } = this.options;
    // No token is shorter than a byte, no character longer than three, and a turn adds at most eight tokens of markers.
    const atMost = turns.reduce((sum, { value }) => sum + 3 * value.length + 8, 0);
    if (atMost <= maxTokens) return [];
    const tokens = countTokens(turns);
    if (tokens <= maxTokens) return [];
    return [
      {
        code: 'too-long',
        turn: null,
        detail: `The conversation has ${tokens} tokens, and ${maxTokens} are read. What stands behind is cut off or the row is dropped.`,
      },
    ];
  }

  private async secretProblems(turns: readonly Turn[]): Promise<Problem[]> {
    const problems: Problem[] = [];
    for (const [turn, { value }] of turns.entries()) {
      const more = (await this.options.findMoreSecrets?.(value)) ?? [];
      const found = withoutOverlaps([...findSecrets(value), ...more]);
      for (const kind of new Set(found.map((finding) => finding.kind))) {
        const [first, ...others] = found.filter((finding) => finding.kind === kind);
        const before = quoted(value.slice(Math.max(0, (first?.start ?? 0) - 20), first?.start));
        const times = others.length === 0 ? '' : `, and ${others.length} more like it`;
        // The secret itself would only spread further through reports and logs.
        problems.push({
          code: 'secret',
          turn,
          detail: `What stands behind ${before} looks like a secret (${kind})${times}.`,
        });
      }
    }
    return problems;
  }
}

const testTask: Problem = {
  code: 'test-task',
  turn: null,
  detail:
    'It was recorded on a task of an evaluation suite: the score of a model that learns it says nothing on that suite.',
};
