import { randomBytes } from 'node:crypto';
import type { DatabaseServer } from '../../../agent/databaseServer';
import { serverUrl } from '../../../agent/databaseServer';
import { UserError } from '../../../agent/errors';
import { StatementError, type ServerConnection } from './connection';
import type { ServerEngine } from './engine';
import { startLocalServer } from './localServer';
import type { Login } from './login';
import { newScratchName, readScratchName, type ScratchName } from './scratchName';

/** A database that a run may do anything with. */
export interface ScratchServer {
  /** Of the user who has rights in it and nowhere else. */
  readonly login: Login;
  /** Where its data lies, when that is on this machine. */
  readonly folder: string | undefined;
  /** Leaves nothing of it. Safe to call twice. */
  readonly drop: () => Promise<void>;
}

/** Seconds after which a database of ours that nobody is connected with was left behind. */
const staleAfter = 600;

/**
 * Makes an empty database on the same server, where the rights of the user allow it, or else in a server of this machine's;
 * or where the user wants it.
 * @throws {UserError} `database.noScratchRights`, `.noLocalServer`, `.localServerFailed`
 */
export async function makeScratchServer(
  original: Login & { readonly server: DatabaseServer },
  engine: ServerEngine,
  connection: ServerConnection,
  signal: AbortSignal,
): Promise<ScratchServer> {
  const { scratch } = original.server;
  const textRules = await engine.textRules(connection);
  if (scratch !== 'local') {
    try {
      await dropStale(engine, connection);
      return await makeDatabase(original, engine, connection, textRules);
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      if (scratch === 'server') throw noRights(original, error);
    }
  }
  const local = await startLocalServer(original.server.engine, engine, signal);
  try {
    const owner = await engine.connect(local.owner);
    try {
      const made = await makeDatabase(local.owner, engine, owner, textRules);
      return { ...made, folder: local.folder, drop: local.stop };
    } finally {
      await owner.close();
    }
  } catch (error) {
    await local.stop();
    throw error;
  }
}

async function makeDatabase(
  maker: Login,
  engine: ServerEngine,
  connection: ServerConnection,
  textRules: string,
): Promise<ScratchServer> {
  const name = newScratchName();
  const password = randomBytes(16).toString('hex');
  try {
    await engine.makeScratch(connection, name, password, textRules);
    const inside = await engine.connect({ ...maker, server: { ...maker.server, database: name.database } });
    try {
      await engine.finishScratch(inside, name);
    } finally {
      await inside.close();
    }
  } catch (error) {
    await engine.dropScratch(connection, name).catch(() => undefined);
    throw error;
  }
  let dropping: Promise<void> | undefined;
  return {
    login: { server: { ...maker.server, user: name.user, database: name.database }, password },
    folder: undefined,
    drop: () => (dropping ??= dropDatabase(maker, engine, name)),
  };
}

async function dropDatabase(maker: Login, engine: ServerEngine, name: ScratchName): Promise<void> {
  const connection = await engine.connect(maker);
  try {
    await engine.dropScratch(connection, name);
  } finally {
    await connection.close();
  }
}

/** What runs left whose program was killed. What cannot be dropped is somebody else's. */
async function dropStale(engine: ServerEngine, connection: ServerConnection): Promise<void> {
  for (const database of await engine.databases(connection)) {
    const name = readScratchName(database);
    if (!name || Date.now() / 1000 - name.madeAt < staleAfter) continue;
    if (await engine.isInUse(connection, name)) continue;
    await engine.dropScratch(connection, name).catch(() => undefined);
  }
}

function noRights({ server }: Login, cause: StatementError): UserError {
  const template =
    'No database for the copy could be made on {0}: {1}. Use an account that may make databases and users, or let the ' +
    'copy be made on this machine.';
  return new UserError('database.noScratchRights', template, [serverUrl(server), cause.message], { cause });
}
