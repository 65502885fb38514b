import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The titles of those that failed, where they have one. */
  readonly failures: readonly string[];
  /** The titles of those that failed, and passed when they were run again. */
  readonly unsteady: readonly string[];
}

/** What scripts/mochaReporter.cjs writes: for each file of tests, and for `''`, which is what belongs to no file. */
type Report = Readonly<Record<string, FileReport>>;

interface FileReport {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
}

/** With more of them broken it is no accident, and another try takes time only. */
const mostFilesAgain = 4;

export const nothing: Counts = { passed: 0, failed: 0, skipped: 0, failures: [], unsteady: [] };

export function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    failures: [...a.failures, ...b.failures],
    unsteady: [...a.unsteady, ...b.unsteady],
  };
}

/**
 * Runs tests, and those files once more, by themselves, in which something failed: a machine that is busy with three editors
 * at once is no reason to stop. What passes then has passed, and is named as unsteady.
 * @param run runs these files, or all, and has mochaReporter.cjs write to `target`; resolves to an exit code
 * @throws when the tests did not come to their end
 */
export async function countTests(
  name: string,
  run: (target: string, files?: readonly string[]) => Promise<number>,
): Promise<Counts> {
  const first = await reportOf(name, run);
  const broken = brokenFiles(first);
  if (broken.length === 0 || broken.length > mostFilesAgain || broken.includes('')) return countsIn(first);
  console.log(`\nOnce more, by themselves: ${broken.join(', ')}`);
  const second: Report = { ...first, ...(await reportOf(`${name}-again`, (target) => run(target, broken))) };
  const counts = countsIn(second);
  const unsteady = countsIn(first).failures.filter((title) => !counts.failures.includes(title));
  return { ...counts, unsteady };
}

async function reportOf(name: string, run: (target: string) => Promise<number>): Promise<Report> {
  const target = path.resolve('out/counts', `${name}.json`);
  await rm(target, { force: true });
  const code = await run(target);
  if (!existsSync(target)) throw new Error('The tests did not come to their end; look above and into out/artefacts/.');
  const report: Report = JSON.parse(await readFile(target, 'utf8'));
  if (code === 0 || brokenFiles(report).length > 0) return report;
  // All passed and yet it failed: something was thrown after the last test.
  return { ...report, '': { passed: 0, skipped: 0, failures: [`${name} ended with exit code ${code}`] } };
}

function brokenFiles(report: Report): string[] {
  return Object.keys(report).filter((file) => report[file]?.failures.length);
}

function countsIn(report: Report): Counts {
  return Object.values(report)
    .map(({ passed, skipped, failures }) => ({ passed, failed: failures.length, skipped, failures, unsteady: [] }))
    .reduce(add, nothing);
}
