import * as vscode from 'vscode';
import type { EndpointFacts } from '../../agent/endpointFacts';
import { UserError } from '../../agent/errors';
import type { PageState } from '../../protocol/messages';
import type { ApiKeys } from './apiKeys';
import {
  demoProfile,
  readProfiles,
  withProfile,
  type EndpointProfile,
  type ProfileList,
  type ProfileProblem,
} from './endpointProfiles';
import type { EndpointAccess, EndpointTools } from './endpointTools';
import type { Settings } from '../settings';

/** What is known of an endpoint in this window. Facts outlive a failure: a server that went away was something. */
export interface Health {
  readonly status: 'unknown' | 'asking' | 'ready' | 'failed';
  readonly facts?: EndpointFacts | undefined;
  /** Why it is `failed`. */
  readonly error?: unknown;
  /** The server was seen to refuse the action grammar, or not to keep to it. */
  readonly grammarFails?: boolean;
}

/** The endpoints of the user's settings, which one is chosen, and how they do. */
export class Endpoints implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private list: ProfileList;
  /** By everything that a profile says: one that was edited is another one. */
  private readonly healths = new Map<string, Health>();
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(
    private readonly settings: Settings,
    private readonly keys: ApiKeys,
    private readonly tools: Pick<EndpointTools, 'probe'>,
  ) {
    this.list = readProfiles(settings.get('endpoints'));
    this.subscriptions = [
      this.changed,
      settings.onDidChange('endpoints', () => {
        this.list = readProfiles(settings.get('endpoints'));
        this.changed.fire();
      }),
      settings.onDidChange('endpoint', () => this.changed.fire()),
    ];
  }

  /** Those of the settings; the demo is none of them. */
  get profiles(): readonly EndpointProfile[] {
    return this.list.profiles;
  }

  /** What is wrong with entries of the settings. */
  get problems(): readonly ProfileProblem[] {
    return this.list.problems;
  }

  /** The one that the next run asks; undefined when none is chosen, or its name is not in the list. */
  get selected(): EndpointProfile | undefined {
    const name = this.settings.get('endpoint');
    return [demoProfile, ...this.list.profiles].find((profile) => profile.name === name);
  }

  get state(): PageState['endpoint'] {
    const { selected } = this;
    if (!selected) return { status: 'none' };
    const { status } = this.health(selected);
    return {
      status: status === 'asking' ? 'connecting' : status === 'failed' ? 'failed' : 'ready',
      label: labelOf(selected),
      demo: selected === demoProfile,
    };
  }

  health(profile: EndpointProfile): Health {
    return this.healths.get(JSON.stringify(profile)) ?? { status: 'unknown' };
  }

  /** @throws {UserError} when none is chosen, or the chosen one is not there or cannot be used. */
  async access(): Promise<EndpointAccess> {
    const { selected, settings } = this;
    if (selected) return this.accessTo(selected);
    const name = settings.get('endpoint');
    if (name === '') {
      throw new UserError('endpoint.none', 'No endpoint is connected. Run AgentLM: Connect Endpoint first.');
    }
    const problem = this.list.problems.find((each) => each.name === name);
    if (problem) throw problem.error;
    throw new UserError(
      'endpoint.unknown',
      'The settings name the endpoint {0}, but agentlm.endpoints has none of this name. Run AgentLM: Select Endpoint.',
      [name],
    );
  }

  async accessTo(profile: EndpointProfile): Promise<EndpointAccess> {
    return { profile, apiKey: await this.keys.get(profile) };
  }

  /** Asks an endpoint how it is, and remembers the answer. Rejects only when aborted. */
  async look(profile: EndpointProfile, signal: AbortSignal = new AbortController().signal): Promise<void> {
    const before = this.health(profile);
    this.remember(profile, { ...before, status: 'asking' });
    try {
      const facts = await this.tools.probe(await this.accessTo(profile), signal);
      this.remember(profile, { ...before, status: 'ready', facts, error: undefined });
    } catch (error) {
      this.remember(profile, signal.aborted ? before : { ...before, status: 'failed', error });
      signal.throwIfAborted();
    }
  }

  /** Told by whoever asked an endpoint what came of it. */
  heard(profile: EndpointProfile, news: Partial<Health>): void {
    this.remember(profile, { ...this.health(profile), ...news });
  }

  async select({ name }: EndpointProfile): Promise<void> {
    await this.settings.set('endpoint', name);
  }

  /** Writes a profile to the user's settings and its key to the secret storage, and chooses it. */
  async save({ profile, apiKey }: EndpointAccess): Promise<void> {
    if (apiKey !== undefined) await this.keys.set(profile, apiKey);
    await this.settings.set('endpoints', withProfile(this.settings.get('endpoints'), profile));
    await this.select(profile);
  }

  async setKey(profile: EndpointProfile, key: string | undefined): Promise<void> {
    await this.keys.set(profile, key);
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private remember(profile: EndpointProfile, health: Health): void {
    this.healths.set(JSON.stringify(profile), health);
    this.changed.fire();
  }
}

/** An endpoint as it is shown. */
export function labelOf(profile: EndpointProfile): string {
  return profile === demoProfile ? vscode.l10n.t('A script') : profile.name;
}
