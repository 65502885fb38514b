import { mkdir } from 'node:fs/promises';
import type { TaskResult } from '../../agent/evaluation';
import type { AgentEvent } from '../../agent/events';
import { writeLine, type RecordLine, type RunHeader } from '../../agent/runRecord';
import type { ReviewLine } from '../../agent/runReview';
import type { EvaluationEvent, Trial } from '../evaluation/evaluate';
import { suiteName } from '../evaluation/readSuite';
import { createAtomicFile } from '../trajectories/atomicFile';
import { recordFile } from '../trajectories/runJournal';

export interface TrialRecords {
  /** Absolute. */
  readonly folder: string;
  /** Of the software that runs the tasks. */
  readonly product: string;
  /** The suite: its name is the tag by which they are found in a library. */
  readonly file: string;
}

/** Keeps the attempts of an evaluation as trajectories. */
export interface TrialRecorder {
  hear(event: EvaluationEvent): void;
  /**
   * Writes an attempt, whole or not at all: with reward 1 where its check has passed, to be reviewed; else as rejected, and
   * why. One that failed through endpoint or machine is made again, and not written.
   * @throws {UserError} `dataset.unwritable`
   */
  keep(trial: Trial, result: TaskResult): Promise<void>;
}

/** An attempt on its way. */
interface Course {
  readonly askedAt: number;
  readonly events: { readonly at: number; readonly event: AgentEvent }[];
}

export function recordTrials(records: TrialRecords): TrialRecorder {
  const courses = new Map<Trial, Course>();
  return {
    hear(event) {
      if (event.type === 'begin') courses.set(event.trial, { askedAt: Date.now(), events: [] });
      if (event.type === 'event') add(courses.get(event.trial), event.event);
    },
    async keep(trial, result) {
      const course = courses.get(trial);
      courses.delete(trial);
      const started = course?.events[0]?.event;
      if (course === undefined || started?.type !== 'started' || result.ending === 'error') return;
      const lines = linesOf(started.id, trial, course, records, reviewOf(result, records));
      await mkdir(records.folder, { recursive: true, mode: 0o700 });
      const file = await createAtomicFile(recordFile(records.folder, started.id), { force: false, mode: 0o600 });
      try {
        await file.write(lines.map((line) => `${writeLine(line)}\n`).join(''));
        await file.finish();
      } finally {
        await file.discard();
      }
    },
  };
}

/** The pieces of a reply become one, and an attempt that begins again forgets what was before. */
function add(course: Course | undefined, event: AgentEvent): void {
  if (course === undefined) return;
  const { askedAt, events } = course;
  if (event.type === 'started') events.length = 0;
  const last = events.at(-1);
  if (event.type === 'delta' && last?.event.type === 'delta') {
    events[events.length - 1] = { at: last.at, event: { type: 'delta', text: last.event.text + event.text } };
    return;
  }
  events.push({ at: Date.now() - askedAt, event });
}

function linesOf(
  run: string,
  { problem }: Trial,
  { askedAt, events }: Course,
  { product, file }: TrialRecords,
  review: readonly ReviewLine[],
): RecordLine[] {
  const place = (problem.kind === 'os' ? problem.folder : problem.database) ?? file;
  const header: RunHeader = { version: 1, kind: problem.kind, problem: problem.text, place, askedAt, product };
  const at = Date.now() - askedAt;
  return [
    { run, type: 'begun', ...header },
    ...events.map(({ at: when, event }) => ({ run, at: when, ...event })),
    ...review.map((line) => ({ run, at, ...line })),
  ];
}

function reviewOf(result: TaskResult, { file }: TrialRecords): ReviewLine[] {
  const remark = { type: 'remark', tags: [suiteName(file)] } as const;
  if (result.passed)
    return [
      { type: 'reward', reward: 1, by: 'check' },
      { ...remark, note: '' },
    ];
  return [
    { type: 'reward', reward: 0, by: 'check' },
    { type: 'verdict', verdict: 'rejected' },
    { ...remark, note: whyNot(result) },
  ];
}

function whyNot({ ending, detail, answer, expected }: TaskResult): string {
  if (ending !== 'completed') return `The run did not come to its end: ${ending}.`;
  if (detail !== null) return `The check did not pass. ${detail}`;
  const given = answer === null ? 'nothing' : String(answer);
  return `The check did not pass. The answer was ${given}${expected === null ? '' : ` instead of ${expected}`}.`;
}
