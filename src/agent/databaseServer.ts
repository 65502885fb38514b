import { UserError } from './errors';

/** What an agent may do with a database server: by default nothing; read it; or do as it likes with a copy. */
export type DatabaseAccess = 'nothing' | 'read' | 'scratch';

/** A database on a server. The password is kept elsewhere: this may stand in settings and in what is kept of a run. */
export interface DatabaseServer {
  /** `mysql` is MariaDB too: which of the two it is, the server says itself. */
  readonly engine: 'mysql' | 'postgres';
  /** Name or address; not asked where there is a socket. */
  readonly host: string;
  readonly port: number;
  /** Absolute path of the server's socket on this machine; for PostgreSQL, of the folder it lies in. */
  readonly socket?: string | undefined;
  readonly user: string;
  readonly database: string;
  /** `verify`: encrypted, by a server that proves who it is; `off`: as it is, fit for this machine and for tunnels. */
  readonly tls: 'verify' | 'off';
  /** A file of certificates (PEM) that are trusted for it; left out, those of the system. */
  readonly caFile?: string | undefined;
  readonly access: DatabaseAccess;
  /**
   * Where the copy of `scratch` lies: in a database of its own on the same server, or in a server that is started on this
   * machine for the run. Left out: there where the rights allow it, else here.
   */
  readonly scratch?: 'server' | 'local' | undefined;
  /** The tables that are copied for `scratch`, and that the model is told of; left out, all of them. */
  readonly tables?: readonly string[] | undefined;
}

/** Whether a text means a server, and no file. */
export function isServerUrl(text: string): boolean {
  return /^(mysql|mariadb|postgres|postgresql):\/\//i.test(text);
}

/**
 * Reads `mysql://user:password@host:port/database`, `mariadb://…` or `postgres://…`, where `?socket=`, `?tls=verify|off`
 * and `?ca=FILE` may follow. What is left out is what the server's own client takes; TLS is off for this machine only.
 * @throws {UserError} `database.badUrl`; its words never hold the text, for that may hold a password
 */
export function readServerUrl(text: string): {
  readonly server: Omit<DatabaseServer, 'access'>;
  readonly password: string | undefined;
} {
  const match = urlParts.exec(text);
  if (!match) throw badUrl();
  const { scheme = '', user, password, host = '', port, database = '', query = '' } = match.groups ?? {};
  const engine = /^m/i.test(scheme) ? 'mysql' : 'postgres';
  const named = readOptions(query);
  const socket = named.get('socket') ?? (engine === 'postgres' ? named.get('host') : undefined);
  const address = decode(host).replace(/^\[(.*)\]$/, '$1') || 'localhost';
  const tls = named.get('tls') ?? (socket !== undefined || isThisMachine(address) ? 'off' : 'verify');
  if (tls !== 'verify' && tls !== 'off') throw badUrl();
  if (socket !== undefined && !socket.startsWith('/')) throw badUrl();
  if (database === '') throw badUrl();
  if (Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) throw badUrl();
  return {
    server: {
      engine,
      host: address,
      port: Number(port ?? (engine === 'mysql' ? 3306 : 5432)),
      ...(socket !== undefined && { socket }),
      user: user === undefined || user === '' ? (engine === 'mysql' ? 'root' : 'postgres') : decode(user),
      database: decode(database),
      tls,
      ...(named.has('ca') && { caFile: named.get('ca') }),
    },
    password: password === undefined ? undefined : decode(password),
  };
}

/** The server by its URL, without a password: fit to be shown, and to be read again. */
export function serverUrl(server: Omit<DatabaseServer, 'access'>): string {
  const { engine, user, database } = server;
  const { place, query } = addressOf(server);
  return `${engine}://${encodeURIComponent(user)}@${place}/${encodeURIComponent(database)}${query}`;
}

/** Where it is, in a line: the absolute path of its socket, or host and port, where `?tls=` and `?ca=` may follow. */
export function serverAddress(server: Omit<DatabaseServer, 'access'>): string {
  const { place, query } = addressOf(server);
  return server.socket ?? place + query;
}

/**
 * The server with the address that such a line tells, and everything else as it was.
 * @returns undefined where the line cannot be read
 */
export function readServerAddress(line: string, server: DatabaseServer): DatabaseServer | undefined {
  const { socket: _, caFile: __, ...others } = server;
  const [, place = '', query = ''] = /^([\w.-]+(?::\d+)?|\[[\da-f:]+\](?::\d+)?)(\?.*)?$/i.exec(line) ?? [];
  const options = line.startsWith('/') ? `?socket=${encodePath(line)}` : query;
  if (place === '' && options === '') return undefined;
  try {
    const { host, port, socket, tls, caFile } = readServerUrl(`${others.engine}://${place}/database${options}`).server;
    return {
      ...others,
      host,
      port,
      tls,
      ...(socket !== undefined && { socket }),
      ...(caFile !== undefined && { caFile }),
    };
  } catch {
    return undefined; // The line is all that can be wrong.
  }
}

function addressOf({ host, port, socket, tls, caFile }: Omit<DatabaseServer, 'access'>): {
  readonly place: string;
  readonly query: string;
} {
  const address = host.includes(':') ? `[${host}]` : encodeURIComponent(host);
  const isUsual = tls === (socket !== undefined || isThisMachine(host) ? 'off' : 'verify');
  const options = [
    ...(socket === undefined ? [] : [`socket=${encodePath(socket)}`]),
    ...(isUsual ? [] : [`tls=${tls}`]),
    ...(caFile === undefined ? [] : [`ca=${encodePath(caFile)}`]),
  ];
  return {
    place: socket === undefined ? `${address}:${port}` : 'localhost',
    query: options.length === 0 ? '' : `?${options.join('&')}`,
  };
}

const urlParts =
  /^(?<scheme>mysql|mariadb|postgres|postgresql):\/\/(?:(?<user>[^:@/?]*)(?::(?<password>[^@/?]*))?@)?(?<host>\[[^\]]*\]|[^:/?]*)(?::(?<port>\d+))?(?:\/(?<database>[^/?]*))?(?:\?(?<query>.*))?$/i;

const knownOptions = new Set(['socket', 'host', 'tls', 'ca']);

function readOptions(query: string): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  for (const part of query.split('&').filter((each) => each !== '')) {
    const [name = '', ...value] = part.split('=');
    if (!knownOptions.has(name)) throw badUrl();
    named.set(name, decode(value.join('=')));
  }
  return named;
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

function encodePath(path: string): string {
  return encodeURIComponent(path).replaceAll('%2F', '/');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw badUrl(cause);
  }
}

function badUrl(cause?: unknown): UserError {
  const template =
    'The address of the database server cannot be read. It is written mysql://user:password@host:port/database, or with ' +
    'postgres at its beginning; socket=PATH, tls=verify|off and ca=FILE may follow a question mark, with & between them. ' +
    'A special character in a name or a password is written as % and its code: %40 for @.';
  return new UserError('database.badUrl', template, [], { cause });
}
