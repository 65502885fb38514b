import * as z from 'zod/mini';
import { readWith } from './schemas';
import type { StatisticsHostApi } from './statisticsMessages';
import { pageSize, trainers, type ViewerHostApi } from './viewerMessages';

const nothing = z.null();
const position = z.int().check(z.nonnegative());
const word = z.string().check(z.maxLength(1000));

const viewerArguments: { readonly [K in keyof ViewerHostApi]: z.ZodMiniType<Parameters<ViewerHostApi[K]>[0]> } = {
  ready: nothing,
  heads: z.strictObject({ place: position, count: z.int().check(z.nonnegative(), z.maximum(pageSize)) }),
  row: z.strictObject({ position }),
  turn: z.strictObject({ position, turn: position }),
  loss: z.strictObject({ position, trainer: z.enum(trainers) }),
  filter: z.strictObject({
    text: z.optional(word),
    task: z.optional(word),
    model: z.optional(word),
    outcome: z.optional(
      z.enum(['answered', 'finished', 'step-limit', 'malformed', 'repeated', 'stopped', 'failed'] as const),
    ),
    error: z.optional(word),
    tag: z.optional(word),
    atLeast: z.optional(position),
    atMost: z.optional(position),
  }),
  stop: nothing,
  reload: nothing,
  openAsText: nothing,
  statistics: nothing,
};

/** The argument of a request of the viewer of trajectories, if it is one. For the extension only. @throws {Error} */
export function readViewerArgument<K extends keyof ViewerHostApi>(
  name: K,
  argument: unknown,
): Parameters<ViewerHostApi[K]>[0] {
  return readWith(viewerArguments[name], name, argument);
}

const statisticsArguments: {
  readonly [K in keyof StatisticsHostApi]: z.ZodMiniType<Parameters<StatisticsHostApi[K]>[0]>;
} = {
  ready: nothing,
  stop: nothing,
  refresh: nothing,
  showErrors: z.strictObject({ rule: word, model: z.nullable(word) }),
};

/** The same for the page of statistics. */
export function readStatisticsArgument<K extends keyof StatisticsHostApi>(
  name: K,
  argument: unknown,
): Parameters<StatisticsHostApi[K]>[0] {
  return readWith(statisticsArguments[name], name, argument);
}

/** The same for pages that ask for nothing but what they show. */
export function readReadyArgument(name: string, argument: unknown): null {
  return readWith(nothing, name, argument);
}
