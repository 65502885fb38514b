import type { ReadTables } from '../vscode/databaseChoice';

/** @param sqlWorker path of the program that holds a database */
export function tableReader(sqlWorker: string): ReadTables {
  return async (path, signal) => {
    const { openDatabase } = await import('../runtime/sql/openDatabase');
    const database = await openDatabase({ path, workerPath: sqlWorker }, signal);
    await database.close();
    return database.tables;
  };
}
