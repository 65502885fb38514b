import { UserError } from '../agent/errors';
import type { FollowedRecipe, MixChoice } from '../agent/trainingMix';
import type { RawValue } from './row';

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
interface MixSource {
  readonly file: string;
  readonly sha256: string;
}

/** What a recipe needs of the disk. Failures that a user can mend are UserErrors. */
export interface RecipeDisk {
  values(this: void, file: string): AsyncIterable<RawValue>;
  /** SHA-256 of a file. */
  hash(this: void, file: string): Promise<string>;
  /** The path of a file as seen from another one, with `/`, */
  relative(this: void, from: string, file: string): string;
  /** and back. */
  absolute(this: void, from: string, relative: string): string;
}

/** The text of a recipe that lies at `file`. */
export async function recipeText(
  file: string,
  { agent, general, eta, seed, total, validation, leakCheck }: MixChoice,
  output: MixRecipe['output'],
  disk: RecipeDisk,
): Promise<string> {
  const source = async (input: string): Promise<MixSource> => ({
    file: disk.relative(file, input),
    sha256: await disk.hash(input),
  });
  const recipe: MixRecipe = {
    recipe: 'agentlm-mix',
    version: 1,
    agent: await Promise.all(agent.map(source)),
    general: await Promise.all(general.map(source)),
    eta,
    seed,
    total: total ?? null,
    validation,
    leakCheck: leakCheck === undefined ? null : await source(leakCheck),
    output,
  };
  return `${JSON.stringify(recipe, null, 2)}\n`;
}

/**
 * Reads a recipe and looks whether its files are still what they were.
 * @throws {UserError} `dataset.recipe`, `dataset.recipe-input`, `dataset.unreadable`
 */
export async function openRecipe(file: string, disk: RecipeDisk): Promise<FollowedRecipe> {
  let recipe: MixRecipe | undefined;
  for await (const raw of disk.values(file)) recipe ??= 'value' in raw ? readRecipe(raw.value) : undefined;
  if (recipe === undefined) {
    throw new UserError(
      'dataset.recipe',
      '{0} is no recipe that this version can follow. Choose one that was written beside a mixture.',
      [file],
    );
  }
  const locate = async ({ file: name, sha256 }: MixSource): Promise<string> => {
    const found = disk.absolute(file, name);
    if ((await disk.hash(found)) === sha256) return found;
    throw new UserError(
      'dataset.recipe-input',
      '{0} is not the file that the recipe was made with: its SHA-256 is another one. Put the old file back, or mix anew without the recipe.',
      [found],
    );
  };
  const { eta, seed, total, validation, leakCheck, output } = recipe;
  const choice = {
    agent: await Promise.all(recipe.agent.map(locate)),
    general: await Promise.all(recipe.general.map(locate)),
    eta,
    seed,
    total: total ?? undefined,
    validation,
    leakCheck: leakCheck === null ? undefined : await locate(leakCheck),
  };
  return { choice, expected: output.sha256 };
}

/** Undefined for anything that is no recipe. */
function readRecipe(value: unknown): MixRecipe | undefined {
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
    typeof recipe.output === 'object' &&
    recipe.output !== null &&
    typeof (recipe.output as MixRecipe['output']).sha256 === 'string';
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
