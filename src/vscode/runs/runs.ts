import * as vscode from 'vscode';
import { UserError } from '../../agent/errors';
import type { AgentEvent } from '../../agent/events';
import type { RunRecord } from '../../agent/runRecord';
import type { RunRequest, StartRun } from '../../agent/session';
import { resumedFrom } from '../../agent/steering';
import { Run } from './run';

/** Ended runs that a window remembers; the oldest one goes. */
const remembered = 50;

/** The runs of this window: as many at a time as were asked for, one of them shown. Every surface listens here. */
export class Runs implements vscode.Disposable {
  private runs: readonly Run[] = [];
  private run: Run | undefined;
  private readonly didStart = new vscode.EventEmitter<Run>();
  private readonly didShow = new vscode.EventEmitter<Run | undefined>();
  private readonly changed = new vscode.EventEmitter<void>();
  /** A run was asked for; it has no events yet. It is shown next. */
  readonly onDidStart = this.didStart.event;
  readonly onDidShow = this.didShow.event;
  /** Another run is shown, or a run is in another state. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly startRun: StartRun) {}

  /** The last one last. */
  get all(): readonly Run[] {
    return this.runs;
  }

  /** The one that is shown; undefined where a new one is to be written. */
  get current(): Run | undefined {
    return this.run;
  }

  /** The one whose trajectory has this id. */
  find(id: string): Run | undefined {
    return this.runs.find((run) => run.id === id);
  }

  /** @param earlier what it goes on from; it begins where there is nothing */
  start(request: RunRequest, inTerminal = false, earlier?: readonly AgentEvent[]): Run {
    const run = Run.start(request, this.startRun, inTerminal, earlier);
    this.add(run);
    this.didStart.fire(run);
    this.show(run);
    return run;
  }

  /**
   * Goes on with a run that ended before it got anywhere, as a run of its own.
   * @throws {UserError} when there is nothing to go on from
   */
  resume(run: Run): Run {
    const earlier = resumedFrom(run.events);
    if (run.active || !earlier) {
      throw new UserError('run.not-resumable', 'There is nothing to go on from in this task. Start it again.');
    }
    return this.start(run.request, false, earlier);
  }

  /** Takes a run of an earlier window in. */
  restore(record: RunRecord): Run {
    const run = Run.restore(record);
    this.add(run);
    return run;
  }

  /** Whatever was shown before goes on unseen. */
  show(run: Run | undefined): void {
    this.run = run;
    this.didShow.fire(run);
    this.changed.fire();
  }

  /** Stops what goes on, and settles when everything it opened is closed. */
  async close(): Promise<void> {
    for (const run of this.runs) run.stop();
    await Promise.all(this.runs.map(({ done }) => done));
  }

  dispose(): void {
    vscode.Disposable.from(...this.runs, this.didStart, this.didShow, this.changed).dispose();
  }

  private add(run: Run): void {
    run.onDidChange(() => this.changed.fire());
    this.runs = [...this.runs, run].toSorted((a, b) => a.askedAt - b.askedAt);
    this.forgetOldest();
  }

  private forgetOldest(): void {
    const ended = this.runs.filter((run) => !run.active && run !== this.run);
    const [oldest] = ended;
    if (oldest === undefined || ended.length <= remembered) return;
    this.runs = this.runs.filter((run) => run !== oldest);
    oldest.dispose();
  }
}
