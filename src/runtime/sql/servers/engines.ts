import type { DatabaseServer } from '../../../agent/databaseServer';
import type { ServerEngine } from './engine';
import { mysqlEngine } from './mysqlEngine';
import { postgresEngine } from './postgresEngine';

export function engineOf(engine: DatabaseServer['engine']): ServerEngine {
  return engine === 'mysql' ? mysqlEngine : postgresEngine;
}
