import type * as vscode from 'vscode';
import type { UserError } from '../../agent/errors';
import type { AgentEvent } from '../../agent/events';
import type { RunHeader, RunRecord } from '../../agent/runRecord';
import type { ReviewLine } from '../../agent/runReview';
import type { Recording } from '../trajectories/recording';
import { report, type Log } from '../report';
import type { Run } from './run';
import type { Runs } from './runs';
import type { Settings } from '../settings';

/** A run on its way to the disk. */
export interface RunJournal {
  hear(event: AgentEvent): void;
  review(line: ReviewLine): void;
  flush(): Promise<void>;
}

/** Where runs are kept: those of the history for a while, those of the library until a person deletes them. */
export interface RunStore {
  open(header: RunHeader, shelf: 'history' | 'library', onFailure: (error: UserError) => void): Promise<RunJournal>;
  /** The last one first. */
  list(): Promise<readonly { readonly id: string; readonly header: RunHeader }[]>;
  read(id: string): Promise<RunRecord | undefined>;
  delete(id: string): Promise<void>;
  /** Adds what a person said of a run later. */
  review(id: string, line: ReviewLine): Promise<void>;
  /** Deletes all but the last so many of the history. */
  prune(kept: number): Promise<void>;
}

/** A run of an earlier window, or one that this window has forgotten. */
export interface PastRun {
  readonly id: string;
  readonly header: RunHeader;
}

const memoryKey = 'runNames';
/** VS Code keeps them in one piece, which is to stay small. */
const mostNames = 500;

/** Keeps the runs of this workspace on this machine, so that a reload or a crash loses none, for as long as the user wants. */
export class History implements vscode.Disposable {
  private readonly journals = new Map<Run, Promise<RunJournal>>();
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly runs: Runs,
    private readonly store: RunStore,
    private readonly settings: Settings,
    private readonly recording: Pick<Recording, 'on'>,
    /** Of the product. */
    private readonly version: string,
    private readonly log: Log,
    /** The names that the user gave, by the ids of runs. */
    private readonly memory: vscode.Memento,
  ) {
    this.subscription = runs.onDidStart((run) => {
      if (this.keeps) this.keep(run);
    });
  }

  /** Those that are not in `Runs`. */
  async past(): Promise<readonly PastRun[]> {
    const here = new Set(this.runs.all.flatMap((run) => run.id ?? []));
    return (await this.store.list()).filter(({ id }) => !here.has(id));
  }

  async show({ id }: PastRun): Promise<void> {
    const run = await this.open(id);
    if (run) this.runs.show(run);
  }

  /** The run of this window, or the one that was kept; undefined where there is none of this id. */
  async open(id: string): Promise<Run | undefined> {
    const known = this.runs.find(id);
    if (known) return known;
    const record = await this.store.read(id);
    if (!record) return undefined;
    const run = this.runs.restore(record);
    run.onReview((line) => {
      this.store.review(id, line).catch((error: unknown) => report(this.log, error));
    });
    return run;
  }

  /** Takes a run in that was not run in this window, and keeps it like those that were. One that is known stays as it is. */
  async adopt(id: string, record: RunRecord): Promise<Run> {
    const known = await this.open(id);
    if (known) return known;
    if (this.keeps) {
      const journal = await this.openJournal(record.header);
      for (const { event } of record.events) journal.hear(event);
      const { reward } = record.review;
      if (reward !== undefined) journal.review({ type: 'reward', reward, by: 'check' });
      await journal.flush();
    }
    return (await this.open(id)) ?? this.runs.restore(record);
  }

  async delete({ id }: PastRun): Promise<void> {
    await this.store.delete(id);
    await this.rename(id, '');
  }

  /** What the user called a run; undefined where they called it nothing. */
  nameOf(id: string): string | undefined {
    return this.names[id];
  }

  /** @param name empty for a run that is to be called by its task again */
  async rename(id: string, name: string): Promise<void> {
    const { [id]: _, ...others } = this.names;
    const kept = Object.entries(others).slice(-mostNames);
    await this.memory.update(
      memoryKey,
      Object.fromEntries([...kept, ...(name.trim() === '' ? [] : [[id, name.trim()]])]),
    );
  }

  private get names(): Readonly<Record<string, string>> {
    return this.memory.get(memoryKey, {});
  }

  /** Settles when all that was heard is on the disk. */
  async close(): Promise<void> {
    await Promise.all([...this.journals.values()].map(async (journal) => (await journal).flush()));
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private get keeps(): boolean {
    return this.recording.on || this.limit > 0;
  }

  private get limit(): number {
    return this.settings.get('history');
  }

  private keep(run: Run): void {
    const { request, askedAt } = run;
    const journal = this.openJournal({ version: 1, ...request, askedAt, product: this.version });
    this.journals.set(run, journal);
    void this.write(run, journal).catch((error: unknown) => this.log.error(error));
  }

  private async openJournal(header: RunHeader): Promise<RunJournal> {
    const shelf = this.recording.on ? 'library' : 'history';
    return this.store.open(header, shelf, (error) => report(this.log, error));
  }

  private async write(run: Run, opening: Promise<RunJournal>): Promise<void> {
    const journal = await opening;
    for (const event of run.events) journal.hear(event);
    run.onEvent((event) => journal.hear(event));
    run.onReview((line) => journal.review(line));
    await run.done;
    await journal.flush();
    this.journals.delete(run);
    await this.store.prune(this.limit);
  }
}
