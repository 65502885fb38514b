import { formatDialogue, type Dialogue, type Turn } from '../agent/conversation';
import { isTestTask } from '../agent/testTask';
import { mixSides, type Leak, type Mix, type MixProgress, type MixSettings, type MixSide } from '../agent/trainingMix';
import { structureProblems } from './checks/structure';
import type { LeakCheck } from './leak';
import { isHeldOut, planMix, Sampler } from './mixture';
import { seededRandom } from './random';
import { isRow, type Row, type Unreadable } from './row';
import { splitOf } from './split';

/** Where rows come from and go to. */
export interface MixFiles {
  /** Asked twice for each side; the rows are the same both times. */
  rows(side: MixSide): AsyncIterable<Row | Unreadable>;
  /** Takes lines with a place between 0 and 1, and orders them by it. */
  createMixture(expectedBytes: number): Promise<MixSink<[line: string, place: number]>>;
  createValidation(): Promise<MixSink<[row: Dialogue]>>;
}

export interface MixSink<Written extends readonly unknown[]> {
  write(...written: Written): Promise<void>;
  finish(): Promise<void>;
  discard(): Promise<void>;
}

/** Leaks that are named; the rest is only counted. */
const leaksKept = 100;

/** Rows between two reports of how many there were. */
const betweenProgress = 1000;

interface Survey {
  usable: number;
  testRows: number;
  heldOut: number;
  leftOut: number;
  bytes: number;
  readonly leaks: (Leak & { readonly id: string })[];
}

/**
 * Draws a mixture in two readings: one counts, one takes. Nothing depends on time or place: the same rows and settings give
 * the same bytes. Nothing is finished before everything is written.
 * @throws {UserError} `dataset.mix` when there are too few rows
 */
export async function buildMix(
  settings: MixSettings,
  files: MixFiles,
  leakCheck: LeakCheck,
  countTokens: (turns: readonly Turn[]) => number,
  onProgress: (progress: MixProgress) => void = () => {},
): Promise<Mix> {
  let rows = 0;
  let of: number | undefined;
  async function* read(side: MixSide): AsyncGenerator<Candidate, void> {
    for await (const row of files.rows(side)) {
      yield candidateOf(row, settings, leakCheck);
      if (++rows % betweenProgress === 0) onProgress({ rows, of });
    }
  }
  const survey = { agent: await look(read('agent')), general: await look(read('general')) };
  [of, rows] = [rows, 0];
  const { agent, general } = survey;
  const plan = planMix({ agent: agent.usable, general: general.usable }, settings.eta, settings.total);
  const heldOut = agent.heldOut + general.heldOut;
  const tokens = { agent: 0, general: 0 };
  const splits = new Map<string, number>();
  const mixture = await files.createMixture(agent.bytes * plan.agentRepeats + general.bytes * plan.generalRepeats);
  let validation: MixSink<[Dialogue]> | undefined;
  try {
    if (heldOut > 0) validation = await files.createValidation();
    for (const side of mixSides) {
      const random = seededRandom(`${settings.seed} ${side}`);
      const sampler = new Sampler(survey[side].usable, plan[side], random);
      for await (const { dialogue, kind } of read(side)) {
        if (kind === 'held out') await validation?.write(dialogue);
        const times = kind === 'usable' ? sampler.next() : 0;
        if (times === 0) continue;
        const line = formatDialogue(dialogue);
        for (let copy = 0; copy < times; copy++) await mixture.write(line, random());
        tokens[side] += times * countTokens(dialogue.conversations);
        const split = splitOf(dialogue);
        splits.set(split, (splits.get(split) ?? 0) + times);
      }
    }
    await mixture.finish();
    await validation?.finish();
  } finally {
    await mixture.discard();
    await validation?.discard();
  }
  return {
    plan,
    validation: heldOut,
    tokens,
    splits: Object.fromEntries(splits),
    testRows: agent.testRows + general.testRows,
    leftOut: agent.leftOut + general.leftOut,
    leaks: [...agent.leaks, ...general.leaks],
  };
}

interface Candidate {
  readonly dialogue: Dialogue;
  readonly kind: 'usable' | 'held out' | 'left out';
  readonly leak?: Leak;
}

/** A row, with what becomes of it. */
function candidateOf(row: Row | Unreadable, { seed, validation }: MixSettings, leakCheck: LeakCheck): Candidate {
  if (!isRow(row)) return { dialogue: { id: '', conversations: [] }, kind: 'left out' };
  const { dialogue } = row;
  const leak = leakCheck.check(dialogue);
  if (leak !== undefined) return { dialogue, kind: 'left out', leak };
  if (structureProblems(dialogue).length > 0) return { dialogue, kind: 'left out' };
  const said = dialogue.conversations.map(({ value }) => value).join('\n');
  return { dialogue, kind: isHeldOut(said, seed, validation) ? 'held out' : 'usable' };
}

async function look(rows: AsyncIterable<Candidate>): Promise<Survey> {
  const survey: Survey = { usable: 0, testRows: 0, heldOut: 0, leftOut: 0, bytes: 0, leaks: [] };
  for await (const { dialogue, kind, leak } of rows) {
    if (kind === 'usable') {
      survey.usable++;
      if (isTestTask(dialogue.id)) survey.testRows++;
      survey.bytes += dialogue.conversations.reduce((sum, { value }) => sum + value.length, 0);
    } else if (kind === 'held out') {
      survey.heldOut++;
    } else {
      survey.leftOut++;
      if (leak !== undefined && survey.leaks.length < leaksKept) survey.leaks.push({ id: dialogue.id, ...leak });
    }
  }
  return survey;
}
