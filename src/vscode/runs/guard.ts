import * as vscode from 'vscode';
import type { ApprovalMode } from '../../agent/approval';
import type { SandboxKind } from '../../agent/environment';
import { sentence } from '../report';
import type { Settings } from '../settings';

/** Which sandboxes this machine has. A reason is a sentence that says what to do. */
export interface SandboxFinder {
  find(kind: Exclude<SandboxKind, 'off'>): Promise<{ readonly available: true } | { readonly reason: string }>;
}

const approvalModes = ['ask', 'reads', 'all'] as const;
const sandboxChoices = ['auto', 'workspace', 'container', 'off'] as const;

/** What stands between the model's commands and the machine, as the settings have it. */
export interface GuardState {
  readonly approval: ApprovalMode;
  /** Undefined until it was looked for: by itself, the best one that there is. */
  readonly sandbox: SandboxKind | undefined;
  readonly network: boolean;
}

/** Chooses how much asks, and where commands run. Nothing that runs without asking is chosen without being named. */
export class Guard implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private found: SandboxKind | undefined;
  private looking: Promise<SandboxKind> | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly settings: Settings,
    private readonly finder: SandboxFinder,
  ) {
    const fire = (): void => this.changed.fire();
    this.subscriptions = [
      this.changed,
      settings.onDidChange('approval', fire),
      settings.onDidChange('sandbox.network', fire),
      settings.onDidChange('sandbox.kind', () => {
        this.found = undefined;
        this.looking = undefined;
        fire();
        void this.look();
      }),
    ];
  }

  get state(): GuardState {
    return {
      approval: this.approval,
      sandbox: this.found,
      network: this.settings.get('sandbox.network'),
    };
  }

  /** The sandbox that runs use. `auto` is the workspace's where it works, else none. */
  async look(): Promise<SandboxKind> {
    this.looking ??= this.resolve();
    const { looking } = this;
    const found = await looking;
    // The setting may be another one by now.
    if (this.looking !== looking) return this.look();
    if (this.found !== found) {
      this.found = found;
      this.changed.fire();
    }
    return found;
  }

  /**
   * What holds for a run that begins now. Where everything runs unasked because a sandbox was to hold it, and there is
   * none here, it asks.
   */
  async forRun(): Promise<GuardState & { readonly sandbox: SandboxKind }> {
    const sandbox = await this.look();
    const unheld = sandbox === 'off' && this.chosen !== 'off';
    const { approval, network } = this.state;
    return { sandbox, network, approval: approval === 'all' && unheld ? 'ask' : approval };
  }

  async chooseApproval(): Promise<void> {
    const current = this.approval;
    const items = approvalModes.map((mode) => ({
      mode,
      label: approvalInWords(mode),
      description: mode === current ? vscode.l10n.t('chosen') : '',
      detail: approvalMeaning(mode),
    }));
    const picked = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Which Commands Ask First'),
      matchOnDetail: true,
    });
    if (!picked || picked.mode === current) return;
    if (picked.mode === 'all' && (await this.look()) === 'off' && !(await acceptRisk())) return;
    await this.settings.set('approval', picked.mode);
  }

  async chooseSandbox(): Promise<void> {
    const { chosen } = this;
    const [workspace, container] = await Promise.all([this.finder.find('workspace'), this.finder.find('container')]);
    const missing = { auto: undefined, workspace: reasonOf(workspace), container: reasonOf(container), off: undefined };
    const items: (vscode.QuickPickItem & { choose(): Promise<void> })[] = sandboxChoices.map((kind) => ({
      label: sandboxInWords(kind),
      description: kind === chosen ? vscode.l10n.t('chosen') : '',
      detail: missing[kind] ?? sandboxMeaning(kind),
      choose: async () => {
        if (missing[kind] !== undefined) void vscode.window.showWarningMessage(missing[kind]);
        else if (kind !== 'off' || this.approval !== 'all' || (await acceptRisk())) {
          await this.settings.set('sandbox.kind', kind);
        }
      },
    }));
    const network = this.settings.get('sandbox.network');
    const picked = await vscode.window.showQuickPick(
      [
        ...items,
        {
          label: network ? vscode.l10n.t('Switch Network Off') : vscode.l10n.t('Switch Network On'),
          detail: vscode.l10n.t('Whether commands in a sandbox reach the network.'),
          choose: () => this.settings.set('sandbox.network', !network),
        },
      ],
      { title: vscode.l10n.t('Where Commands Run'), matchOnDetail: true },
    );
    await picked?.choose();
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** Anything can stand in a settings file: what is not known asks. */
  private get approval(): ApprovalMode {
    return oneOf(approvalModes, this.settings.get('approval')) ?? 'ask';
  }

  private get chosen(): SandboxKind | 'auto' {
    return oneOf(sandboxChoices, this.settings.get('sandbox.kind')) ?? 'auto';
  }

  private async resolve(): Promise<SandboxKind> {
    const { chosen } = this;
    if (chosen !== 'auto') return chosen;
    // Whatever keeps it from being looked for keeps it from being used.
    const found = await this.finder.find('workspace').catch((error: unknown) => ({ reason: sentence(error) }));
    return 'available' in found ? 'workspace' : 'off';
  }
}

function oneOf<T extends string>(values: readonly T[], value: string): T | undefined {
  return values.find((each) => each === value);
}

function reasonOf(found: Awaited<ReturnType<SandboxFinder['find']>>): string | undefined {
  return 'reason' in found ? found.reason : undefined;
}

/** Everything runs, and nothing holds it: this is said before it is so. */
async function acceptRisk(): Promise<boolean> {
  const accept = vscode.l10n.t('Run Everything Unasked');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Run every command unasked, and without a sandbox?'),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Whatever the model writes runs at once, as you: it can read, change, delete and send everything that you can.',
      ),
    },
    accept,
  );
  return choice === accept;
}

function approvalInWords(mode: ApprovalMode): string {
  switch (mode) {
    case 'ask':
      return vscode.l10n.t('Ask Always');
    case 'reads':
      return vscode.l10n.t('Run What Only Reads');
    case 'all':
      return vscode.l10n.t('Run All');
  }
}

function approvalMeaning(mode: ApprovalMode): string {
  switch (mode) {
    case 'ask':
      return vscode.l10n.t('Every command and every statement waits for you.');
    case 'reads':
      return vscode.l10n.t(
        'What is known to read only, and nothing secret, runs at once. Everything else waits for you.',
      );
    case 'all':
      return vscode.l10n.t('Everything that the model writes runs at once.');
  }
}

function sandboxInWords(kind: SandboxKind | 'auto'): string {
  switch (kind) {
    case 'auto':
      return vscode.l10n.t('Best There Is');
    case 'workspace':
      return vscode.l10n.t('Workspace Sandbox');
    case 'container':
      return vscode.l10n.t('Container');
    case 'off':
      return vscode.l10n.t('No Sandbox');
  }
}

function sandboxMeaning(kind: SandboxKind | 'auto'): string {
  switch (kind) {
    case 'auto':
      return vscode.l10n.t('The workspace sandbox where it works, else none.');
    case 'workspace':
      return vscode.l10n.t('The machine can be read, but for secrets. What is written waits for your review.');
    case 'container':
      return vscode.l10n.t('An image of your choice, with the workspace in it. What is written waits for your review.');
    case 'off':
      return vscode.l10n.t('Your own shell: commands can do all that you can.');
  }
}
