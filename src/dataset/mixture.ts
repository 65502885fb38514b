import { UserError } from '../agent/errors';
import { hash53 } from './hash';

/** How many rows of each side a mixture takes, and how often it takes the same one. */
export interface MixPlan {
  readonly agent: number;
  readonly general: number;
  /** Times that a row stands in the mixture, on average; more than 1 is repetition. */
  readonly agentRepeats: number;
  readonly generalRepeats: number;
  /** For a person, in sentences. */
  readonly warnings: readonly string[];
}

/** From here on a repeated row is worth less each time (Muennighoff et al., Scaling Data-Constrained Language Models). */
const manyRepeats = 4;

/**
 * The paper's mixture: a share `eta` of agent rows, the rest general ones. Without a total it is as large as it can be with
 * no row twice.
 * @throws {UserError} `dataset.mix` when a side that is wanted has no rows
 */
export function planMix(
  available: { agent: number; general: number },
  eta: number,
  total: number | undefined,
): MixPlan {
  const largest = Math.min(
    eta === 0 ? Infinity : available.agent / eta,
    eta === 1 ? Infinity : available.general / (1 - eta),
  );
  const rows = total ?? Math.floor(largest);
  const agent = Math.round(rows * eta);
  const general = rows - agent;
  if ((agent > 0 && available.agent === 0) || (general > 0 && available.general === 0) || rows === 0) {
    throw new UserError(
      'dataset.mix',
      'There are {0} usable agent rows and {1} usable general rows, which is too few for a share of {2}. Add files, or change --eta.',
      [available.agent, available.general, eta],
    );
  }
  const agentRepeats = agent === 0 ? 0 : agent / available.agent;
  const generalRepeats = general === 0 ? 0 : general / available.general;
  const warnings = [
    repetition('agent', agentRepeats, available.agent),
    repetition('general', generalRepeats, available.general),
  ].flatMap((warning) => warning ?? []);
  return { agent, general, agentRepeats, generalRepeats, warnings };
}

function repetition(side: string, repeats: number, rows: number): string | undefined {
  if (repeats <= 1) return undefined;
  const times = repeats.toFixed(1);
  return repeats > manyRepeats
    ? `Each of the ${rows} ${side} rows stands in the mixture ${times} times. Beyond ${manyRepeats} times a model begins to learn them by heart: take fewer rows in all, or add ${side} rows.`
    : `Each of the ${rows} ${side} rows stands in the mixture ${times} times on average.`;
}

/**
 * Decides row by row, in order, how often each of `available` rows is taken, so that it comes to exactly `wanted`: all of
 * them equally often, and the rest chosen with equal chance (selection sampling, Knuth 3.4.2, algorithm S).
 */
export class Sampler {
  private readonly rounds: number;
  private needed: number;
  private left: number;

  constructor(
    available: number,
    wanted: number,
    private readonly random: () => number,
  ) {
    this.rounds = available === 0 ? 0 : Math.floor(wanted / available);
    this.needed = available === 0 ? 0 : wanted % available;
    this.left = available;
  }

  /** How often the next row is taken. */
  next(): number {
    const chosen = this.random() * this.left < this.needed;
    this.left--;
    if (chosen) this.needed--;
    return this.rounds + (chosen ? 1 : 0);
  }
}

/** Whether a conversation is held out for validation: by what it says, so that its copies never stand on both sides. */
export function isHeldOut(conversation: string, seed: number, share: number): boolean {
  return share > 0 && hash53(conversation, seed) / 9_007_199_254_740_992 < share;
}

/** All that makes a mixture, so that it can be made again byte for byte. Holds no time and no absolute path. */
export interface MixRecipe {
  readonly recipe: 'agentlm-mix';
  /** Of this format and of the way rows are drawn; raised when the same recipe would make another file. */
  readonly version: 1;
  readonly agent: readonly MixSource[];
  readonly general: readonly MixSource[];
  readonly eta: number;
  readonly seed: number;
  readonly total: number | null;
  readonly validation: number;
  readonly leakCheck: MixSource | null;
  readonly output: { readonly rows: number; readonly sha256: string };
}

/** A file of a recipe: its path from the folder of the recipe, and what was in it. */
export interface MixSource {
  readonly file: string;
  readonly sha256: string;
}

/** Reads a recipe; undefined for anything else. */
export function readRecipe(value: unknown): MixRecipe | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const recipe = value as Partial<Record<keyof MixRecipe, unknown>>;
  const fits =
    recipe.recipe === 'agentlm-mix' &&
    recipe.version === 1 &&
    isSources(recipe.agent) &&
    isSources(recipe.general) &&
    [recipe.eta, recipe.seed, recipe.validation].every((number) => typeof number === 'number') &&
    (recipe.total === null || typeof recipe.total === 'number') &&
    (recipe.leakCheck === null || isSource(recipe.leakCheck)) &&
    typeof recipe.output === 'object';
  return fits ? (value as MixRecipe) : undefined;
}

function isSources(value: unknown): boolean {
  return Array.isArray(value) && value.every(isSource);
}

function isSource(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as MixSource).file === 'string' &&
    typeof (value as MixSource).sha256 === 'string'
  );
}
