import {
  endings,
  type Ending,
  type EvaluationReport,
  type EvaluationSetting,
  type Share,
  type TaskResult,
  type TokenCounts,
} from '../../agent/evaluation';
import { isTestSet } from './published';
import type { Results } from './resultFile';
import { bootstrapInterval, passAt, wilsonInterval } from './statistics';

/** For a million tokens. */
export interface Prices {
  readonly prompt: number;
  readonly completion: number;
}

/** What the results of one model on one suite come to. */
export function reportOf({ setting, results }: Results, prices?: Prices): EvaluationReport {
  const passed = results.filter((result) => result.passed).length;
  const tokens = addTokens(results);
  const time = sum(results, ({ time: { totalMs } }) => totalMs);
  const missing = Math.max(0, setting.tasks * setting.repeat - results.length);
  return {
    type: 'report',
    suite: setting.suite,
    kind: setting.kind,
    model: setting.model,
    endpoint: setting.endpoint,
    rules: setting.rules,
    environment: setting.environment,
    total: results.length,
    passed,
    score: scoreOf(groupsOf(setting, results)),
    interval: intervalOf(setting, results, passed),
    categories: categoriesOf(setting, results),
    outcomes: countEndings(results),
    averageSteps: average(results, ({ steps }) => steps),
    passAt: passAtEach(setting, results),
    tokens,
    time: {
      total: time,
      model: sum(results, ({ time: { modelMs } }) => modelMs),
      environment: sum(results, ({ time: { environmentMs } }) => environmentMs),
      averageTask: results.length === 0 ? 0 : time / results.length,
    },
    cost: prices === undefined ? null : (tokens.prompt * prices.prompt + tokens.completion * prices.completion) / 1e6,
    missing,
    comparable: isTestSet(setting, missing),
  };
}

/** What a database score is the mean of; an OS suite is one group. */
export function groupOf(kind: EvaluationSetting['kind'], category: string): string {
  if (kind === 'os') return 'all';
  return category === 'INSERT' || category === 'UPDATE' || category === 'DELETE' ? category : 'SELECT';
}

type Groups = readonly (readonly TaskResult[])[];

/** Groups that no task of is there are left out; DELETE is no part of the paper's mean. */
function groupsOf({ kind }: EvaluationSetting, results: readonly TaskResult[]): Groups {
  const groups = Map.groupBy(results, ({ category }) => groupOf(kind, category));
  if (groups.size > 1) groups.delete('DELETE');
  return [...groups.values()];
}

function scoreOf(groups: Groups): number {
  const shares = groups.filter((group) => group.length > 0).map((group) => shareOf(group).score);
  return shares.length === 0 ? 0 : shares.reduce((a, b) => a + b) / shares.length;
}

function shareOf(results: readonly TaskResult[]): Share {
  const passed = results.filter((result) => result.passed).length;
  return { total: results.length, passed, score: results.length === 0 ? 0 : (100 * passed) / results.length };
}

/** Attempts at the same task are no tasks of their own: they count as one, in part passed, and are drawn together. */
function intervalOf(
  setting: EvaluationSetting,
  results: readonly TaskResult[],
  passed: number,
): EvaluationReport['interval'] {
  const groups = groupsOf(setting, results);
  if (groups.length <= 1) {
    const tasks = results.length / setting.repeat;
    return { ...wilsonInterval(passed / setting.repeat, tasks), method: 'wilson' };
  }
  const tasks = groups.map((group) => [...Map.groupBy(group, ({ index }) => index).values()]);
  const interval = bootstrapInterval(tasks, (drawn) => scoreOf(drawn.map((group) => group.flat())));
  return { ...interval, method: 'bootstrap' };
}

function categoriesOf({ kind }: EvaluationSetting, results: readonly TaskResult[]): Record<string, Share> {
  const own = Map.groupBy(results, ({ category }) => category);
  const groups = kind === 'db' ? Map.groupBy(results, ({ category }) => groupOf(kind, category)) : [];
  const all = new Map([...own, ...groups]);
  const names = [...all.keys()].sort();
  return Object.fromEntries(names.map((name) => [name, shareOf(all.get(name) ?? [])]));
}

function countEndings(results: readonly TaskResult[]): Record<Ending, number> {
  const counts = Object.fromEntries(endings.map((ending) => [ending, 0])) as Record<Ending, number>;
  for (const { ending } of results) counts[ending]++;
  return counts;
}

function passAtEach({ repeat }: EvaluationSetting, results: readonly TaskResult[]): Record<string, number> {
  if (repeat === 1) return {};
  const tasks = [...Map.groupBy(results, ({ index }) => index).values()];
  const whole = tasks.filter((attempts) => attempts.length === repeat);
  const counts = Array.from({ length: repeat }, (_, index) => index + 1);
  return Object.fromEntries(
    counts.map((k) => [
      `${k}`,
      100 * average(whole, (attempts) => passAt(k, repeat, attempts.filter(({ passed }) => passed).length)),
    ]),
  );
}

function addTokens(results: readonly TaskResult[]): TokenCounts {
  const cached = results.flatMap(({ tokens }) => (tokens.cached === null ? [] : [tokens.cached]));
  return {
    prompt: sum(results, ({ tokens }) => tokens.prompt),
    completion: sum(results, ({ tokens }) => tokens.completion),
    cached: cached.length === 0 ? null : cached.reduce((a, b) => a + b),
  };
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

function average<T>(all: readonly T[], of: (one: T) => number): number {
  return all.length === 0 ? 0 : sum(all, of) / all.length;
}
