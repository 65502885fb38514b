import path from 'node:path';
import { UserError } from '../agent/errors';
import { visible } from '../agent/hiddenCharacters';
import { LeakCheck } from '../dataset/leak';
import { buildMix, type Mix } from '../dataset/mix';
import { createAtomicFile } from '../runtime/trajectories/atomicFile';
import { fileHash } from '../runtime/trajectories/fileHash';
import { readValues } from '../runtime/trajectories/readValues';
import { createDialogueLines } from '../runtime/trajectories/rowFile';
import { createShuffledFile } from '../runtime/trajectories/shuffledFile';
import type { MixArguments } from './datasetArguments';
import { rowsOf, tokenCounters } from './datasetRows';
import { exitCodes } from './exitCodes';
import { openRecipe, recipeText } from './mixRecipe';
import type { Write } from './output';

/** Builds a training mixture of agent and general rows, from the arguments or from a recipe. */
export async function mixCommand(args: MixArguments, write: Write, signal: AbortSignal): Promise<number> {
  const { out, force, json } = args;
  const recipe = args.fromRecipe === undefined ? undefined : await openRecipe(args.fromRecipe, signal);
  const inputs = recipe ?? args;
  const leakCheck = await openLeakCheck(inputs.leakCheck, signal);
  const { countTokens } = await tokenCounters();
  const recipeFile = args.recipe === undefined ? undefined : await createAtomicFile(args.recipe, { force });
  try {
    const mix = await buildMix(
      inputs,
      {
        rows: (side) => rowsOf(inputs[side], signal),
        createMixture: (expectedBytes) => createShuffledFile(out, expectedBytes, { force }),
        createValidation: () => createDialogueLines(validationFile(out), { force }),
      },
      leakCheck,
      countTokens,
    );
    const sha256 = await fileHash(out, signal);
    if (recipe !== undefined && recipe.output.sha256 !== sha256) throw otherResult(out);
    const rows = mix.plan.agent + mix.plan.general;
    if (recipeFile !== undefined && args.recipe !== undefined) {
      await recipeFile.write(await recipeText(args.recipe, inputs, { rows, sha256 }, signal));
      await recipeFile.finish();
    }
    const { plan, ...rest } = mix;
    await write(json ? `${JSON.stringify({ rows, ...plan, ...rest, sha256 })}\n` : inWords(out, mix, sha256));
    return exitCodes.success;
  } finally {
    await recipeFile?.discard();
  }
}

/** @throws {UserError} `dataset.suite` when the file holds no task */
async function openLeakCheck(file: string | undefined, signal: AbortSignal): Promise<LeakCheck> {
  const check = new LeakCheck();
  if (file === undefined) return check;
  let tasks = 0;
  for await (const raw of readValues(file, signal)) if ('value' in raw && check.addTask(raw.value)) tasks++;
  if (tasks > 0) return check;
  throw new UserError(
    'dataset.suite',
    '{0} holds no task with a description. Choose the tasks of an evaluation suite, as JSON or JSONL.',
    [file],
  );
}

function validationFile(out: string): string {
  const { dir, name, ext } = path.parse(out);
  return path.join(dir, `${name}.validation${ext}`);
}

function otherResult(out: string): UserError {
  return new UserError(
    'dataset.recipe-output',
    '{0} was written, but it is not the file that the recipe names, although its inputs are the same. Use the version of agentlm that made the recipe.',
    [out],
  );
}

function inWords(out: string, { plan, tokens, splits, validation, leftOut, leaks }: Mix, sha256: string): string {
  const total = tokens.agent + tokens.general;
  const tasks = Object.entries(splits).map(([split, many]) => `${split} ${many}`);
  return [
    `${plan.agent + plan.general} rows: ${plan.agent} of agents, ${plan.general} general (${tasks.join(', ')}).\n`,
    `${total} tokens, ${((100 * tokens.agent) / Math.max(1, total)).toFixed(1)} % of them from agents.\n`,
    ...(validation > 0 ? [`Held out for validation: ${validation} rows, in ${visible(validationFile(out))}.\n`] : []),
    ...(leftOut > 0
      ? [`Left out: ${leftOut} rows that trainers cannot read, or that hold a task of the suite.\n`]
      : []),
    ...leaks.map(
      ({ id, task, share }) =>
        `  ${visible(id)} holds ${Math.round(100 * share)} % of ${visible(JSON.stringify(task.slice(0, 80)))}\n`,
    ),
    ...plan.warnings.map((warning) => `${warning}\n`),
    `Written: ${visible(out)} (SHA-256 ${sha256})\n`,
  ].join('');
}
