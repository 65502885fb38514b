import * as z from 'zod/mini';
import type { AcceptHostApi } from './acceptMessages';
import type { ExportHostApi } from './exportMessages';
import { instructionLimit, problemLimit, type Decision, type HostApi } from './messages';
import type { ResultsHostApi } from './resultsMessages';
import type { ReviewHostApi } from './reviewMessages';

/** Characters of an action, an edit or a reason: far more than a reply can hold. */
const textLimit = 200_000;

const nothing = z.null();
const problem = z.string().check(z.maxLength(problemLimit), z.regex(/\S/));
const count = z.int().check(z.nonnegative());
const text = z.string().check(z.maxLength(textLimit));

const decision: z.ZodMiniType<Decision> = z.discriminatedUnion('verdict', [
  z.strictObject({ verdict: z.literal('run'), remember: z.optional(z.enum(['run', 'user'])) }),
  z.strictObject({ verdict: z.literal('edit'), text: text.check(z.regex(/\S/)) }),
  z.strictObject({ verdict: z.literal('skip'), reason: text }),
  z.strictObject({ verdict: z.literal('stop') }),
]);

const hostArguments: { readonly [K in keyof HostApi]: z.ZodMiniType<Parameters<HostApi[K]>[0]> } = {
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
  chooseDatabase: nothing,
  chooseFolder: nothing,
  toggleRecording: nothing,
  chooseApproval: nothing,
  chooseSandbox: nothing,
  reviewChanges: nothing,
  exportResult: nothing,
  manageTrust: nothing,
  showLog: nothing,
};

const reviewArguments: { readonly [K in keyof ReviewHostApi]: z.ZodMiniType<Parameters<ReviewHostApi[K]>[0]> } = {
  ready: nothing,
  apply: z.strictObject({ conflicts: z.enum(['refuse', 'skip']) }),
  discard: nothing,
  showUndo: nothing,
};

const evaluation = z.string().check(z.maxLength(200));

const resultsArguments: { readonly [K in keyof ResultsHostApi]: z.ZodMiniType<Parameters<ResultsHostApi[K]>[0]> } = {
  ready: nothing,
  conversation: z.strictObject({ id: evaluation, index: count }),
  add: nothing,
  exportHtml: nothing,
  remove: z.strictObject({ id: evaluation }),
};

const acceptArguments: { readonly [K in keyof AcceptHostApi]: z.ZodMiniType<Parameters<AcceptHostApi[K]>[0]> } = {
  ready: nothing,
  decide: z.strictObject({ secret: text, decision: z.enum(['replace', 'keep']) }),
  replaceAll: nothing,
  setLoss: z.strictObject({ turn: count, loss: z.boolean() }),
  correct: z.strictObject({ turn: count, value: text.check(z.regex(/\S/)) }),
  toggleRecording: nothing,
  accept: nothing,
  reject: nothing,
  openFile: nothing,
};

const exportArguments: { readonly [K in keyof ExportHostApi]: z.ZodMiniType<Parameters<ExportHostApi[K]>[0]> } = {
  ready: nothing,
  setLearnGiven: z.strictObject({ on: z.boolean() }),
  save: nothing,
  push: nothing,
};

/**
 * The argument of a request of the chat page, if it is one. For the extension only: a page does not bundle zod.
 * @throws {Error} that names the place that does not fit, and none of its content.
 */
export function readHostArgument<K extends keyof HostApi>(name: K, argument: unknown): Parameters<HostApi[K]>[0] {
  return readWith(hostArguments[name], name, argument);
}

/** The same for the page of a database's changes. */
export function readReviewArgument<K extends keyof ReviewHostApi>(
  name: K,
  argument: unknown,
): Parameters<ReviewHostApi[K]>[0] {
  return readWith(reviewArguments[name], name, argument);
}

/** The same for the page of evaluations. */
export function readResultsArgument<K extends keyof ResultsHostApi>(
  name: K,
  argument: unknown,
): Parameters<ResultsHostApi[K]>[0] {
  return readWith(resultsArguments[name], name, argument);
}

/** The same for the page on which a trajectory is accepted. */
export function readAcceptArgument<K extends keyof AcceptHostApi>(
  name: K,
  argument: unknown,
): Parameters<AcceptHostApi[K]>[0] {
  return readWith(acceptArguments[name], name, argument);
}

/** The same for the page of an export. */
export function readExportArgument<K extends keyof ExportHostApi>(
  name: K,
  argument: unknown,
): Parameters<ExportHostApi[K]>[0] {
  return readWith(exportArguments[name], name, argument);
}

/**
 * What a schema makes of an argument.
 * @throws {Error} that names the place that does not fit, and none of its content.
 */
export function readWith<T>(schema: z.ZodMiniType<T>, name: string, argument: unknown): T {
  const read = schema.safeParse(argument);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(`The argument of ${name} does not fit at "${issue?.path.join('.') ?? ''}" (${issue?.code}).`);
}
