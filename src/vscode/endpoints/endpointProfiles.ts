import { UserError } from '../../agent/errors';
import { isRecord } from '../../agent/json';

/** An endpoint as the user's settings describe it. It holds no API key: those are in the secret storage. */
export interface EndpointProfile {
  readonly name: string;
  /** With or without `/v1`, under any path. */
  readonly url: string;
  /** As the server calls it; its first one where it is left out. */
  readonly model?: string;
  /** Tokens. */
  readonly contextLength?: number;
  /** Replies at a time. */
  readonly parallel?: number;
  /** `chat` lets the server make the prompt, for a gateway that takes nothing else. */
  readonly engine?: 'auto' | 'chat';
  /** Whether replies are held to the action grammar where the server can. */
  readonly constrain?: boolean;
  /** Sent along with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Carries the id of the conversation. */
  readonly sessionHeader?: string;
  /** PEM files by absolute path. */
  readonly caFile?: string;
  readonly clientCertificate?: { readonly cert: string; readonly key: string };
  readonly proxy?: string;
}

/** The built-in one: it has no address before it is started. */
export const demoProfile: EndpointProfile = { name: 'demo', url: 'demo:' };

/** Why an entry cannot be used. */
export interface ProfileProblem {
  /** Of the entry, which can be anything. */
  readonly name: unknown;
  readonly error: UserError;
}

export interface ProfileList {
  readonly profiles: readonly EndpointProfile[];
  readonly problems: readonly ProfileProblem[];
}

/** The entries of `agentlm.endpoints` that can be used, and what is wrong with the others. */
export function readProfiles(setting: unknown): ProfileList {
  const profiles: EndpointProfile[] = [];
  const problems: ProfileProblem[] = [];
  const entries = Array.isArray(setting) ? setting : [];
  entries.forEach((entry: unknown, index) => {
    const error = problemOf(entry, `agentlm.endpoints[${index}]`, profiles);
    if (error) problems.push({ name: isRecord(entry) ? entry['name'] : undefined, error });
    else profiles.push(entry as EndpointProfile);
  });
  return { profiles, problems };
}

/** The setting with this profile in it: in the place of the one of its name, whose other keys stay, else at the end. */
export function withProfile(setting: unknown, profile: EndpointProfile): readonly unknown[] {
  const entries: readonly unknown[] = Array.isArray(setting) ? setting : [];
  const index = entries.findIndex((entry) => isRecord(entry) && entry['name'] === profile.name);
  return index === -1 ? [...entries, profile] : entries.with(index, { ...Object(entries[index]), ...profile });
}

/** The URL that a user means who writes `localhost:8000`; undefined when it can be none. */
export function readUrl(text: string): string | undefined {
  const trimmed = text.trim();
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  return isUrl(url) ? url : undefined;
}

/** The server behind a URL. It shows no path and can hold no secret. */
export function originOf({ url }: EndpointProfile): string {
  return new URL(url).origin;
}

/** A name that no profile has yet: this one, or with a number. */
export function freeName(wanted: string, profiles: readonly EndpointProfile[]): string {
  const taken = new Set([demoProfile, ...profiles].map(({ name }) => name));
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted} ${count}`;
  return name;
}

export function isName(value: unknown): value is string {
  return isText(value) && value.length <= 60 && value.trim() === value && !/\p{C}/u.test(value);
}

interface Rule {
  readonly fits: (value: unknown) => boolean;
  /** What to say where it does not; {0} is the place in the settings. */
  readonly template: string;
}

const text: Rule = {
  fits: isText,
  template: '{0} must be a text. Correct it in the settings; the other endpoints work.',
};

const rules: Readonly<Record<keyof EndpointProfile, Rule>> = {
  name: {
    fits: (value) => isName(value) && value !== demoProfile.name,
    template:
      '{0} must be a name of one line and at most 60 characters, other than "demo". Correct it in the settings; the other endpoints work.',
  },
  url: {
    fits: isUrl,
    template:
      '{0} must be a URL that begins with http:// or https:// and holds no user name, password, ? or #. Correct it in the settings; the other endpoints work.',
  },
  model: text,
  contextLength: {
    fits: (value) => Number.isSafeInteger(value) && Number(value) >= 1024 && Number(value) <= 4096,
    template: '{0} must be a whole number from 1024 to 4096. Correct it in the settings; the other endpoints work.',
  },
  parallel: {
    fits: (value) => Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= 1024,
    template: '{0} must be a whole number from 1 to 1024. Correct it in the settings; the other endpoints work.',
  },
  engine: {
    fits: (value) => value === 'auto' || value === 'chat',
    template: '{0} must be "auto" or "chat". Correct it in the settings; the other endpoints work.',
  },
  constrain: {
    fits: (value) => typeof value === 'boolean',
    template: '{0} must be true or false. Correct it in the settings; the other endpoints work.',
  },
  headers: {
    fits: (value) => isRecord(value) && Object.values(value).every((each) => typeof each === 'string'),
    template: '{0} must be an object whose values are texts. Correct it in the settings; the other endpoints work.',
  },
  sessionHeader: text,
  caFile: text,
  clientCertificate: {
    fits: (value) => isRecord(value) && isText(value['cert']) && isText(value['key']),
    template:
      '{0} must be an object with the paths "cert" and "key". Correct it in the settings; the other endpoints work.',
  },
  proxy: text,
};

const noObject = '{0} must be an object with "name" and "url". Correct it in the settings; the other endpoints work.';
const sameName =
  '{0} must be another one than that of an entry before it. Correct it in the settings; the other endpoints work.';

const required: readonly (keyof EndpointProfile)[] = ['name', 'url'];

/** @param place of the entry in the settings, for the message; no value is repeated in it */
function problemOf(entry: unknown, place: string, before: readonly EndpointProfile[]): UserError | undefined {
  if (!isRecord(entry)) return bad(place, noObject);
  for (const key of [...required, ...Object.keys(entry)]) {
    if (!Object.hasOwn(rules, key)) return unknownKey(`${place}.${key}`);
    const { fits, template } = rules[key as keyof EndpointProfile];
    if (!fits(entry[key])) return bad(`${place}.${key}`, template);
  }
  if (!before.some(({ name }) => name === entry['name'])) return undefined;
  return bad(`${place}.name`, sameName);
}

function bad(place: string, template: string): UserError {
  return new UserError('endpoint.bad-profile', template, [place]);
}

function unknownKey(place: string): UserError {
  return new UserError(
    'endpoint.bad-profile',
    'There is no setting {0}. Take it out; for an API key run AgentLM: Set API Key, which keeps it secret.',
    [place],
  );
}

function isUrl(value: unknown): boolean {
  if (!isText(value) || !/^https?:\/\/./i.test(value) || !URL.canParse(value)) return false;
  const { username, password, search, hash } = new URL(value);
  return username + password + search + hash === '';
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
