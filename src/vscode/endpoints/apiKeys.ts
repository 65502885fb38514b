import type { SecretStorage } from 'vscode';
import { demoProfile, originOf, type EndpointProfile } from './endpointProfiles';

/** API keys, each bound to the origin it was given for: a key never travels to another server. */
export class ApiKeys {
  constructor(private readonly secrets: SecretStorage) {}

  async get(profile: EndpointProfile): Promise<string | undefined> {
    return profile === demoProfile ? undefined : this.secrets.get(secretName(profile));
  }

  /** @param key undefined forgets the one that is stored */
  async set(profile: EndpointProfile, key: string | undefined): Promise<void> {
    if (key === undefined) await this.secrets.delete(secretName(profile));
    else await this.secrets.store(secretName(profile), key);
  }

  async getHubToken(): Promise<string | undefined> {
    return this.secrets.get(hubToken);
  }

  async setHubToken(token: string): Promise<void> {
    await this.secrets.store(hubToken, token);
  }
}

/** Of a token of the user's for the Hugging Face hub. */
const hubToken = 'agentlm.hubToken';

function secretName(profile: EndpointProfile): string {
  return `agentlm.apiKey ${originOf(profile)}`;
}
