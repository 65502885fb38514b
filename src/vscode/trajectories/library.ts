import * as vscode from 'vscode';
import { isFiltering, passes, type LibraryEntry, type TrajectoryFilter } from '../../agent/library';
import type { ReviewLine } from '../../agent/runReview';
import { report, type Log } from '../report';

/** What the folders of trajectories hold. */
export interface LibraryContent {
  readonly entries: readonly LibraryEntry[];
  /** Files of rows that are no records: data sets. */
  readonly datasets: readonly string[];
}

/** The trajectories on disk. */
export interface LibraryStore {
  /** As they were when they were last looked at, which takes no time. */
  open(): Promise<LibraryContent>;
  /** As they are now: reads what is new or has changed. */
  refresh(folders: readonly string[], signal: AbortSignal): Promise<LibraryContent>;
  /** Adds to a record what a person says of it. */
  remark(entry: LibraryEntry, remark: ReviewLine): Promise<void>;
  /** Returns the way back. */
  moveToTrash(files: readonly string[]): Promise<() => Promise<void>>;
  emptyTrash(folders: readonly string[]): Promise<void>;
}

/** Milliseconds in which several changes of the folders become one look at them. */
const pause = 250;

/** The trajectories of this window, followed while somebody looks at them. */
export class Library implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly closing = new AbortController();
  private watchers: readonly vscode.Disposable[] = [];
  private watched = '';
  private content: LibraryContent = { entries: [], datasets: [] };
  private reading: Promise<void> | undefined;
  private again = false;
  private timer: NodeJS.Timeout | undefined;
  private wanted: TrajectoryFilter = {};
  /** Whether the folders have been looked at. */
  ready = false;

  constructor(
    private readonly store: LibraryStore,
    private readonly folders: () => readonly string[],
    /** Tells a run of this window, which keeps it; false where the trajectory is none. */
    private readonly tellRun: (id: string, line: ReviewLine) => boolean,
    private readonly log: Log,
  ) {}

  get filter(): TrajectoryFilter {
    return this.wanted;
  }

  set filter(filter: TrajectoryFilter) {
    this.wanted = filter;
    void vscode.commands.executeCommand('setContext', 'agentlm.library.filtered', isFiltering(filter));
    this.changed.fire();
  }

  get all(): readonly LibraryEntry[] {
    return this.content.entries;
  }

  /** Those that pass the filter, the newest first. */
  get shown(): readonly LibraryEntry[] {
    return this.content.entries.filter((entry) => passes(entry, this.wanted)).toSorted((a, b) => b.at - a.at);
  }

  get datasets(): readonly string[] {
    return this.content.datasets.toSorted();
  }

  /** The entry as it is now; undefined when it is gone. */
  find(file: string, id: string): LibraryEntry | undefined {
    return this.content.entries.find((entry) => entry.file === file && entry.id === id);
  }

  /** Shows at once what was known, then what there is. */
  async load(): Promise<void> {
    if (!this.ready) this.take(await this.store.open());
    await this.refresh();
  }

  /** Looks at the folders. Whoever asks meanwhile gets another look, after this one. */
  async refresh(): Promise<void> {
    if (this.reading) {
      this.again = true;
      return this.reading;
    }
    this.reading = this.look();
    try {
      await this.reading;
    } finally {
      this.reading = undefined;
    }
  }

  async remark(entries: readonly LibraryEntry[], remark: (entry: LibraryEntry) => ReviewLine): Promise<void> {
    for (const entry of entries) {
      const line = remark(entry);
      if (!this.tellRun(entry.id, line)) await this.store.remark(entry, line);
    }
    await this.refresh();
  }

  /** Deletes files in a way that can be taken back. */
  async moveToTrash(files: readonly string[]): Promise<() => Promise<void>> {
    const restore = await this.store.moveToTrash(files);
    await this.refresh();
    return async () => {
      await restore();
      await this.refresh();
    };
  }

  async emptyTrash(): Promise<void> {
    await this.store.emptyTrash(this.folders());
  }

  dispose(): void {
    this.closing.abort();
    clearTimeout(this.timer);
    vscode.Disposable.from(this.changed, ...this.watchers).dispose();
  }

  private async look(): Promise<void> {
    do {
      this.again = false;
      this.watch();
      try {
        this.take(await this.store.refresh(this.folders(), this.closing.signal));
      } catch (error) {
        if (this.closing.signal.aborted) return;
        throw error;
      }
      this.ready = true;
    } while (this.again);
  }

  private take(content: LibraryContent): void {
    this.content = content;
    const empty = content.entries.length + content.datasets.length === 0;
    void vscode.commands.executeCommand('setContext', 'agentlm.library.empty', empty);
    this.changed.fire();
  }

  /** Follows the folders, which can be others since the last look. */
  private watch(): void {
    const folders = this.folders().join('\n');
    if (folders === this.watched) return;
    this.watched = folders;
    vscode.Disposable.from(...this.watchers).dispose();
    const soon = (): void => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.refresh().catch((error: unknown) => report(this.log, error)), pause);
    };
    this.watchers = this.folders().map((folder) => {
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(vscode.Uri.file(folder), '*'),
      );
      return vscode.Disposable.from(
        watcher,
        watcher.onDidCreate(soon),
        watcher.onDidChange(soon),
        watcher.onDidDelete(soon),
      );
    });
  }
}
