import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../agent/errors';
import { cancellableProgress } from '../cancellableProgress';
import type { Endpoints } from './endpoints';
import type { EndpointProfile } from './endpointProfiles';
import { report, type Log } from '../report';
import type { Settings } from '../settings';

/** A model that can be served on this machine. */
export type LocalChoice =
  | {
      readonly program: 'llama-server';
      readonly path: string;
      readonly file: string;
      readonly arguments: readonly string[];
    }
  | { readonly program: 'ollama'; readonly path: string | undefined; readonly model: string };

/** A model that is being served. */
export interface ServedModel {
  readonly url: string;
  readonly model: string;
  readonly contextLength: number;
  /** The reason when it ended by itself; undefined after stop(). */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** Finds and starts the programs that serve models. Failures that a user can mend are UserErrors. */
export interface LocalModelTools {
  findProgram(program: LocalChoice['program'], chosen: string): Promise<string | undefined>;
  /** Names of the models that Ollama has. */
  pulledModels(ollama: string, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Downloads a model with Ollama.
   * @returns whether it is there now: false when `agree`, which is told the size before anything is downloaded, said no
   */
  pull(
    request: { readonly path: string; readonly model: string; agree(bytes: number): Promise<boolean> },
    onPercent: (percent: number) => void,
    signal: AbortSignal,
  ): Promise<boolean>;
  /** @param onPercent told where the server says how far it is */
  serve(choice: LocalChoice, onPercent: (percent: number) => void, signal: AbortSignal): Promise<ServedModel>;
}

/** Serves a model on this machine, on loopback, for as long as the window is open, and makes it the endpoint. */
export class LocalModels {
  private served: ServedModel | undefined;

  constructor(
    private readonly tools: LocalModelTools,
    private readonly endpoints: Endpoints,
    private readonly settings: Settings,
    private readonly log: Log,
  ) {}

  /** Asks which model, starts it, and connects it. One at a time: another one takes the place of the last. */
  async run(): Promise<void> {
    const choice = await this.choose();
    if (!choice) return;
    await this.close();
    const served = await this.serve(choice);
    if (!served) return;
    this.served = served;
    await this.endpoints.save({ profile: profileOf(served), apiKey: undefined });
    void served.ended.then((reason) => {
      if (reason !== undefined) report(this.log, reason);
    });
  }

  /** Stops what was started here. */
  async close(): Promise<void> {
    const { served } = this;
    this.served = undefined;
    await served?.stop();
  }

  private async choose(): Promise<LocalChoice | undefined> {
    const [llamaServer, ollama] = await Promise.all([
      this.tools.findProgram('llama-server', this.settings.get('localModel.llamaServer')),
      this.tools.findProgram('ollama', this.settings.get('localModel.ollama')),
    ]);
    if (llamaServer === undefined && ollama === undefined) {
      throw new UserError(
        'localModel.none',
        'Neither llama-server nor ollama was found on this machine. Install one, or set its path in the settings of AgentLM.',
      );
    }
    const pulled = ollama === undefined ? [] : await this.tools.pulledModels(ollama, AbortSignal.timeout(15_000));
    const items: (vscode.QuickPickItem & { choose(): Promise<LocalChoice | undefined> })[] = pulled.map((model) => ({
      label: model,
      description: 'Ollama',
      iconPath: new vscode.ThemeIcon('package'),
      choose: () => Promise.resolve({ program: 'ollama', path: ollama, model }),
    }));
    if (llamaServer !== undefined) {
      items.push({
        label: vscode.l10n.t('Choose a GGUF File…'),
        description: 'llama-server',
        iconPath: new vscode.ThemeIcon('file'),
        choose: () => this.chooseFile(llamaServer),
      });
    }
    if (ollama !== undefined) {
      items.push({
        label: vscode.l10n.t('Download a Model…'),
        description: 'Ollama',
        iconPath: new vscode.ThemeIcon('cloud-download'),
        choose: () => this.download(ollama),
      });
    }
    const picked = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Run a Local Model'),
      placeHolder: vscode.l10n.t(
        'It runs on this machine until the window closes. Nothing is downloaded without being asked for.',
      ),
      ignoreFocusOut: true,
    });
    return picked?.choose();
  }

  private async chooseFile(llamaServer: string): Promise<LocalChoice | undefined> {
    const [picked] =
      (await vscode.window.showOpenDialog({
        title: vscode.l10n.t('Choose a GGUF File'),
        openLabel: vscode.l10n.t('Run'),
        filters: { GGUF: ['gguf'] },
      })) ?? [];
    if (picked?.scheme !== 'file') return undefined;
    const own = this.settings.get('localModel.arguments').map(String);
    return { program: 'llama-server', path: llamaServer, file: picked.fsPath, arguments: own };
  }

  /** Undefined when the user does not want it after all, its size being known. */
  private async download(ollama: string): Promise<LocalChoice | undefined> {
    const entered = await vscode.window.showInputBox({
      title: vscode.l10n.t('Download a Model'),
      prompt: vscode.l10n.t(
        'Its name in the registry of Ollama. How large it is will be said before anything is downloaded.',
      ),
      placeHolder: 'hf.co/TheBloke/agentlm-7B-GGUF',
      ignoreFocusOut: true,
    });
    const model = entered?.trim();
    if (!model) return undefined;
    const done = await cancellableProgress(vscode.l10n.t('Downloading {0}', model), async (tell, signal) =>
      this.tools.pull({ path: ollama, model, agree: async (bytes) => agreeTo(model, bytes) }, tell, signal),
    );
    return done === true ? { program: 'ollama', path: ollama, model } : undefined;
  }

  /** Undefined when the user gave up waiting. */
  private async serve(choice: LocalChoice): Promise<ServedModel | undefined> {
    const name = choice.program === 'ollama' ? choice.model : path.basename(choice.file);
    return cancellableProgress(vscode.l10n.t('Loading {0}', name), async (tell, signal) =>
      this.tools.serve(choice, tell, signal),
    );
  }
}

async function agreeTo(model: string, bytes: number): Promise<boolean> {
  const download = vscode.l10n.t('Download');
  const size = `${(bytes / 1e9).toFixed(1)} GB`;
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Download {0}?', model),
    { modal: true, detail: vscode.l10n.t('Ollama will download {0} to this machine.', size) },
    download,
  );
  return choice === download;
}

/** Always of one name: the port is another one each time, and the entry of the last time is replaced. */
function profileOf({ url, model, contextLength }: ServedModel): EndpointProfile {
  return { name: vscode.l10n.t('This machine'), url, model, contextLength };
}
