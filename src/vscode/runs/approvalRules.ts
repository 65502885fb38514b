import type { ApprovalRule } from '../../agent/approval';
import { report, type Log } from '../report';
import type { Settings } from '../settings';

/** The user's rules of approval: in the user's settings, where no workspace can put one. */
export class ApprovalRules {
  constructor(
    private readonly settings: Settings,
    private readonly log: Log,
  ) {}

  /** What is no rule is passed over: the settings editor marks it. */
  get list(): readonly ApprovalRule[] {
    return this.settings.get('approvalRules').flatMap(readRule);
  }

  /** Keeps a rule, unless it is there. A setting that cannot be written is reported; the rule then holds for the run. */
  keep(rule: ApprovalRule): void {
    const written = this.settings.get('approvalRules');
    if (written.some((each) => JSON.stringify(each) === JSON.stringify(rule))) return;
    this.settings.set('approvalRules', [...written, rule]).catch((error: unknown) => report(this.log, error));
  }
}

function readRule(value: unknown): ApprovalRule[] {
  if (typeof value !== 'object' || value === null) return [];
  const { command, startsWith, ...others } = value as Readonly<Record<string, unknown>>;
  if (Object.keys(others).length > 0) return [];
  if (typeof command === 'string' && command.trim() !== '' && startsWith === undefined)
    return [{ command: command.trim() }];
  if (typeof startsWith === 'string' && startsWith.trim() !== '' && command === undefined)
    return [{ startsWith: startsWith.trim() }];
  return [];
}
