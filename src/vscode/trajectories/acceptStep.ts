import * as vscode from 'vscode';
import { undecidedSecrets, type AcceptanceCheck, type CheckCandidate } from '../../agent/acceptance';
import type { Dialogue } from '../../agent/conversation';
import { UserError } from '../../agent/errors';
import { reviewedTurns, type RunReview } from '../../agent/runReview';
import { obstacles, type Trajectory } from '../../agent/trajectory';
import { pageStrings } from '../pages/pageStrings';
import type { Recording } from './recording';
import type { Run } from '../runs/run';

/** What a finished run would be as training data, and what a person should know before. */
export interface Checked {
  readonly trajectory: Trajectory;
  /** As it would be written. */
  readonly dialogue: Dialogue;
  readonly check: AcceptanceCheck;
}

/**
 * What stands between a finished run and training data: nothing is written while a secret waits for a decision, or while
 * no trainer could learn from it.
 */
export class AcceptStep {
  constructor(
    private readonly recording: Recording,
    private readonly checkCandidate: CheckCandidate,
    private readonly knownSecrets: () => Promise<readonly string[]>,
  ) {}

  /** @throws {UserError} `record.running` */
  async check(run: Run): Promise<Checked> {
    const { trajectory, review } = run;
    if (!trajectory) throw new UserError('record.running', 'The task has not ended yet. Accept it when it has.');
    const { id } = trajectory;
    const unredacted = reviewedTurns(trajectory.turns, { ...review, replaced: [] });
    const { turns: conversations, corrections } = unredacted;
    const candidate = { dialogue: { id, conversations }, corrections, review };
    const check = await this.checkCandidate(candidate, await this.knownSecrets());
    const dialogue = { id, conversations: reviewedTurns(trajectory.turns, review).turns };
    const problems = [...endProblems({ ...trajectory, turns: conversations }), ...check.problems];
    return { trajectory, dialogue, check: { ...check, problems } };
  }

  /**
   * Writes the run as training data.
   * @returns the file
   * @throws {UserError} `record.secrets` while a secret is neither replaced nor kept on purpose, `record.unfit` where it
   * cannot be trained on, and what `Recording.write` throws
   */
  async write(run: Run): Promise<string> {
    const { check, dialogue } = await this.check(run);
    const waiting = undecidedSecrets(check, run.review).length;
    if (waiting > 0) {
      throw new UserError(
        'record.secrets',
        'Secrets that wait for your decision: {0}. Replace them, or keep them on purpose, then accept.',
        [waiting],
      );
    }
    const blocking = check.problems.find(({ blocks }) => blocks);
    if (blocking) {
      throw new UserError('record.unfit', 'This trajectory cannot be trained on. {0}', [problemInWords(blocking.code)]);
    }
    return this.recording.write(run, dialogue);
  }

  /**
   * Writes the run where a person has nothing to decide and nothing to look at.
   * @returns the file; undefined where there is something
   * @throws {UserError} as `write`
   */
  async writeIfClear(run: Run): Promise<string | undefined> {
    this.recording.requireOn();
    const { check } = await this.check(run);
    const clear = check.problems.length === 0 && undecidedSecrets(check, run.review).length === 0;
    return clear ? this.write(run) : undefined;
  }
}

/** What only the run knows, and no reader of its conversation: that nobody answered, or nobody who could. */
function endProblems(trajectory: Trajectory): AcceptanceCheck['problems'] {
  return obstacles(trajectory).flatMap((code) =>
    code === 'demo' || code === 'no-answer' ? [{ code, turn: null, detail: '', blocks: true }] : [],
  );
}

/** The review of a run with a decision on some of its secrets, as the line of its record. */
export function decisionOn(
  secrets: AcceptanceCheck['secrets'],
  decision: 'replace' | 'keep',
  { replaced, kept }: Pick<RunReview, 'replaced' | 'kept'>,
): { readonly type: 'redaction' } & Pick<RunReview, 'replaced' | 'kept'> {
  const texts = new Set(secrets.map(({ secret }) => secret));
  const others = replaced.filter(({ secret }) => !texts.has(secret));
  const stay = kept.filter((secret) => !texts.has(secret));
  const more = secrets.map(({ kind, secret, replacement }) => ({ kind, secret, replacement }));
  return decision === 'replace'
    ? { type: 'redaction', replaced: [...others, ...more], kept: stay }
    : { type: 'redaction', replaced: others, kept: [...stay, ...texts] };
}

/** The words of a problem; what exactly was found is said in English beside them. */
export function problemInWords(code: string): string {
  switch (code) {
    case 'demo':
    case 'no-answer':
      return pageStrings()[`obstacle.${code}`];
    case 'first-not-human':
    case 'roles':
      return vscode.l10n.t('Its turns do not alternate.');
    case 'nothing-learnt':
      return vscode.l10n.t('There is no reply in it to learn from.');
    case 'last-not-learnt':
      return vscode.l10n.t('Its last turn is not a reply to learn from.');
    case 'empty-turn':
      return vscode.l10n.t('A turn is empty.');
    case 'too-long':
      return vscode.l10n.t('It is longer than what a trainer reads.');
    case 'separator':
      return vscode.l10n.t('A turn holds a marker that trainers take for the boundary of a turn.');
    case 'action':
      return vscode.l10n.t('A reply that is to be learnt holds no action.');
    case 'observation':
      return vscode.l10n.t('What the model reads is not worded as it was trained to read it.');
    case 'poison':
      return vscode.l10n.t('It may teach harm: look at what it does.');
    case 'test-task':
      return vscode.l10n.t(
        'It is a task of an evaluation suite: a model that learns it knows what the suite asks, and its score there says nothing.',
      );
    default:
      return vscode.l10n.t('Something is wrong with it.');
  }
}
