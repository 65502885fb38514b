import type { EvaluationSetting } from '../../agent/evaluation';
import { bestOf, type Results } from './resultFile';

/** Shards of one evaluation become one; evaluations of other models or settings stay apart. In the order they came. */
export function mergeResults(all: readonly Results[]): Results[] {
  const groups = Map.groupBy(all, ({ setting }) => identityOf(setting));
  return [...groups.values()].flatMap((parts) => {
    const [first] = parts;
    return first === undefined
      ? []
      : [{ setting: first.setting, results: bestOf(parts.flatMap(({ results }) => results)) }];
  });
}

/** Each machine of a cluster may have a model server of its own, under whatever address. */
function identityOf(setting: EvaluationSetting): string {
  const entries = Object.entries({ ...setting, endpoint: '' });
  return JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
