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

/** An endpoint is waited for. */
interface Connecting {
  readonly endpoint: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  cancel(): void;
}

/** The endpoints of the user's settings, which one is chosen, and how they do. */
export class Endpoints implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private list: ProfileList;
  /** By everything that a profile says: one that was edited is another one. */
  private readonly healths = new Map<string, Health>();
  private readonly waits = new Set<Connecting>();
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
    const shown = { label: labelOf(selected), demo: selected === demoProfile };
    const [first] = this.waitsFor(selected);
    if (first) return { status: 'connecting', ...shown, elapsedMs: Date.now() - first.since };
    return { status: this.known(selected).status === 'failed' ? 'failed' : 'ready', ...shown };
  }

  health(profile: EndpointProfile): Health {
    const known = this.known(profile);
    return this.waitsFor(profile).length > 0 ? { ...known, status: 'asking' } : known;
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

  /**
   * Asks an endpoint how it is, and remembers the answer. An endpoint that the user does not want to wait for is what it
   * was. Rejects only when aborted.
   */
  async look(profile: EndpointProfile, signal: AbortSignal = new AbortController().signal): Promise<void> {
    const cancelling = new AbortController();
    const either = AbortSignal.any([signal, cancelling.signal]);
    const answered = this.connecting(profile, () => cancelling.abort());
    try {
      const facts = await this.tools.probe(await this.accessTo(profile), either);
      this.heard(profile, { status: 'ready', facts, error: undefined });
    } catch (error) {
      if (!either.aborted) this.heard(profile, { status: 'failed', error });
      signal.throwIfAborted();
    } finally {
      answered();
    }
  }

  /**
   * Told by whoever begins to wait for an endpoint.
   * @param cancel done when the user does not want to wait any longer
   * @returns to be called when there is nothing to wait for any more, once or more often
   */
  connecting(profile: EndpointProfile, cancel: () => void): () => void {
    const wait: Connecting = { endpoint: keyOf(profile), since: Date.now(), cancel };
    this.waits.add(wait);
    this.changed.fire();
    return () => {
      if (this.waits.delete(wait)) this.changed.fire();
    };
  }

  /** Nobody waits for the chosen endpoint any longer. */
  cancelConnecting(): void {
    if (this.selected) for (const wait of this.waitsFor(this.selected)) wait.cancel();
  }

  /** Told by whoever asked an endpoint what came of it. */
  heard(profile: EndpointProfile, news: Partial<Health>): void {
    this.healths.set(keyOf(profile), { ...this.known(profile), ...news });
    this.changed.fire();
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

  private known(profile: EndpointProfile): Health {
    return this.healths.get(keyOf(profile)) ?? { status: 'unknown' };
  }

  /** The longest first. */
  private waitsFor(profile: EndpointProfile): readonly Connecting[] {
    return [...this.waits].filter(({ endpoint }) => endpoint === keyOf(profile));
  }
}

function keyOf(profile: EndpointProfile): string {
  return JSON.stringify(profile);
}

/** An endpoint as it is shown. */
export function labelOf(profile: EndpointProfile): string {
  return profile === demoProfile ? vscode.l10n.t('A script') : profile.name;
}
