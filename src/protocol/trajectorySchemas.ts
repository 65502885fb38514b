import * as z from 'zod/mini';
import { argumentReader } from './schemas';
import type { StatisticsHostApi } from './statisticsMessages';
import { pageSize, trainers, type CompareHostApi, type ViewerHostApi } from './viewerMessages';

const nothing = z.null();
const position = z.int().check(z.nonnegative());
const word = z.string().check(z.maxLength(1000));

/** For the viewer of trajectories. */
export const readViewerArgument = argumentReader<ViewerHostApi>({
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
});

/** For the page of statistics. */
export const readStatisticsArgument = argumentReader<StatisticsHostApi>({
  ready: nothing,
  stop: nothing,
  refresh: nothing,
  showErrors: z.strictObject({ rule: word, model: z.nullable(word) }),
});

/** For the page of a comparison. */
export const readCompareArgument = argumentReader<CompareHostApi>({ ready: nothing });
