import path from 'node:path';
import { UserError } from '../agent/errors';
import { readRecipe, type MixRecipe, type MixSource } from '../dataset/mixture';
import { fileHash } from '../runtime/trajectories/fileHash';
import { readValues } from '../runtime/trajectories/readValues';
import type { MixArguments } from './datasetArguments';

/** What a recipe and the command line say in the same words. */
export type MixInputs = Pick<MixArguments, 'agent' | 'general' | 'eta' | 'seed' | 'total' | 'validation' | 'leakCheck'>;

/** The text of a recipe that lies at `file`. */
export async function recipeText(
  file: string,
  { agent, general, eta, seed, total, validation, leakCheck }: MixInputs,
  output: MixRecipe['output'],
  signal: AbortSignal,
): Promise<string> {
  const source = async (input: string): Promise<MixSource> => ({
    file: path.relative(path.dirname(file), input).replaceAll(path.sep, '/'),
    sha256: await fileHash(input, signal),
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
export async function openRecipe(
  file: string,
  signal: AbortSignal,
): Promise<MixInputs & { readonly output: MixRecipe['output'] }> {
  let recipe: MixRecipe | undefined;
  for await (const raw of readValues(file, signal)) recipe ??= 'value' in raw ? readRecipe(raw.value) : undefined;
  if (recipe === undefined) {
    throw new UserError(
      'dataset.recipe',
      '{0} is no recipe that this version can follow. Make one with agentlm dataset mix --recipe.',
      [file],
    );
  }
  const locate = async ({ file: name, sha256 }: MixSource): Promise<string> => {
    const found = path.resolve(path.dirname(file), name);
    if ((await fileHash(found, signal)) === sha256) return found;
    throw new UserError(
      'dataset.recipe-input',
      '{0} is not the file that the recipe was made with: its SHA-256 is another one. Put the old file back, or mix anew without the recipe.',
      [found],
    );
  };
  const { eta, seed, total, validation, leakCheck, output } = recipe;
  return {
    agent: await Promise.all(recipe.agent.map(locate)),
    general: await Promise.all(recipe.general.map(locate)),
    eta,
    seed,
    total: total ?? undefined,
    validation,
    leakCheck: leakCheck === null ? undefined : await locate(leakCheck),
    output,
  };
}
