import * as z from 'zod/mini';
import type { AcceptHostApi } from './acceptMessages';
import type { Api, Listener } from './channel';
import type { ExportHostApi } from './exportMessages';
import { instructionLimit, problemLimit, type Decision, type HostApi } from './messages';
import type { MixHostApi } from './mixMessages';
import type { ResultsHostApi } from './resultsMessages';
import type { ReviewHostApi } from './reviewMessages';

/** Characters of an action, an edit or a reason: far more than a reply can hold. */
const textLimit = 200_000;

const nothing = z.null();
const problem = z.string().check(z.maxLength(problemLimit), z.regex(/\S/));
const count = z.int().check(z.nonnegative());
const text = z.string().check(z.maxLength(textLimit));
const evaluation = z.string().check(z.maxLength(200));
const attempt = z.strictObject({ id: evaluation, index: count });

const decision: z.ZodMiniType<Decision> = z.discriminatedUnion('verdict', [
  z.strictObject({ verdict: z.literal('run'), remember: z.optional(z.enum(['run', 'user'])) }),
  z.strictObject({ verdict: z.literal('edit'), text: text.check(z.regex(/\S/)) }),
  z.strictObject({ verdict: z.literal('skip'), reason: text }),
  z.strictObject({ verdict: z.literal('stop') }),
]);

/** For the page of the chat. */
export const readHostArgument = argumentReader<HostApi>({
  ready: nothing,
  part: z.strictObject({
    runId: z.string().check(z.maxLength(20)),
    place: z.union([
      z.strictObject({ before: count }),
      z.strictObject({ from: count }),
      z.strictObject({ step: count }),
    ]),
  }),
  start: z.strictObject({
    kind: z.enum(['os', 'db', 'chat']),
    problem,
  }),
  decide: z.strictObject({ step: count, shown: text, decision }),
  stop: nothing,
  say: problem,
  copy: text,
  insert: text,
  runCode: problem,
  instruct: z.string().check(z.maxLength(instructionLimit), z.regex(/\S/)),
  withdraw: count,
  resume: nothing,
  accept: nothing,
  reviewTrajectory: nothing,
  reject: nothing,
  showTerminal: nothing,
  interrupt: nothing,
  keepWaiting: nothing,
  sendToBackground: nothing,
  attach: nothing,
  detach: count,
  attachDropped: z.array(z.string().check(z.maxLength(4096))).check(z.maxLength(20)),
  selectEndpoint: nothing,
  connectEndpoint: nothing,
  cancelConnecting: nothing,
  chooseDatabase: nothing,
  chooseFolder: nothing,
  toggleRecording: nothing,
  chooseApproval: nothing,
  chooseSandbox: nothing,
  reviewChanges: nothing,
  exportResult: nothing,
  manageTrust: nothing,
  showLog: nothing,
});

/** For the page of a database's changes. */
export const readReviewArgument = argumentReader<ReviewHostApi>({
  ready: nothing,
  apply: z.strictObject({ conflicts: z.enum(['refuse', 'skip']) }),
  discard: nothing,
  showUndo: nothing,
});

/** For the page of evaluations. */
export const readResultsArgument = argumentReader<ResultsHostApi>({
  ready: nothing,
  conversation: attempt,
  accept: attempt,
  add: nothing,
  exportHtml: nothing,
  remove: z.strictObject({ id: evaluation }),
});

/** For the page on which a trajectory is accepted. */
export const readAcceptArgument = argumentReader<AcceptHostApi>({
  ready: nothing,
  decide: z.strictObject({ secret: text, decision: z.enum(['replace', 'keep']) }),
  replaceAll: nothing,
  setLoss: z.strictObject({ turn: count, loss: z.boolean() }),
  correct: z.strictObject({ turn: count, value: text.check(z.regex(/\S/)) }),
  toggleRecording: nothing,
  accept: nothing,
  reject: nothing,
  openFile: nothing,
});

/** For the page of an export. */
export const readExportArgument = argumentReader<ExportHostApi>({
  ready: nothing,
  setLearnGiven: z.strictObject({ on: z.boolean() }),
  save: nothing,
  push: nothing,
});

const side = z.enum(['agent', 'general']);
const share = z.number().check(z.gte(0), z.lte(1));

/** For the page of a mixture. */
export const readMixArgument = argumentReader<MixHostApi>({
  ready: nothing,
  add: z.strictObject({ side }),
  remove: z.strictObject({ side, index: count }),
  chooseSuite: nothing,
  removeSuite: nothing,
  set: z.strictObject({
    eta: share,
    seed: count,
    total: z.nullable(z.int().check(z.positive())),
    validation: share,
  }),
  openRecipe: nothing,
  preview: nothing,
  build: nothing,
  stop: nothing,
  openMix: nothing,
});

/**
 * Reads the argument of a request, if it is one. For the extension only: a page does not bundle zod. What it returns
 * throws an error that names the place that does not fit, and none of its content.
 */
export function argumentReader<Host extends Api<Host>>(schemas: {
  readonly [K in keyof Host]: z.ZodMiniType<Parameters<Host[K]>[0]>;
}): Listener<Host>['read'] {
  return (name, argument) => {
    const read = schemas[name].safeParse(argument);
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    throw new Error(`The argument of ${name} does not fit at "${issue?.path.join('.') ?? ''}" (${issue?.code}).`);
  };
}
