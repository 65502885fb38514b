import * as vscode from 'vscode';
import { UserError } from '../agent/errors';
import type { PageState } from '../protocol/messages';
import type { ApiKeys } from './apiKeys';
import { sentence } from './report';
import type { Settings } from './settings';

/** What a test of an endpoint found. */
export interface EndpointFacts {
  readonly model: string;
  /** Tokens. */
  readonly contextLength: number;
}

/** Asks an endpoint who it is. Throws a UserError when it does not answer as it should. */
export type TestEndpoint = (url: string, apiKey: string | undefined, signal: AbortSignal) => Promise<EndpointFacts>;

/** The endpoint of this window: chosen in the user's settings, tested when it is connected. */
export class Endpoint implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private status: 'ready' | 'connecting' | 'failed' = 'ready';
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly settings: Settings,
    private readonly keys: ApiKeys,
    private readonly test: TestEndpoint,
  ) {
    this.subscription = settings.onDidChange('endpoint', () => this.become('ready'));
  }

  get state(): PageState['endpoint'] {
    const url = this.settings.get('endpoint');
    if (url === '') return { status: 'none' };
    if (url === 'demo') return { status: this.status, label: vscode.l10n.t('Script'), demo: true };
    return { status: this.status, label: labelOf(url), demo: false };
  }

  /** @throws {UserError} when none is chosen, or the setting is no URL. */
  async chosen(): Promise<{ readonly url: string; readonly apiKey: string | undefined }> {
    const url = this.settings.get('endpoint');
    if (url === '') {
      throw new UserError('endpoint.none', 'No endpoint is connected. Run AgentLM: Connect Endpoint first.');
    }
    if (url === 'demo') return { url, apiKey: undefined };
    if (!URL.canParse(url)) {
      throw new UserError(
        'endpoint.address',
        'The setting agentlm.endpoint is not a URL: {0}. Connect an endpoint again.',
        [url],
      );
    }
    return { url, apiKey: await this.keys.get(url) };
  }

  /** Told by a run that the endpoint worked or did not. */
  heard(works: boolean): void {
    this.become(works ? 'ready' : 'failed');
  }

  /** Asks which endpoint, asks for a key, tests both, and keeps them when they work or the user wants them all the same. */
  async connect(): Promise<void> {
    const url = await askForUrl(this.settings.get('endpoint'));
    if (url === undefined) return;
    const apiKey = url === 'demo' ? undefined : await askForKey(url, (await this.keys.get(url)) !== undefined);
    if (apiKey === undefined && url !== 'demo') return;
    const key = apiKey === keepKey ? await this.keys.get(url) : apiKey === '' ? undefined : apiKey;
    if (!(await this.works(url, key))) return;
    if (url !== 'demo') {
      if (key === undefined) await this.keys.forget(url);
      else await this.keys.set(url, key);
    }
    await this.settings.set('endpoint', url);
    this.become('ready');
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  /** True when the endpoint answered, or the user keeps it although it did not. */
  private async works(url: string, key: string | undefined): Promise<boolean> {
    this.become('connecting');
    try {
      const { model, contextLength } = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Connecting…'), cancellable: true },
        async (_progress, token) => {
          const stopping = new AbortController();
          const subscription = token.onCancellationRequested(() => stopping.abort());
          try {
            return await this.test(url, key, stopping.signal);
          } finally {
            subscription.dispose();
          }
        },
      );
      const found = vscode.l10n.t('Connected to {0}, {1} tokens.', model, contextLength);
      vscode.window.setStatusBarMessage(found, 5000);
      return true;
    } catch (error) {
      const keep = vscode.l10n.t('Keep It Anyway');
      return (await vscode.window.showWarningMessage(sentence(error), keep)) === keep;
    } finally {
      this.become('ready');
    }
  }

  private become(status: typeof this.status): void {
    this.status = status;
    this.changed.fire();
  }
}

/** The empty string of the key box means "no key"; this stands for "the one that is stored". */
const keepKey = Symbol('keep');

async function askForUrl(current: string): Promise<string | undefined> {
  const demo: vscode.QuickPickItem = {
    label: vscode.l10n.t('Demo endpoint'),
    description: vscode.l10n.t('scripted, no model'),
    detail: vscode.l10n.t('Replays recorded replies for the tasks of the sample. Commands and statements really run.'),
    iconPath: new vscode.ThemeIcon('beaker'),
  };
  const other: vscode.QuickPickItem = {
    label: vscode.l10n.t('Enter a URL…'),
    detail: vscode.l10n.t(
      'A server with /v1/completions: vLLM, SGLang, llama.cpp, TGI 1.4.4 or newer, LM Studio, FastChat',
    ),
    iconPath: new vscode.ThemeIcon('link'),
  };
  const choice = await vscode.window.showQuickPick([other, demo], {
    title: vscode.l10n.t('Connect Endpoint'),
    placeHolder: vscode.l10n.t('Where does your model answer?'),
    ignoreFocusOut: true,
  });
  if (choice === demo) return 'demo';
  if (choice !== other) return undefined;
  const url = await vscode.window.showInputBox({
    title: vscode.l10n.t('Connect Endpoint (1 of 2)'),
    prompt: vscode.l10n.t('Base URL of the server, with or without /v1'),
    value: URL.canParse(current) ? current : 'http://localhost:8000',
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^https?:\/\/./.test(text.trim()) && URL.canParse(text.trim())
        ? undefined
        : vscode.l10n.t('Write a URL that begins with http:// or https://.'),
  });
  return url?.trim();
}

async function askForKey(url: string, known: boolean): Promise<string | typeof keepKey | undefined> {
  const key = await vscode.window.showInputBox({
    title: vscode.l10n.t('Connect Endpoint (2 of 2)'),
    prompt: known
      ? vscode.l10n.t('API key for {0}. Leave it empty to keep the stored one.', labelOf(url))
      : vscode.l10n.t('API key for {0}. Leave it empty if the server wants none.', labelOf(url)),
    password: true,
    ignoreFocusOut: true,
  });
  return key === '' && known ? keepKey : key;
}

function labelOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
