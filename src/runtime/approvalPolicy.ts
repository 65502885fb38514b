import type { ApprovalMode, ApprovalRule, Approve, Judgement } from '../agent/approval';
import { openShellPolicy } from './shell/policy/shellPolicy';
import { judgeStatement } from './sql/judgeStatement';

/** What the user has set, and how to keep what they decide. */
export interface ApprovalOptions {
  readonly mode: ApprovalMode;
  /** Rules of the user; those of the run are made on the way. */
  readonly rules?: readonly ApprovalRule[] | undefined;
  /** Whether a server holds the statements of a database task to reading. */
  readonly readsOnly?: boolean | undefined;
  /** Keeps a rule beyond the run. */
  readonly keepRule?: ((rule: ApprovalRule) => void) | undefined;
}

/**
 * Judges each action, lets pass what the mode and the rules allow, and asks for the rest with the judgement attached.
 * It belongs to one run: it remembers what the commands so far may have done to the shell they share.
 *
 * It is a courtesy, not a boundary: it reads what a command says, not what the programs and files of this machine make
 * of it. What must not happen is for a sandbox to prevent.
 */
export function approveByPolicy(
  { mode, rules = [], keepRule, readsOnly = false }: ApprovalOptions,
  folder: string | undefined,
  ask: Approve,
): Approve {
  const shell = openShellPolicy(folder);
  const ruled = [...rules];
  return async (action, signal) => {
    const judgement =
      action.kind === 'bash' ? shell.judge(action.text, mode, ruled) : judgeSql(action.text, mode, readsOnly);
    const decision =
      judgement.verdict === 'run' ? { verdict: 'run' as const } : await ask({ ...action, judgement }, signal);
    if (decision.verdict === 'run' && 'remember' in decision && decision.remember && judgement.rule) {
      ruled.push(judgement.rule);
      if (decision.remember === 'user') keepRule?.(judgement.rule);
    }
    const runs = decision.verdict === 'edit' ? decision.text : decision.verdict === 'run' ? action.text : undefined;
    if (action.kind === 'bash' && runs !== undefined) shell.runs(runs);
    return decision;
  };
}

function judgeSql(sql: string, mode: ApprovalMode, readsOnly: boolean): Judgement {
  const judgement = judgeStatement(sql, readsOnly);
  if (mode === 'all') return { ...judgement, verdict: 'run' };
  return mode === 'ask' ? { ...judgement, verdict: 'ask' } : judgement;
}
