import type { SecretStorage } from 'vscode';

/** API keys, each bound to the origin it was given for: a key never travels to another server. */
export class ApiKeys {
  constructor(private readonly secrets: SecretStorage) {}

  async get(endpoint: string): Promise<string | undefined> {
    return this.secrets.get(nameOf(endpoint));
  }

  async set(endpoint: string, key: string): Promise<void> {
    await this.secrets.store(nameOf(endpoint), key);
  }

  async forget(endpoint: string): Promise<void> {
    await this.secrets.delete(nameOf(endpoint));
  }
}

function nameOf(endpoint: string): string {
  return `agentlm.apiKey ${new URL(endpoint).origin}`;
}
