import type { Judgement } from '../../agent/approval';
import { readStatement } from './statement';

/**
 * Whether a statement changes anything. What it reaches is a scratch copy in any case: reading it can do no harm at all,
 * and a change waits for nobody but asks, because the agent's answer may be built on it.
 */
export function judgeStatement(sql: string): Judgement {
  const statement = readStatement(sql);
  const reads =
    statement.kind === 'describe' || statement.kind === 'show-tables' || (statement.kind === 'sql' && statement.reads);
  if (reads)
    return {
      verdict: 'run',
      reason: {
        code: 'policy.sql-reads',
        template: 'It only reads, and what it reads is a copy of the database.',
        values: [],
      },
    };
  return statement.kind === 'refused'
    ? {
        verdict: 'ask',
        reason: {
          code: 'policy.sql-refused',
          template: 'The database will refuse it: it takes one plain statement at a time.',
          values: [],
        },
      }
    : {
        verdict: 'ask',
        reason: {
          code: 'policy.sql-changes',
          template: 'It changes the copy of the database that this run works on.',
          values: [],
        },
      };
}
