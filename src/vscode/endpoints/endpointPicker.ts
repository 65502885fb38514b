import * as vscode from 'vscode';
import type { LocalServer } from '../../agent/endpointFacts';
import { askForEndpoint } from './connectEndpoint';
import { demoProfile, originOf, type EndpointProfile } from './endpointProfiles';
import { labelOf, type Endpoints } from './endpoints';
import type { EndpointTest } from './endpointTest';
import type { EndpointTools } from './endpointTools';
import { factsInWords, serverInWords, windowInWords } from './endpointWords';
import { sentence } from '../report';

/** A line of the list, and what choosing it does. */
interface Choice extends vscode.QuickPickItem {
  readonly choose?: () => unknown;
  readonly profile?: EndpointProfile;
}

/** Everything a user does about endpoints: choosing one, adding one, testing it, giving it a key. */
export class EndpointPicker {
  constructor(
    private readonly endpoints: Endpoints,
    private readonly tools: EndpointTools,
    private readonly test: EndpointTest,
  ) {}

  /** Offers the endpoints of the settings, each asked how it is, the servers of this machine, and the demo. */
  async select(): Promise<void> {
    const pick = vscode.window.createQuickPick<Choice>();
    const closing = new AbortController();
    let servers: readonly LocalServer[] = [];
    let drawn = '';
    const draw = (): void => {
      const choices = this.choices(servers);
      const words = JSON.stringify(choices);
      // A line that is drawn anew between the press of a button and its release takes no click.
      if (words === drawn) return;
      drawn = words;
      const [active] = pick.activeItems;
      const { selected } = this.endpoints;
      pick.keepScrollPosition = true;
      pick.items = choices;
      // The line that the user is on stays; at first it is that of the chosen endpoint.
      const same = pick.items.find(({ label, profile }) =>
        active ? label === active.label : profile !== undefined && profile === selected,
      );
      if (same) pick.activeItems = [same];
    };
    Object.assign(pick, {
      title: vscode.l10n.t('Select Endpoint'),
      placeholder: vscode.l10n.t('Where does your model answer?'),
      matchOnDescription: true,
      matchOnDetail: true,
      ignoreFocusOut: true,
      busy: true,
    });
    draw();
    const subscription = this.endpoints.onDidChange(draw);
    const found = this.tools.findLocalServers(closing.signal).then((local) => {
      servers = local;
      draw();
    });
    const looks = this.endpoints.profiles.map(async (profile) => this.endpoints.look(profile, closing.signal));
    const chosen = await new Promise<Choice | undefined>((resolve, reject) => {
      pick.onDidHide(() => resolve(undefined));
      pick.onDidAccept(() => resolve(pick.selectedItems[0]));
      Promise.all([found, ...looks]).then(
        () => (pick.busy = false),
        // What was still asked when the list closed ends with the reason of the abort.
        (error: unknown) => (closing.signal.aborted ? undefined : reject(error)),
      );
      pick.show();
    }).finally(() => {
      closing.abort();
      subscription.dispose();
      pick.dispose();
    });
    await chosen?.choose?.();
  }

  /** Adds an endpoint, at this server where one was found, and chooses it. */
  async connect(found?: LocalServer): Promise<void> {
    const { endpoints } = this;
    const known = {
      profiles: endpoints.profiles,
      keyFor: async (profile: EndpointProfile) => (await endpoints.accessTo(profile)).apiKey,
    };
    const connected = await askForEndpoint(this.tools, known, found);
    if (!connected) return;
    const { facts, profile } = connected;
    await endpoints.save(connected);
    if (!facts) return;
    const saved = endpoints.profiles.find(({ name }) => name === profile.name);
    if (saved) endpoints.heard(saved, { status: 'ready', facts });
    vscode.window.setStatusBarMessage(vscode.l10n.t('Connected: {0}', factsInWords(facts)), 5000);
  }

  async testSelected(): Promise<void> {
    const { profile, apiKey } = await this.endpoints.access();
    await this.test.run({ profile, apiKey });
  }

  async setKey(): Promise<void> {
    const { profile } = await this.endpoints.access();
    if (profile === demoProfile) {
      void vscode.window.showInformationMessage(vscode.l10n.t('The demo endpoint takes no key.'));
      return;
    }
    const key = await vscode.window.showInputBox({
      title: vscode.l10n.t('Set API Key'),
      prompt: vscode.l10n.t(
        'API key for {0}, kept secret and sent to this server only. Leave it empty to forget the stored one.',
        originOf(profile),
      ),
      password: true,
      ignoreFocusOut: true,
    });
    if (key === undefined) return;
    await this.endpoints.setKey(profile, key.trim() || undefined);
    await this.endpoints.look(profile);
  }

  private choices(servers: readonly LocalServer[]): Choice[] {
    const { endpoints } = this;
    const { profiles, problems } = endpoints;
    const known = new Set(profiles.map(originOf));
    const others = servers.filter(
      ({ address }) => !known.has(address) && !known.has(address.replace('127.0.0.1', 'localhost')),
    );
    return [
      ...profiles.map((profile) => this.profileChoice(profile)),
      ...problems.map(({ error }) => ({
        label: sentence(error),
        iconPath: new vscode.ThemeIcon('error'),
        choose: openSettings,
      })),
      ...separated(
        vscode.l10n.t('Running on this machine'),
        others.map((server) => this.serverChoice(server)),
      ),
      ...separated(vscode.l10n.t('Without a model'), [this.demoChoice()]),
      ...separated(vscode.l10n.t('More'), [
        choice('add', vscode.l10n.t('Add Endpoint…'), () => this.connect()),
        ...(endpoints.selected
          ? [
              choice('beaker', vscode.l10n.t('Test {0}', labelOf(endpoints.selected)), () => this.testSelected()),
              choice('key', vscode.l10n.t('Set API Key…'), () => this.setKey()),
            ]
          : []),
        choice('question', vscode.l10n.t('How to Host AgentLM'), () =>
          vscode.commands.executeCommand('agentlm.showHosting'),
        ),
        choice('gear', vscode.l10n.t('Edit Settings'), openSettings),
        choice('output', vscode.l10n.t('Show Log'), () => vscode.commands.executeCommand('agentlm.showLog')),
      ]),
    ];
  }

  private profileChoice(profile: EndpointProfile): Choice {
    const { status, facts, error } = this.endpoints.health(profile);
    const icons = { unknown: 'server', asking: 'loading~spin', ready: 'pass', failed: 'warning' } as const;
    const model = profile.model ?? facts?.models?.[0]?.id;
    const server = facts && [serverInWords(facts), windowInWords(facts)].filter(Boolean).join(' · ');
    return {
      label: profile.name,
      description: [model, new URL(profile.url).host, this.marked(profile)].filter(Boolean).join(' · '),
      detail: status === 'failed' ? sentence(error) : (server ?? vscode.l10n.t('Asking…')),
      iconPath: new vscode.ThemeIcon(icons[status]),
      profile,
      choose: () => this.endpoints.select(profile),
    };
  }

  private serverChoice(server: LocalServer): Choice {
    return {
      label: new URL(server.address).host,
      detail: server.facts ? factsInWords(server.facts) : vscode.l10n.t('Asks for an API key'),
      iconPath: new vscode.ThemeIcon('vm-running'),
      choose: () => this.connect(server),
    };
  }

  private demoChoice(): Choice {
    return {
      label: vscode.l10n.t('Demo endpoint'),
      description: [vscode.l10n.t('scripted, no model'), this.marked(demoProfile)].filter(Boolean).join(' · '),
      detail: vscode.l10n.t(
        'Replays recorded replies for the tasks of the sample. Commands and statements really run.',
      ),
      iconPath: new vscode.ThemeIcon('beaker'),
      profile: demoProfile,
      choose: () => this.endpoints.select(demoProfile),
    };
  }

  private marked(profile: EndpointProfile): string {
    return profile === this.endpoints.selected ? vscode.l10n.t('chosen') : '';
  }
}

function choice(icon: string, label: string, choose: () => unknown): Choice {
  return { label, iconPath: new vscode.ThemeIcon(icon), choose, alwaysShow: true };
}

function separated(label: string, choices: readonly Choice[]): Choice[] {
  return choices.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...choices];
}

async function openSettings(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', '@id:agentlm.endpoints');
}
