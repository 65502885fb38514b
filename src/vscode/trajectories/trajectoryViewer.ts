import path from 'node:path';
import * as vscode from 'vscode';
import { isFiltering, type TrajectoryFilter } from '../../agent/library';
import type { OpenTrajectoryFile, TrajectoryFile } from '../../agent/trajectoryFile';
import { readViewerArgument } from '../../protocol/trajectorySchemas';
import type { ViewerHostApi, ViewerPageApi, ViewerState } from '../../protocol/viewerMessages';
import { report, type Log } from '../report';
import { trajectoryStrings } from './trajectoryStrings';
import { answerPage, fillWebview } from '../pages/webviewPage';

const recordExtension = '.trajectory.jsonl';

/** Milliseconds between two posts of how far a reading is. */
const pause = 100;

/** What the viewer needs of the rest. */
export interface ViewerParts {
  readonly extensionUri: vscode.Uri;
  readonly open: OpenTrajectoryFile;
  readonly log: Log;
  showStatistics(this: void, file: vscode.Uri): void;
}

/** What of a file is to be shown. */
export interface ViewerTarget {
  /** Of a row. */
  readonly id?: string;
  readonly filter?: TrajectoryFilter;
}

/** A read-only editor for files of trajectories, however large: what is not looked at is not read. */
export class TrajectoryViewer implements vscode.CustomReadonlyEditorProvider, vscode.Disposable {
  /** For records; the other one for files that can also be something else, by choice only. */
  static readonly ids = ['agentlm.trajectory', 'agentlm.dataset'] as const;
  private readonly panels = new Map<string, Set<(target: ViewerTarget) => Promise<void>>>();
  /** What a file that is about to be opened is to show. */
  private readonly awaited = new Map<string, ViewerTarget>();
  private readonly subscription: vscode.Disposable;

  constructor(private readonly parts: ViewerParts) {
    this.subscription = vscode.Disposable.from(
      ...TrajectoryViewer.ids.map((id) => vscode.window.registerCustomEditorProvider(id, this)),
    );
  }

  async show(file: vscode.Uri, target: ViewerTarget = {}): Promise<void> {
    const key = file.toString();
    // One that is open already is told, one that is not finds it here.
    if (!this.panels.has(key)) this.awaited.set(key, target);
    const viewType = file.path.endsWith(recordExtension) ? TrajectoryViewer.ids[0] : TrajectoryViewer.ids[1];
    await vscode.commands.executeCommand('vscode.openWith', file, viewType);
    for (const select of this.panels.get(key) ?? []) await select(target);
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  async resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): Promise<void> {
    const key = uri.toString();
    const file = await this.parts.open(uri.fsPath);
    const first = this.awaited.get(key);
    this.awaited.delete(key);
    const { select, close } = connect(panel.webview, uri, file, this.parts, first);
    const panels = this.panels.get(key) ?? new Set<(target: ViewerTarget) => Promise<void>>();
    this.panels.set(key, panels.add(select));
    panel.onDidDispose(() => {
      close();
      panels.delete(select);
      if (panels.size === 0) this.panels.delete(key);
    });
    const title = path.basename(uri.fsPath);
    // Without one, a screen reader calls the page "undefined".
    panel.title = title;
    fillWebview(panel, this.parts.extensionUri, { name: 'viewer', styles: ['chat.css', 'trajectories.css'], title });
  }

  dispose(): void {
    this.subscription.dispose();
  }
}

/** @param first what is to be shown */
function connect(
  webview: vscode.Webview,
  uri: vscode.Uri,
  opened: TrajectoryFile,
  { open, log, showStatistics }: ViewerParts,
  first: ViewerTarget | undefined,
): { readonly select: (target: ViewerTarget) => Promise<void>; readonly close: () => void } {
  const closing = new AbortController();
  let file = opened;
  /** Of the reading or the search that goes on. */
  let working = new AbortController();
  let matches: number[] | undefined;
  /** Whether all rows were found. */
  let complete = false;
  let selected = 0;
  let timer: NodeJS.Timeout | undefined;
  let state: ViewerState = {
    name: path.basename(uri.fsPath),
    phase: 'reading',
    share: 0,
    rows: 0,
    filter: {},
    matches: 0,
    stale: false,
  };

  const post = (): void => {
    clearTimeout(timer);
    timer = undefined;
    channel.tell('state', state);
  };
  const change = (part: Partial<ViewerState>): void => {
    const phase = part.phase !== undefined && part.phase !== state.phase;
    state = { ...state, ...part, rows: file.count, matches: matches?.length ?? file.count };
    if (phase) post();
    else timer ??= setTimeout(post, pause);
  };

  /** One thing at a time: a new one ends the one before. */
  async function work(phase: 'reading' | 'filtering', task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    working.abort();
    const mine = (working = new AbortController());
    change({ phase, share: 0 });
    try {
      await task(AbortSignal.any([mine.signal, closing.signal]));
      if (mine === working) change({ phase: complete ? 'ready' : 'stopped', share: 1 });
    } catch (error) {
      if (mine === working) change({ phase: 'stopped' });
      if (mine.signal.aborted || closing.signal.aborted) return;
      report(log, error);
    }
  }

  async function read(): Promise<void> {
    matches = undefined;
    complete = false;
    await work('reading', async (signal) => {
      await file.scan((share) => change({ share }), signal);
      complete = true;
    });
    if (isFiltering(state.filter)) await filter(state.filter);
  }

  async function filter(wanted: TrajectoryFilter): Promise<void> {
    change({ filter: wanted });
    // It waits for all rows to be found, and is applied then.
    if (state.phase === 'reading') return;
    const found: number[] = [];
    matches = isFiltering(wanted) ? found : undefined;
    if (matches === undefined) {
      working.abort();
      working = new AbortController();
      change({ phase: complete ? 'ready' : 'stopped' });
      return;
    }
    await work('filtering', (signal) =>
      file.find(
        wanted,
        (positions, share) => {
          found.push(...positions);
          change({ share });
        },
        signal,
      ),
    );
  }

  const select = async ({ id, filter: wanted }: ViewerTarget): Promise<void> => {
    if (wanted) await filter(wanted);
    if (id === undefined) return;
    const position = (await file.positionOf(id, closing.signal)) ?? 0;
    selected = matches ? Math.max(0, matches.indexOf(position)) : position;
    channel.tell('select', selected);
  };
  const positionAt = (place: number): number => matches?.[place] ?? place;

  const channel = answerPage<ViewerHostApi, ViewerPageApi>(webview, log, {
    handlers: {
      ready: () => ({ state, strings: trajectoryStrings(), select: selected }),
      heads: async ({ place, count }) => {
        const last = Math.min(place + count, matches?.length ?? file.count);
        const places = Array.from({ length: Math.max(0, last - place) }, (_, index) => positionAt(place + index));
        return file.heads(places, closing.signal);
      },
      row: async ({ position }) => (await file.row(position, closing.signal)) ?? null,
      turn: ({ position, turn }) => file.turn(position, turn, closing.signal),
      loss: async ({ position, trainer }) => (await file.loss(position, trainer, closing.signal)) ?? null,
      filter: (wanted) => void filter(wanted).catch((error: unknown) => log.error(error)),
      stop: () => working.abort(),
      reload: async () => {
        file = await open(uri.fsPath);
        change({ stale: false });
        await read();
      },
      openAsText: () => void vscode.commands.executeCommand('vscode.openWith', uri, 'default'),
      statistics: () => showStatistics(uri),
    },
    read: readViewerArgument,
  });
  const watcher = vscode.workspace.createFileSystemWatcher(
    new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), path.basename(uri.fsPath)),
  );
  // A record grows while its run goes on and when somebody reviews it; a large file is read again when its user says so.
  const isRecord = uri.path.endsWith(recordExtension);
  const changed = watcher.onDidChange(() => {
    if (!isRecord) change({ stale: true });
    else void read().then(() => channel.tell('select', selected));
  });

  void read()
    .then(() => (first === undefined ? undefined : select(first)))
    .catch((error: unknown) => log.error(error));
  return {
    select,
    close: () => {
      closing.abort();
      clearTimeout(timer);
      vscode.Disposable.from(watcher, changed).dispose();
      channel.close();
    },
  };
}
