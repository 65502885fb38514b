import type { Judgement } from '../../agent/approval';
import { readStatement } from './statement';

/**
 * Whether a statement changes anything. What it reaches is a scratch copy, or a server that lets it only read: reading does
 * no harm in either, and a change waits for nobody but asks, because the agent's answer may be built on it.
 * @param readsOnly whether it reaches a server that lets it only read
 */
export function judgeStatement(sql: string, readsOnly = false): Judgement {
  const statement = readStatement(sql);
  const reads =
    statement.kind === 'describe' || statement.kind === 'show-tables' || (statement.kind === 'sql' && statement.reads);
  if (reads) return { verdict: 'run', reason: readsOnly ? reasons.readsServer : reasons.reads };
  if (readsOnly) return { verdict: 'ask', reason: reasons.refusedByServer };
  return { verdict: 'ask', reason: statement.kind === 'refused' ? reasons.refused : reasons.changes };
}

const reasons = {
  reads: {
    code: 'policy.sql-reads',
    template: 'It only reads, and what it reads is a copy of the database.',
    values: [],
  },
  readsServer: {
    code: 'policy.sql-reads-server',
    template: 'It only reads, and the server lets it do nothing else.',
    values: [],
  },
  refused: {
    code: 'policy.sql-refused',
    template: 'The database will refuse it: it takes one plain statement at a time.',
    values: [],
  },
  refusedByServer: {
    code: 'policy.sql-refused-server',
    template: 'The server will refuse it if it changes anything: the agent may only read there.',
    values: [],
  },
  changes: {
    code: 'policy.sql-changes',
    template: 'It changes the copy of the database that this run works on.',
    values: [],
  },
} as const satisfies Record<string, Judgement['reason']>;
