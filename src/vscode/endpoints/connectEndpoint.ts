import * as vscode from 'vscode';
import type { EndpointFacts, LocalServer } from '../../agent/endpointFacts';
import { UserError } from '../../agent/errors';
import { demoProfile, freeName, isName, originOf, readUrl, type EndpointProfile } from './endpointProfiles';
import type { EndpointAccess, EndpointTools } from './endpointTools';
import { serverInWords } from './endpointWords';
import { askPick, askText, back, type Objection } from '../inputSteps';
import { sentence } from '../report';

/** What there is already. */
export interface Known {
  readonly profiles: readonly EndpointProfile[];
  keyFor(profile: EndpointProfile): Promise<string | undefined>;
}

/** A new endpoint, and what a look at it found. */
export interface Connected extends EndpointAccess {
  /** Undefined where it is kept although it did not answer. */
  readonly facts: EndpointFacts | undefined;
}

/**
 * Asks for everything that makes an endpoint: its URL, the key where the server wants one, the model, a name. Each answer
 * is tried on the server; one that does not work can be kept all the same. Changes nothing.
 * @param found a server whose URL need not be asked for
 * @returns undefined when the user leaves
 */
export async function askForEndpoint(
  tools: Pick<EndpointTools, 'probe' | 'tryOut'>,
  known: Known,
  found?: LocalServer,
): Promise<Connected | undefined> {
  return new Dialogue(tools, known).run(found);
}

/** Asks for one thing and names the step after it; `done` after the last, undefined when the user leaves. */
type Step = () => Promise<Step | typeof back | 'done' | undefined>;

class Dialogue {
  private profile: EndpointProfile = { name: '', url: 'http://localhost:8000' };
  private apiKey: string | undefined;
  private facts: EndpointFacts | undefined;
  private key: 'not wanted' | 'wanted' | 'given' = 'not wanted';
  private readonly asked: Step[] = [];

  constructor(
    private readonly tools: Pick<EndpointTools, 'probe' | 'tryOut'>,
    private readonly known: Known,
  ) {}

  async run(found: LocalServer | undefined): Promise<Connected | undefined> {
    let next: Step = this.askUrl;
    if (found) {
      this.profile = { name: '', url: found.address };
      this.facts = found.facts;
      this.key = found.facts ? 'not wanted' : 'wanted';
      next = this.afterProbe();
    }
    for (;;) {
      const answer = await next();
      if (answer === undefined) return undefined;
      if (answer === 'done') return { profile: this.profile, apiKey: this.apiKey, facts: this.facts };
      if (answer === back) next = this.asked.pop() ?? this.askUrl;
      else {
        this.asked.push(next);
        next = answer;
      }
    }
  }

  private readonly askUrl: Step = async () => {
    const answer = await askText({
      ...this.frame(),
      prompt: vscode.l10n.t('Base URL of the server, with or without /v1'),
      value: this.profile.url,
      check: async (text, signal) => {
        const url = readUrl(text);
        if (url === undefined) return error(vscode.l10n.t('Write a URL like http://localhost:8000.'));
        this.profile = { name: '', url };
        this.key = 'not wanted';
        this.apiKey = await this.known.keyFor(this.profile);
        return this.attempt(this.probe, signal);
      },
    });
    return typeof answer === 'string' ? this.afterProbe() : answer;
  };

  private readonly askKey: Step = async () => {
    const answer = await askText({
      ...this.frame(),
      prompt: vscode.l10n.t(
        'API key for {0}. It is kept secret, and sent to this server only.',
        originOf(this.profile),
      ),
      password: true,
      check: async (text, signal) => {
        if (text === '') return error(vscode.l10n.t('The server wants a key.'));
        this.apiKey = text;
        this.key = 'given';
        return this.attempt(this.facts ? this.tryOut : this.probe, signal);
      },
    });
    return typeof answer === 'string' ? this.afterProbe() : answer;
  };

  private readonly askModel: Step = async () => {
    const items = (this.facts?.models ?? []).map(({ id, contextLength }) => ({
      label: id,
      ...(contextLength !== undefined && { description: vscode.l10n.t('{0} tokens', contextLength) }),
    }));
    const answer = await askPick({
      ...this.frame(),
      ...(this.facts && { title: vscode.l10n.t('Connect Endpoint: {0}', serverInWords(this.facts)) }),
      placeholder: vscode.l10n.t('Which model?'),
      items,
      active: items.find(({ label }) => label === this.profile.model),
    });
    if (answer === undefined || answer === back) return answer;
    this.profile = { ...this.profile, model: answer.label };
    return this.askName;
  };

  private readonly askName: Step = async () => {
    const { profiles } = this.known;
    const answer = await askText({
      ...this.frame(),
      prompt: vscode.l10n.t('A name for this endpoint. Enter asks the model for one word, as a test.'),
      value: this.profile.name || nameFor(this.profile, profiles),
      check: async (text, signal) => {
        if (!isName(text) || text === demoProfile.name) {
          return error(vscode.l10n.t('Write a name of at most 60 characters, other than "demo".'));
        }
        if (profiles.some(({ name, url }) => name === text && url !== this.profile.url)) {
          return error(vscode.l10n.t('Another endpoint has this name already.'));
        }
        this.profile = { ...this.profile, name: text };
        // Of a server that did not answer before, the user knows it.
        return this.facts && this.attempt(this.tryOut, signal);
      },
    });
    if (typeof answer !== 'string') return answer;
    return this.key === 'wanted' ? this.askKey : 'done';
  };

  private afterProbe(): Step {
    if (this.key === 'wanted') return this.askKey;
    return this.facts?.models?.length ? this.askModel : this.askName;
  }

  private readonly probe = async (access: EndpointAccess, signal: AbortSignal): Promise<void> => {
    this.facts = undefined;
    this.facts = await this.tools.probe(access, signal);
  };

  private readonly tryOut = async (access: EndpointAccess, signal: AbortSignal): Promise<void> =>
    this.tools.tryOut(access, signal);

  /** What the server has against it. That it wants a key is no objection the first time: there is a step for it. */
  private async attempt(
    ask: (access: EndpointAccess, signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<Objection | undefined> {
    try {
      await ask({ profile: this.profile, apiKey: this.apiKey }, signal);
      return undefined;
    } catch (failure) {
      signal.throwIfAborted();
      const unauthorized = UserError.is(failure) && failure.code === 'endpoint.unauthorized';
      if (!unauthorized || this.key === 'given') return { severity: 'warning', message: sentence(failure) };
      this.key = 'wanted';
      return undefined;
    }
  }

  private frame() {
    return {
      title: vscode.l10n.t('Connect Endpoint'),
      step: this.asked.length + 1,
      totalSteps: this.key === 'not wanted' ? 3 : 4,
    };
  }
}

function error(message: string): Objection {
  return { severity: 'error', message };
}

/** After the model, which llama.cpp calls by its file, else after the server. */
function nameFor({ url, model }: EndpointProfile, profiles: readonly EndpointProfile[]): string {
  const same = profiles.find((profile) => profile.url === url && profile.model === model);
  const short = model
    ?.split(/[/\\]/)
    .at(-1)
    ?.replace(/\.gguf$/i, '');
  return same?.name ?? freeName((short || new URL(url).host).slice(0, 50), profiles);
}
