import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { openNodeSqlite } from '../sql/nodeSqlite';

/** The sample, ready to be worked on. */
export interface Sample {
  readonly workspace: string;
  readonly database: string;
}

/**
 * Puts the sample workspace and its database into a folder that is empty or does not exist.
 * @param resources the extension's `resources` folder
 */
export async function prepareSample(resources: string, folder: string): Promise<Sample> {
  const database = path.join(folder, 'shop.sqlite');
  await cp(path.join(resources, 'sample/workspace'), folder, { recursive: true });
  const script = await readFile(path.join(resources, 'sample/shop.sql'), 'utf8');
  const { DatabaseSync } = openNodeSqlite();
  const connection = new DatabaseSync(database);
  try {
    connection.exec(script);
  } finally {
    connection.close();
  }
  return { workspace: folder, database };
}
