import type * as vscode from 'vscode';
import { serverUrl, type DatabaseServer } from '../../agent/databaseServer';
import type { Table } from '../../agent/environment';
import { UserError } from '../../agent/errors';
import {
  readDatabaseProfiles,
  withDatabase,
  withoutDatabase,
  type DatabaseEntry,
  type DatabaseProfile,
  type DatabaseProfileList,
} from './databaseProfiles';
import type { Settings } from '../settings';

/** A server and the password for it. */
export interface ServerLogin {
  readonly server: DatabaseServer;
  readonly password: string | undefined;
}

/** Logs in, whatever an agent may do there, and reads the names of tables and columns. */
export type ReadServerTables = (login: ServerLogin, signal: AbortSignal) => Promise<readonly Table[]>;

/** The database servers of the user's settings, and their passwords. */
export class DatabaseServers {
  constructor(
    private readonly settings: Settings,
    private readonly secrets: vscode.SecretStorage,
    readonly readTables: ReadServerTables,
  ) {}

  get list(): DatabaseProfileList {
    return readDatabaseProfiles(this.settings.get('databases'));
  }

  /** The profile of a place that a task works on. */
  find(place: string): DatabaseProfile | undefined {
    return this.list.profiles.find((profile) => profile.place === place);
  }

  /**
   * What a task needs to work on a place.
   * @throws {UserError} when the settings do not know it, or allow nothing there
   */
  async loginFor(place: string): Promise<ServerLogin> {
    const profile = this.find(place);
    if (!profile) {
      throw new UserError(
        'database.unknown-server',
        'The settings no longer have this database server. Choose another database, or run AgentLM: Add Database Server.',
      );
    }
    if (profile.server.access === 'nothing') {
      throw new UserError(
        'database.no-access',
        'An agent may do nothing on {0}. Run AgentLM: Manage Database Servers to let it read, or work on a copy.',
        [profile.name],
      );
    }
    return { server: profile.server, password: await this.passwordOf(profile.server) };
  }

  async passwordOf(server: DatabaseServer): Promise<string | undefined> {
    return this.secrets.get(secretName(server));
  }

  /** @param before the profile that is edited; undefined for a new one */
  async save(entry: DatabaseEntry, login: ServerLogin, before: DatabaseProfile | undefined): Promise<void> {
    await this.settings.set('databases', withDatabase(this.settings.get('databases'), entry, before?.name));
    if (login.password === undefined) await this.secrets.delete(secretName(login.server));
    else await this.secrets.store(secretName(login.server), login.password);
    if (before) await this.forgetPassword(before.server);
  }

  /** Its password goes as well. */
  async remove({ name, server }: DatabaseProfile): Promise<void> {
    await this.settings.set('databases', withoutDatabase(this.settings.get('databases'), name));
    await this.forgetPassword(server);
  }

  /** Unless a profile logs in there with it. */
  private async forgetPassword(server: DatabaseServer): Promise<void> {
    const isUsed = this.list.profiles.some((profile) => secretName(profile.server) === secretName(server));
    if (!isUsed) await this.secrets.delete(secretName(server));
  }
}

/** Bound to the server and the user: a password never travels to another one. */
function secretName(server: DatabaseServer): string {
  return `agentlm.databasePassword ${serverUrl({ ...server, database: '*' })}`;
}
