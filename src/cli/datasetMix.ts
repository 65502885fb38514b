import { visible } from '../agent/hiddenCharacters';
import { manyRepeats, repetitions, type Repetition, type WrittenMix } from '../agent/trainingMix';
import { writeMix } from '../dataset/mixFile';
import { openRecipe } from '../dataset/mixRecipe';
import { mixDisk } from '../runtime/trajectories/mixDisk';
import { testRowsInWords } from './convertReport';
import type { MixArguments } from './datasetArguments';
import { tokenCounters } from './datasetRows';
import { exitCodes } from './exitCodes';
import type { Write } from './output';

/** Builds a training mixture of agent and general rows, from the arguments or from a recipe. */
export async function mixCommand(args: MixArguments, write: Write, signal: AbortSignal): Promise<number> {
  const disk = mixDisk(signal);
  const followed = args.fromRecipe === undefined ? undefined : await openRecipe(args.fromRecipe, disk);
  const { countTokens } = await tokenCounters();
  const target = { ...args, expected: followed?.expected };
  const mix = await writeMix(followed?.choice ?? args, target, { disk, countTokens, onProgress: () => {} });
  const { plan, files: _, ...rest } = mix;
  const rows = plan.agent + plan.general;
  const warnings = repetitions(plan).map(warningOf);
  await write(
    args.json ? `${JSON.stringify({ rows, ...plan, warnings, ...rest })}\n` : inWords(args.out, mix, warnings),
  );
  return exitCodes.success;
}

function inWords(
  out: string,
  { plan, tokens, splits, validation, testRows, leftOut, leaks, sha256, files }: WrittenMix,
  warnings: readonly string[],
): string {
  const total = tokens.agent + tokens.general;
  const tasks = Object.entries(splits).map(([split, many]) => `${split} ${many}`);
  return [
    `${plan.agent + plan.general} rows: ${plan.agent} of agents, ${plan.general} general (${tasks.join(', ')}).\n`,
    `${total} tokens, ${((100 * tokens.agent) / Math.max(1, total)).toFixed(1)} % of them from agents.\n`,
    ...(validation > 0 ? [`Held out for validation: ${validation} rows, in ${visible(files[1] ?? '')}.\n`] : []),
    ...(leftOut > 0
      ? [`Left out: ${leftOut} rows that trainers cannot read, or that hold a task of the suite.\n`]
      : []),
    ...leaks.map(
      ({ id, task, share }) =>
        `  ${visible(id)} holds ${Math.round(100 * share)} % of ${visible(JSON.stringify(task.slice(0, 80)))}\n`,
    ),
    testRowsInWords(testRows),
    ...warnings.map((warning) => `${warning}\n`),
    `Written: ${visible(out)} (SHA-256 ${sha256})\n`,
  ].join('');
}

function warningOf({ side, repeats, tooMany }: Repetition): string {
  const times = repeats.toFixed(1);
  return tooMany
    ? `Each of the ${side} rows stands in the mixture ${times} times. Beyond ${manyRepeats} times a model begins to learn them by heart: take fewer rows in all, or add ${side} rows.`
    : `Each of the ${side} rows stands in the mixture ${times} times on average.`;
}
