import { readServerUrl, serverUrl, type DatabaseServer } from '../../agent/databaseServer';
import { UserError } from '../../agent/errors';
import { isRecord } from '../../agent/json';
import { isName } from '../endpoints/endpointProfiles';

/** A database on a server, as the user's settings describe it. Its password is in the secret storage. */
export interface DatabaseProfile {
  readonly name: string;
  readonly server: DatabaseServer;
  /** The URL by which tasks name it: without a password, whatever an agent may do there. */
  readonly place: string;
}

export interface DatabaseProfileList {
  readonly profiles: readonly DatabaseProfile[];
  /** Why the other entries cannot be used. */
  readonly problems: readonly UserError[];
}

/** An entry of `agentlm.databases`, as it is written. */
export interface DatabaseEntry {
  readonly name: string;
  readonly url: string;
  readonly access?: DatabaseServer['access'];
  readonly scratch?: DatabaseServer['scratch'];
  readonly tables?: readonly string[];
}

/** The entries of `agentlm.databases` that can be used, and what is wrong with the others. */
export function readDatabaseProfiles(setting: unknown): DatabaseProfileList {
  const profiles: DatabaseProfile[] = [];
  const problems: UserError[] = [];
  const entries: readonly unknown[] = Array.isArray(setting) ? setting : [];
  for (const [index, entry] of entries.entries()) {
    const read = readEntry(entry, `agentlm.databases[${index}]`);
    if (UserError.is(read)) problems.push(read);
    else if (profiles.some(({ name }) => name === read.name)) problems.push(wrong(`agentlm.databases[${index}].name`));
    else profiles.push(read);
  }
  return { profiles, problems };
}

/** The setting with this entry in it: in the place of the one of the name before, else at the end. */
export function withDatabase(setting: unknown, entry: DatabaseEntry, before = entry.name): readonly unknown[] {
  const entries: readonly unknown[] = Array.isArray(setting) ? setting : [];
  const index = entries.findIndex((each) => nameOf(each) === before);
  return index === -1 ? [...entries, entry] : entries.with(index, entry);
}

/** The setting without the entry of this name. */
export function withoutDatabase(setting: unknown, name: string): readonly unknown[] {
  return Array.isArray(setting) ? setting.filter((each) => nameOf(each) !== name) : [];
}

function nameOf(entry: unknown): unknown {
  return isRecord(entry) ? entry['name'] : undefined;
}

/** @param place of the entry in the settings; no value is repeated in a message, for it may hold a password */
function readEntry(entry: unknown, place: string): DatabaseProfile | UserError {
  if (!isRecord(entry)) return wrong(place);
  const { name, url, access = 'nothing', scratch, tables, ...others } = entry;
  const [surplus] = Object.keys(others);
  if (surplus !== undefined) return wrong(`${place}.${surplus}`);
  if (!isName(name)) return wrong(`${place}.name`);
  if (access !== 'nothing' && access !== 'read' && access !== 'scratch') return wrong(`${place}.access`);
  if (scratch !== undefined && scratch !== 'server' && scratch !== 'local') return wrong(`${place}.scratch`);
  if (tables !== undefined && !isTexts(tables)) return wrong(`${place}.tables`);
  const read = typeof url === 'string' ? readUrl(url) : undefined;
  if (!read) return wrong(`${place}.url`);
  if (read.password !== undefined) {
    return new UserError(
      'database.password-in-settings',
      '{0}.url holds a password. Take it out of the settings, and run AgentLM: Add Database Server, which keeps it secret.',
      [place],
    );
  }
  const server: DatabaseServer = { ...read.server, access, ...(scratch && { scratch }), ...(tables && { tables }) };
  return { name, server, place: serverUrl(server) };
}

function readUrl(url: string): ReturnType<typeof readServerUrl> | undefined {
  try {
    return readServerUrl(url);
  } catch {
    return undefined; // The message names the place instead: the text may hold a password.
  }
}

function wrong(place: string): UserError {
  return new UserError(
    'database.bad-profile',
    '{0} cannot be used. An entry has a name of its own, a url like mysql://user@host:3306/database, an access (nothing, read or scratch), and may have scratch (server or local) and tables. Correct it in the settings; the other entries work.',
    [place],
  );
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string' && each !== '');
}
