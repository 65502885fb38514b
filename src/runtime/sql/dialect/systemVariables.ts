import { MysqlError } from '../mysqlErrors';
import { types } from '../mysqlType';
import { quotedText, typed, type Typed } from './typed';

/** What SHOW VARIABLES lists and `@@name` reads: what a client asks for before it begins. */
export const systemVariables: Readonly<Record<string, string | number | true>> = {
  autocommit: true,
  character_set_client: 'utf8mb4',
  character_set_connection: 'utf8mb4',
  character_set_database: 'utf8mb4',
  character_set_results: 'utf8mb4',
  character_set_server: 'utf8mb4',
  collation_connection: 'utf8mb4_0900_ai_ci',
  collation_database: 'utf8mb4_0900_ai_ci',
  collation_server: 'utf8mb4_0900_ai_ci',
  lower_case_table_names: 1,
  max_allowed_packet: 67108864,
  sql_mode: 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION',
  time_zone: 'SYSTEM',
  version: '8.0.36-agentlm',
  version_comment: 'MySQL dialect on SQLite',
};

/** @throws {MysqlError} 1193 for a name that nobody knows */
export function systemVariable(name: string): Typed {
  const short = name.replace(/^@@/, '').toLowerCase();
  const value = Object.hasOwn(systemVariables, short) ? systemVariables[short] : undefined;
  if (value === undefined) throw new MysqlError(`1193 (HY000): Unknown system variable '${short}'`);
  return typeof value === 'string' ? typed(quotedText(value), types.text) : typed(String(Number(value)), types.integer);
}
