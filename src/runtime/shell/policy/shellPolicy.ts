import type { ApprovalMode, ApprovalRule, Judgement } from '../../../agent/approval';
import { judgeCommand } from './judgeCommand';
import { freshShell, type Knowledge } from './knowledge';
import { reasons } from './reasons';

/** The policy for the shell of one run: what a command may have done to that shell counts for those that follow. */
export interface ShellPolicy {
  judge(command: string, mode: ApprovalMode, rules: readonly ApprovalRule[]): Judgement;
  /** To be told of every command that runs, asked for or not, edited or not. */
  runs(command: string): void;
}

/** @param folder where the shell starts, as an absolute path; undefined where it is not known */
export function openShellPolicy(folder: string | undefined): ShellPolicy {
  let known: Knowledge = freshShell(folder);
  return {
    judge(command, mode, rules) {
      if (mode === 'all') return { verdict: 'run', reason: reasons.runsAlways };
      const { finding, covered, rule } = judgeCommand(command, known, rules);
      if (finding) return { verdict: 'ask', ...finding, rule };
      if (covered) return { verdict: 'run', reason: reasons.covered };
      return mode === 'reads'
        ? { verdict: 'run', reason: reasons.reads }
        : { verdict: 'ask', reason: reasons.asksAlways, rule };
    },
    runs(command) {
      known = judgeCommand(command, known).after;
    },
  };
}

/** For bytes that are no text: they could not even be shown. */
export function judgeUnreadable(): Judgement {
  return { verdict: 'ask', reason: reasons.unreadable };
}
