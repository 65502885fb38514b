import type { PageEvent } from '../../src/protocol/messages';
import type { ReviewState } from '../../src/protocol/reviewMessages';
import { proposed, running, started, surroundings, type ChatState } from './chatStates';
import type { PageState } from './pageStates';
import { reviewPage } from './reviewStates';

/** Runs that say a text wherever a run can: first the one that asks whether the text may run as a command. */
export function hostileRuns(text: string): readonly ChatState[] {
  const step: PageEvent = { type: 'step', step: 1, limit: 8 };
  const action: PageEvent = { type: 'action', step: 1, kind: 'bash', text, thought: text };
  const observed: PageEvent = {
    type: 'observation',
    step: 1,
    text,
    exitCode: 0,
    cwd: '/tmp',
    truncated: false,
  };
  const approved: PageEvent = { type: 'approval', step: 1, decision: { verdict: 'run' } };
  const around = {
    ...surroundings,
    endpoint: { status: 'ready', label: text, demo: false },
    place: { os: text, db: text },
  } as const;
  const why = { sentence: text, part: text, partAt: undefined, rule: text };
  const during = (run: Partial<typeof running>, ...events: readonly PageEvent[]): ChatState => ({
    state: { ...around, run: { ...running, problem: text, ...run } },
    events,
  });
  return [
    during({ awaiting: 1, why }, started, step, action),
    during({}, started, step, { type: 'delta', text: `Think: ${text}\n\nAct: bash\n\n\`\`\`bash\n${text}` }),
    during({ command: { state: 'running', lines: text.split('\n') } }, ...proposed, approved),
    during({}, started, step, action, approved, observed),
    during({ kind: 'db' }, started, step, { type: 'action', step: 1, kind: 'sql', text, thought: text }, approved, {
      ...observed,
      exitCode: null,
      result: {
        columns: [{ name: text, kind: 'text' }],
        rows: [[text], [{ text, length: 9 }]],
        rowCount: 2,
        complete: true,
      },
    }),
    during({}, started, step, action, { type: 'approval', step: 1, decision: { verdict: 'edit', text } }),
    during({}, started, step, action, { type: 'approval', step: 1, decision: { verdict: 'skip', reason: text } }),
    during(
      {},
      started,
      { type: 'notice', notice: { code: 'waiting', reason: text, waitMs: 4000, attempt: 1 } },
      { type: 'notice', notice: { code: 'grammar-rejected', reason: text } },
    ),
    during({ phase: 'ended', obstacles: ['no-answer'] }, started, {
      type: 'failure',
      message: text,
      code: 'endpoint.unreachable',
    }),
    ...[text, [text, text]].map((answer) =>
      during({ phase: 'ended' }, ...proposed, approved, observed, {
        type: 'finished',
        outcome: 'answered',
        answer,
        steps: 2,
        usage: { promptTokens: 900, completionTokens: 120, cachedTokens: null },
        time: { totalMs: 12_400, modelMs: 11_000, environmentMs: 400, overheadMs: 20 },
      }),
    ),
  ];
}

/** The page of a database's changes whose every text is this one. */
export function hostileReviews(text: string): readonly PageState[] {
  const waiting: ReviewState = {
    problem: text,
    database: text,
    path: text,
    isOnServer: false,
    canApply: true,
    phase: 'waiting',
    changes: {
      schema: [{ kind: 'altered', type: 'table', name: text, oldName: text, before: text, after: text }],
      tables: [
        {
          table: text,
          columns: [text, text],
          inserted: 1,
          updated: 1,
          deleted: 1,
          rows: [
            { kind: 'inserted', before: null, after: [text, null] },
            { kind: 'updated', before: [text, 1], after: ['', { text, length: 9000 }] },
            { kind: 'deleted', before: [text, text], after: null },
          ],
        },
      ],
    },
    report: undefined,
  };
  const report = { tables: [], schemaChanges: 1, conflictCount: 0, conflicts: [], backup: text };
  const conflict = { table: text, columns: [text], found: [text], left: [text], now: [text] };
  return [
    reviewPage(waiting),
    reviewPage({ ...waiting, phase: 'applied', report: { ...report, applied: true } }),
    reviewPage({
      ...waiting,
      report: { ...report, applied: false, conflictCount: 1, conflicts: [conflict], backup: null },
    }),
  ];
}
