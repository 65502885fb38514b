import path from 'node:path';
import * as vscode from 'vscode';
import { repetitions, type MixBuilder, type MixChoice, type MixProgress, type MixSide } from '../../agent/trainingMix';
import type { MixHostApi, MixState } from '../../protocol/mixMessages';
import { readMixArgument } from '../../protocol/schemas';
import type { StatePageApi } from '../../protocol/statePage';
import { PagePanels } from '../pages/pagePanels';
import { answerPage } from '../pages/webviewPage';
import type { Log } from '../report';
import { mixStrings } from './mixWords';

export interface MixParts {
  readonly extensionUri: vscode.Uri;
  readonly builder: MixBuilder;
  /** The data sets that the library knows. */
  datasets(this: void): Promise<readonly string[]>;
  /** Shows a file in the trajectory viewer. */
  openFile(this: void, file: vscode.Uri): Promise<void>;
  readonly log: Log;
}

/** The page on which a mixture for training is put together, looked at and built. */
export class MixPanel implements vscode.Disposable {
  private readonly panels: PagePanels<'mix'>;

  constructor(private readonly parts: MixParts) {
    this.panels = new PagePanels(parts.extensionUri);
  }

  show(): void {
    const styles = ['chat.css', 'trajectories.css', 'mix.css'];
    const page = { name: 'mix', styles, title: vscode.l10n.t('Build Training Mix') };
    this.panels.show('mix', page, (webview) => connect(webview, this.parts));
  }

  dispose(): void {
    this.panels.dispose();
  }
}

const filters = (): Record<string, string[]> => ({
  [vscode.l10n.t('Trajectories and data sets')]: ['jsonl', 'json', 'parquet'],
});

/** Returns the way to stop whatever goes on for the page. */
function connect(webview: vscode.Webview, { builder, datasets, openFile, log }: MixParts): () => void {
  let working = new AbortController();
  /** SHA-256 of the mixture that a recipe makes, as long as nothing is changed. */
  let expected: string | undefined;
  let state: MixState = {
    agent: [],
    general: [],
    suite: null,
    numbers: { eta: 0.2, seed: 0, total: null, validation: 0 },
    phase: 'ready',
    progress: undefined,
    mix: undefined,
    repetitions: [],
    written: [],
    recipe: 'none',
    language: vscode.env.language,
  };
  const change = (part: Partial<MixState>): void => {
    state = { ...state, ...part };
    channel.tell('state', state);
  };
  /** What was found out before holds no longer. */
  const choose = (part: Partial<MixState>): void => {
    if (state.phase === 'working') return;
    expected = undefined;
    change({ mix: undefined, repetitions: [], written: [], recipe: 'none', ...part });
  };
  const onProgress = (progress: MixProgress): void => change({ progress });
  /** One thing at a time; undefined when the user stopped it. */
  const work = async <T>(task: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> => {
    if (state.phase === 'working') return undefined;
    const { signal } = (working = new AbortController());
    change({ phase: 'working', progress: undefined });
    try {
      return await task(signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      change({ phase: 'ready', progress: undefined });
    }
  };
  const channel = answerPage<MixHostApi, StatePageApi<MixState>>(webview, log, {
    handlers: {
      ready: () => ({ state, strings: mixStrings() }),
      async add({ side }) {
        const chosen = await chooseFiles(side, await datasets());
        if (chosen) choose({ [side]: [...new Set([...state[side], ...chosen])] });
      },
      remove: ({ side, index }) => choose({ [side]: state[side].toSpliced(index, 1) }),
      async chooseSuite() {
        const [suite] = (await openDialog(vscode.l10n.t('Choose Suite'), { many: false })) ?? [];
        if (suite !== undefined) choose({ suite });
      },
      removeSuite: () => choose({ suite: null }),
      set: (numbers) => choose({ numbers }),
      async openRecipe() {
        const [file] = (await openDialog(vscode.l10n.t('From Recipe'), { many: false })) ?? [];
        if (file === undefined) return;
        const followed = await work((signal) => builder.openRecipe(file, signal));
        if (followed === undefined) return;
        choose({ ...stateOf(followed.choice), recipe: 'followed' });
        expected = followed.expected;
      },
      async preview() {
        const mix = await work((signal) => builder.preview(choiceOf(state), onProgress, signal));
        if (mix) change({ mix, repetitions: repetitions(mix.plan), written: [] });
      },
      async build() {
        const out = await chooseTarget();
        if (out === undefined) return;
        const target = { out, expected };
        const mix = await work((signal) => builder.write(choiceOf(state), target, onProgress, signal));
        if (mix === undefined) return;
        const recipe = expected === undefined ? 'none' : 'fulfilled';
        change({ mix, repetitions: repetitions(mix.plan), written: mix.files, recipe });
      },
      stop: () => working.abort(),
      async openMix() {
        const [mixture] = state.written;
        if (mixture !== undefined) await openFile(vscode.Uri.file(mixture));
      },
    },
    read: readMixArgument,
  });
  return () => {
    working.abort();
    channel.close();
  };
}

function choiceOf({ agent, general, suite, numbers }: MixState): MixChoice {
  return { agent, general, ...numbers, total: numbers.total ?? undefined, leakCheck: suite ?? undefined };
}

function stateOf({ agent, general, leakCheck, eta, seed, total, validation }: MixChoice): Partial<MixState> {
  return { agent, general, suite: leakCheck ?? null, numbers: { eta, seed, total: total ?? null, validation } };
}

/** Those that the library knows are offered first. Undefined when the user leaves. */
async function chooseFiles(side: MixSide, known: readonly string[]): Promise<readonly string[] | undefined> {
  const title = side === 'agent' ? vscode.l10n.t('Add Agent Rows') : vscode.l10n.t('Add General Rows');
  if (known.length === 0) return openDialog(title, { many: true });
  const others = { label: vscode.l10n.t('Other Files…'), description: '', file: undefined };
  const items = known.map((file) => ({ label: path.basename(file), description: path.dirname(file), file }));
  const picked = await vscode.window.showQuickPick([...items, others], {
    title,
    placeHolder: vscode.l10n.t('Data sets of the library, or other files'),
    canPickMany: true,
    ignoreFocusOut: true,
  });
  if (picked === undefined) return undefined;
  const more = picked.includes(others) ? ((await openDialog(title, { many: true })) ?? []) : [];
  return [...picked.flatMap(({ file }) => file ?? []), ...more];
}

async function openDialog(title: string, { many }: { readonly many: boolean }): Promise<string[] | undefined> {
  const chosen = await vscode.window.showOpenDialog({ title, canSelectMany: many, filters: filters() });
  return chosen?.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
}

async function chooseTarget(): Promise<string | undefined> {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Build Training Mix'),
    filters: { JSONL: ['jsonl'] },
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, 'training-mix.jsonl') }),
  });
  return target?.scheme === 'file' ? target.fsPath : undefined;
}
