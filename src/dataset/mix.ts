import { formatDialogue, type Dialogue, type Turn } from '../agent/conversation';
import { structureProblems } from './checks/structure';
import type { Leak, LeakCheck } from './leak';
import { isHeldOut, planMix, Sampler, type MixPlan } from './mixture';
import { seededRandom } from './random';
import { isRow, type Row, type Unreadable } from './row';
import { splitOf } from './split';

/** The two sides of a mixture, in the order in which they are read. */
export const mixSides = ['agent', 'general'] as const;
export type MixSide = (typeof mixSides)[number];

export interface MixSettings {
  /** The share of agent rows. */
  readonly eta: number;
  readonly seed: number;
  /** Rows in all; left out: as many as there are with none twice. */
  readonly total?: number | undefined;
  /** The share of rows that is held out for validation. */
  readonly validation: number;
}

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

/** What a mixture is made of. */
export interface Mix {
  readonly plan: MixPlan;
  /** Rows that were held out for validation: each once, of both sides. */
  readonly validation: number;
  /** Tokens of each side. */
  readonly tokens: Readonly<Record<MixSide, number>>;
  /** Rows of each task. */
  readonly splits: Readonly<Record<string, number>>;
  /** Rows that could not be read, that no trainer could read, or that hold a task of the suite. */
  readonly leftOut: number;
  /** The first hundred of the latter. */
  readonly leaks: readonly (Leak & { readonly id: string })[];
}

/** Leaks that are named; the rest is only counted. */
const leaksKept = 100;

interface Survey {
  usable: number;
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
): Promise<Mix> {
  const survey = {
    agent: await look(candidates(settings, files.rows('agent'), leakCheck)),
    general: await look(candidates(settings, files.rows('general'), leakCheck)),
  };
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
      for await (const { dialogue, kind } of candidates(settings, files.rows(side), leakCheck)) {
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
    leftOut: agent.leftOut + general.leftOut,
    leaks: [...agent.leaks, ...general.leaks],
  };
}

interface Candidate {
  readonly dialogue: Dialogue;
  readonly kind: 'usable' | 'held out' | 'left out';
  readonly leak?: Leak;
}

/** The rows of a side, each with what becomes of it. */
async function* candidates(
  { seed, validation }: MixSettings,
  rows: AsyncIterable<Row | Unreadable>,
  leakCheck: LeakCheck,
): AsyncGenerator<Candidate, void> {
  for await (const row of rows) {
    if (!isRow(row)) {
      yield { dialogue: { id: '', conversations: [] }, kind: 'left out' };
      continue;
    }
    const { dialogue } = row;
    const leak = leakCheck.check(dialogue);
    if (leak !== undefined) {
      yield { dialogue, kind: 'left out', leak };
    } else if (structureProblems(dialogue).length > 0) {
      yield { dialogue, kind: 'left out' };
    } else {
      const said = dialogue.conversations.map(({ value }) => value).join('\n');
      yield { dialogue, kind: isHeldOut(said, seed, validation) ? 'held out' : 'usable' };
    }
  }
}

async function look(rows: AsyncIterable<Candidate>): Promise<Survey> {
  const survey: Survey = { usable: 0, heldOut: 0, leftOut: 0, bytes: 0, leaks: [] };
  for await (const { dialogue, kind, leak } of rows) {
    if (kind === 'usable') {
      survey.usable++;
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
