import { isServerUrl } from '../agent/databaseServer';
import type { ReadTables } from '../vscode/databases/databaseChoice';
import type { DatabaseServers, ReadServerTables } from '../vscode/databases/databaseServers';
import type { ExportRows } from '../vscode/databases/resultExport';
import type { Storage } from './storage';

/** @param sqlWorker path of the program that holds a database */
export function tableReader(sqlWorker: string, servers: DatabaseServers): ReadTables {
  return async (path, signal) => {
    if (isServerUrl(path)) return readServerTables(await servers.loginFor(path), signal);
    const { openDatabase } = await import('../runtime/sql/openDatabase');
    const database = await openDatabase({ path, workerPath: sqlWorker }, signal);
    await database.close();
    return database.tables;
  };
}

/** Writes the rows of a run's last query, which are kept when the run is over. */
export function rowExporter({ rows }: Storage): ExportRows {
  return async (id, target) => {
    const { exportResult } = await import('../runtime/sql/keptResults');
    return exportResult(rows, id, target);
  };
}

/** Logs in to a database server and reads what is there. */
export const readServerTables: ReadServerTables = async (login, signal) => {
  const { readServerTables: read } = await import('../runtime/sql/servers/openServer');
  return read(login, signal);
};
