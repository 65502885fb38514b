/** What a file is, or was. */
export interface FileVersion {
  readonly type: 'file' | 'folder' | 'link' | 'special';
  /** Bytes of a file; 0 for anything else. */
  readonly size: number;
  /** Permission bits, e.g. 0o644. */
  readonly mode: number;
  /** Where a link points, as it is written in it. */
  readonly target?: string;
  /** Not text: no diff editor can show it. */
  readonly binary?: boolean;
}

/** One file that a run has changed, and that waits for somebody to look at it. */
export interface FileChange {
  /**
   * Relative to the workspace, with `/`. A byte of a name that is no UTF-8 stands as U+DC00 plus the byte, so that every
   * name has a path of its own.
   */
  readonly path: string;
  readonly kind: 'added' | 'modified' | 'deleted' | 'mode';
  /** As the run found it; undefined where there was nothing. */
  readonly before: FileVersion | undefined;
  /** As the run left it; undefined where it deleted it. */
  readonly after: FileVersion | undefined;
  /**
   * Why it cannot simply be applied: `changed`, what is in the workspace now is not what the run found; `unknown`, it
   * was changed at a time that leaves open what the run has seen.
   */
  readonly conflict?: 'changed' | 'unknown';
  /** It can make git, or the editor, run programs. What is git's own is applied only on explicit request. */
  readonly caution?: 'git' | 'editor';
}

/** The versions of a changed file: as the run found it, as the run left it, as it is in the workspace now. */
export type WhichVersion = 'original' | 'proposed' | 'current';

export interface ApplyOptions {
  /** Also what belongs to git (`.git` and all that is in it). */
  readonly includeGit?: boolean;
  /** Also where the workspace has changed meanwhile: that version is lost. */
  readonly overwrite?: boolean;
}

export interface ApplyReport {
  readonly applied: readonly string[];
  readonly refused: readonly {
    readonly path: string;
    /**
     * `conflict`: see FileChange; `git`: not asked for; `special`: no file, folder or link; `parent`: a folder on the way
     * is none, or a link; `failed`: `message` says how.
     */
    readonly reason: 'conflict' | 'git' | 'special' | 'parent' | 'failed';
    readonly message: string;
  }[];
  /** Changes that still wait. With none left, nothing of the run is kept. */
  readonly left: number;
}

/** What a run in a sandbox has changed in its workspace. The workspace itself is as it was until `apply`. */
export interface PendingChanges {
  readonly id: string;
  /** Absolute path. */
  readonly workspace: string;
  /** What the run was asked to do. */
  readonly problem: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** `interrupted`: the process that held the run is gone and did not end it. */
  state(): Promise<'running' | 'ended' | 'interrupted'>;
  /** Sorted by path. Empty when there is nothing left. @throws {UserError} */
  list(): Promise<readonly FileChange[]>;
  /** The bytes of a file in one of its versions; undefined where there is none, or it was too large to keep. */
  read(path: string, which: WhichVersion): Promise<Uint8Array | undefined>;
  /**
   * Carries changes over into the workspace, each file at once or not at all. Stopped half-way, even by a crash, it
   * leaves every file old or new, and what is not applied yet still waits. Never writes through a link.
   * @throws {UserError} `changes.running`, `changes.busy`, `changes.noWorkspace`, `changes.unknownPath`
   */
  apply(paths: 'all' | readonly string[], options?: ApplyOptions, signal?: AbortSignal): Promise<ApplyReport>;
  /** Forgets the changes and removes all that was kept of them. @throws {UserError} `changes.running`, `changes.busy` */
  discard(): Promise<void>;
}
