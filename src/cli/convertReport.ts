import { visible } from '../agent/hiddenCharacters';
import { isTestTask } from '../agent/testTask';
import { placeText, type Row, type Unreadable } from '../dataset/row';
import type { Write } from './output';

/** Rows that are named one by one; the rest is only counted. A program is told all of them. */
const named = 20;

interface Reason {
  readonly code: string;
  readonly turn: number | null;
  readonly detail: string;
}

/** Says which rows of an export were refused and why, and what came of the rest. */
export class ConvertReport {
  examples = 0;
  refused = 0;
  private written = 0;
  private testRows = 0;
  private readonly reasons = new Map<string, number>();

  constructor(
    private readonly json: boolean,
    private readonly print: Write,
  ) {}

  write(row: Row, examples: number): void {
    this.written++;
    this.examples += examples;
    if (isTestTask(row.dialogue.id)) this.testRows++;
  }

  async refuse(row: Row | Unreadable, { code, turn, detail }: Reason): Promise<void> {
    const id = 'dialogue' in row ? row.dialogue.id : null;
    this.refused++;
    this.reasons.set(code, (this.reasons.get(code) ?? 0) + 1);
    if (this.json) {
      await this.print(`${JSON.stringify({ id, refused: { code, turn, detail } })}\n`);
    } else if (this.refused <= named) {
      const where = turn === null ? '' : `turn ${turn}: `;
      await this.print(
        `${visible(`${id ?? 'A row'} (${placeText(row.place)}) is refused, ${code}: ${where}${detail}`)}\n`,
      );
    } else if (this.refused === named + 1) {
      await this.print('More rows are refused; --json names them all.\n');
    }
  }

  /** @param files what was written; empty when nothing was */
  async end(files: readonly string[]): Promise<void> {
    const { written, examples, refused, testRows } = this;
    const reasons = Object.fromEntries(this.reasons);
    if (this.json) {
      const rows = written + refused;
      const summary = { rows, written: files.length === 0 ? 0 : written, examples, refused, testRows, reasons, files };
      await this.print(`${JSON.stringify({ summary })}\n`);
      return;
    }
    const why = Object.entries(reasons).map(([code, many]) => `${code} ${many}`);
    const result =
      files.length === 0 ? 'Nothing was written.' : `Rows: ${written}. Examples made of them: ${examples}.`;
    const refusals = refused === 0 ? '' : ` Refused: ${refused} (${why.join(', ')}).`;
    await this.print(
      `${result}${refusals}\n${testRowsInWords(testRows)}${files.length === 0 ? '' : `Written: ${visible(files.join(', '))}\n`}`,
    );
  }
}

/** A warning; empty where there is nothing to warn of. */
export function testRowsInWords(count: number): string {
  if (count === 0) return '';
  return `Recorded on tasks of evaluation suites: ${count} rows. The score of a model that learns them says nothing on those suites.\n`;
}
