/** The two sides of a mixture, in the order in which they are read. */
export const mixSides = ['agent', 'general'] as const;
export type MixSide = (typeof mixSides)[number];

/** How a mixture is drawn. */
export interface MixSettings {
  /** The share of agent rows. */
  readonly eta: number;
  readonly seed: number;
  /** Rows in all; left out: as many as there are with none twice. */
  readonly total?: number | undefined;
  /** The share of rows that is held out for validation. */
  readonly validation: number;
}

/** What a mixture is made of, and how. Paths are absolute. */
export interface MixChoice extends MixSettings, Readonly<Record<MixSide, readonly string[]>> {
  /** Tasks of an evaluation suite that no row may hold. */
  readonly leakCheck?: string | undefined;
}

/** How many rows of each side a mixture takes, and how often it takes the same one. */
export interface MixPlan {
  readonly agent: number;
  readonly general: number;
  /** Times that a row stands in the mixture, on average; more than 1 is repetition. */
  readonly agentRepeats: number;
  readonly generalRepeats: number;
}

/** A task of an evaluation suite that a row gives away. */
export interface Leak {
  /** The words of the task. */
  readonly task: string;
  /** Of its n-grams; 1 when it stands there word for word. */
  readonly share: number;
}

/** What a mixture came to. */
export interface Mix {
  readonly plan: MixPlan;
  /** Rows that were held out for validation: each once, of both sides. */
  readonly validation: number;
  /** Tokens of each side. */
  readonly tokens: Readonly<Record<MixSide, number>>;
  /** Rows of each task. */
  readonly splits: Readonly<Record<string, number>>;
  /** Rows that may be drawn and were recorded on tasks of evaluation suites. */
  readonly testRows: number;
  /** Rows that could not be read, that no trainer could read, or that hold a task of the suite. */
  readonly leftOut: number;
  /** The first hundred of the latter. */
  readonly leaks: readonly (Leak & { readonly id: string })[];
}

/** Rows are read twice: once to count them, once to take them. `of` is then known. */
export interface MixProgress {
  readonly rows: number;
  readonly of: number | undefined;
}

/** A mixture on the disk. */
export interface WrittenMix extends Mix {
  /** Of the mixture's bytes. */
  readonly sha256: string;
  /** The mixture, rows that are held out, the recipe. */
  readonly files: readonly string[];
}

/** Builds mixtures. Failures that a user can mend are UserErrors; an abort rejects with its reason and leaves nothing behind. */
export interface MixBuilder {
  /** What a mixture would come to. */
  preview(choice: MixChoice, onProgress: (progress: MixProgress) => void, signal: AbortSignal): Promise<Mix>;
  /**
   * Writes a mixture, its validation rows, and a recipe that makes it again beside it, in the place of what stands there.
   * @param expected SHA-256 that a recipe names, and that the mixture must then have
   */
  write(
    choice: MixChoice,
    to: { readonly out: string; readonly expected: string | undefined },
    onProgress: (progress: MixProgress) => void,
    signal: AbortSignal,
  ): Promise<WrittenMix>;
  /** Reads a recipe, and looks whether its files are still what they were. */
  openRecipe(file: string, signal: AbortSignal): Promise<FollowedRecipe>;
}

/** What a recipe says. */
export interface FollowedRecipe {
  readonly choice: MixChoice;
  /** SHA-256 of the mixture that it makes. */
  readonly expected: string;
}

/** A side of which rows stand in a mixture more than once. */
export interface Repetition {
  readonly side: MixSide;
  /** Times each, on average. */
  readonly repeats: number;
  /** Whether a model would begin to learn them by heart. */
  readonly tooMany: boolean;
}

/** From here on a repeated row is worth less each time (Muennighoff et al., Scaling Data-Constrained Language Models). */
export const manyRepeats = 4;

export function repetitions({ agentRepeats, generalRepeats }: MixPlan): Repetition[] {
  const sides: readonly (readonly [MixSide, number])[] = [
    ['agent', agentRepeats],
    ['general', generalRepeats],
  ];
  return sides
    .filter(([, repeats]) => repeats > 1)
    .map(([side, repeats]) => ({ side, repeats, tooMany: repeats > manyRepeats }));
}
