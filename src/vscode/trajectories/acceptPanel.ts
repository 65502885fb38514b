import * as vscode from 'vscode';
import { undecidedSecrets, type AcceptanceCheck, type FoundSecret } from '../../agent/acceptance';
import { UserError } from '../../agent/errors';
import { reviewedTurns, secretPieces, type ReviewLine, type RunReview } from '../../agent/runReview';
import type { AcceptHostApi, AcceptState, SecretDecision, ShownPiece, ShownTurn } from '../../protocol/acceptMessages';
import { readAcceptArgument } from '../../protocol/schemas';
import type { StatePageApi } from '../../protocol/statePage';
import { acceptStrings } from './acceptStrings';
import { decisionOn, problemInWords, type AcceptStep, type Checked } from './acceptStep';
import { PagePanels } from '../pages/pagePanels';
import type { Recording } from './recording';
import { report, type Log } from '../report';
import type { Run } from '../runs/run';
import { answerPage } from '../pages/webviewPage';

/** Shows a finished run as the training data that it would become, and accepts or rejects it. */
export class AcceptPanels implements vscode.Disposable {
  private readonly panels: PagePanels<Run>;

  constructor(
    extensionUri: vscode.Uri,
    private readonly step: AcceptStep,
    private readonly recording: Recording,
    private readonly log: Log,
  ) {
    this.panels = new PagePanels(extensionUri);
  }

  /**
   * Opens the page of a run, or brings it to the front.
   * @throws {UserError} `record.running`
   */
  show(run: Run): void {
    if (!run.trajectory) throw new UserError('record.running', 'The task has not ended yet. Accept it when it has.');
    const title = vscode.l10n.t('Accept Trajectory');
    const page = { name: 'accept', styles: ['chat.css', 'accept.css'], title };
    this.panels.show(run, page, (webview) => this.connect(webview, run));
  }

  dispose(): void {
    this.panels.dispose();
  }

  /** Returns the way to stop whatever goes on for the panel. */
  private connect(webview: vscode.Webview, run: Run): () => void {
    let checked: Checked | undefined;
    let writing = false;
    let file: string | undefined;
    let wanted = 0;

    const tell = (): void => channel.tell('state', state());
    const state = (): AcceptState => stateOf(run, this.recording.on, { checked, writing, file });
    const check = async (): Promise<void> => {
      wanted++;
      const mine = wanted;
      const found = await this.step.check(run);
      // What was changed meanwhile is being checked by somebody else.
      if (mine !== wanted) return;
      checked = found;
      tell();
    };
    const say = (line: ReviewLine): void => {
      if (run.verdict !== 'undecided') {
        throw new UserError('record.decided', 'This trajectory was already accepted or rejected.');
      }
      run.say(line);
    };
    const found = (): AcceptanceCheck['secrets'] => checked?.check.secrets ?? [];

    const channel = answerPage<AcceptHostApi, StatePageApi<AcceptState>>(webview, this.log, {
      handlers: {
        ready: () => ({ state: state(), strings: acceptStrings() }),
        decide: ({ secret, decision }) => {
          const which = found().filter((each) => each.secret === secret);
          say(decisionOn(which, decision, run.review));
        },
        replaceAll: () => {
          const waiting = checked ? undecidedSecrets(checked.check, run.review) : [];
          say(decisionOn(waiting, 'replace', run.review));
        },
        setLoss: ({ turn, loss }) => {
          requireOwnReply(run, turn);
          say({ type: 'loss', turn, loss });
        },
        correct: ({ turn, value }) => {
          requireOwnReply(run, turn);
          say({ type: 'correction', turn, value });
        },
        toggleRecording: () => this.recording.toggle(),
        accept: async () => {
          writing = true;
          tell();
          try {
            file = await this.step.write(run);
          } finally {
            writing = false;
            tell();
          }
        },
        reject: () => run.judge('rejected'),
        openFile: async () => {
          if (file !== undefined) await vscode.window.showTextDocument(vscode.Uri.file(file));
        },
      },
      read: readAcceptArgument,
    });
    const refresh = (): void => {
      tell();
      check().catch((error: unknown) => report(this.log, error));
    };
    const subscription = vscode.Disposable.from(run.onReview(refresh), this.recording.onDidChange(tell));
    refresh();
    return () => {
      wanted++;
      subscription.dispose();
      channel.close();
    };
  }
}

/** @throws {UserError} for a turn that is none, or was given to the model */
function requireOwnReply(run: Run, turn: number): void {
  const turns = run.trajectory?.turns ?? [];
  if (turns[turn]?.from === 'gpt' && turn >= givenTurns(run)) return;
  throw new UserError('record.given', 'Only replies of this run can be changed, not what was given to the model.');
}

/** What was said before the first step. */
function givenTurns({ events }: Run): number {
  const first = events.findIndex(({ type }) => type === 'step');
  return events.slice(0, first === -1 ? undefined : first).filter(({ type }) => type === 'turn').length;
}

interface Progress {
  readonly checked: Checked | undefined;
  readonly writing: boolean;
  readonly file: string | undefined;
}

function stateOf(run: Run, recording: boolean, { checked, writing, file }: Progress): AcceptState {
  const { trajectory, review, verdict } = run;
  if (!trajectory) throw new Error('Only a run that has ended can be accepted.');
  const secrets = checked?.check.secrets ?? [];
  const phase = verdict !== 'undecided' && !writing ? verdict : writing ? 'writing' : checked ? 'waiting' : 'checking';
  return {
    problem: trajectory.problem,
    model: trajectory.model,
    outcome: trajectory.finished.outcome,
    phase,
    recording,
    secrets: secrets.map((found) => ({ ...found, decision: decisionOf(found, review) })),
    problems: (checked?.check.problems ?? []).map(({ code, turn, detail, blocks }) => ({
      sentence: problemInWords(code),
      detail,
      turn,
      blocks,
    })),
    turns: shownTurns(trajectory.turns, review, secrets),
    givenTurns: givenTurns(run),
    file,
  };
}

function decisionOf({ secret }: FoundSecret, { replaced, kept }: RunReview): SecretDecision | undefined {
  if (kept.includes(secret)) return 'keep';
  return replaced.some((each) => each.secret === secret) ? 'replace' : undefined;
}

function shownTurns(
  turns: Parameters<typeof reviewedTurns>[0],
  review: RunReview,
  secrets: readonly FoundSecret[],
): ShownTurn[] {
  const unredacted = reviewedTurns(turns, { ...review, replaced: [] });
  const originals = new Map(unredacted.corrections.map(({ turn, original }) => [turn, original]));
  return unredacted.turns.map(({ from, loss, value }, turn) => ({
    from,
    loss,
    text: value,
    pieces: secretPieces(value, secrets).map((piece) => shownPiece(piece, review)),
    original: originals.get(turn),
  }));
}

function shownPiece({ text, secret }: { text: string; secret?: FoundSecret }, review: RunReview): ShownPiece {
  if (!secret) return { text };
  switch (decisionOf(secret, review)) {
    case 'replace':
      return { text, secret: { becomes: secret.replacement } };
    case 'keep':
      return { text };
    case undefined:
      return { text, secret: 'waiting' };
  }
}
