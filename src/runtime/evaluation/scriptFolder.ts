import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isBuiltinCheck } from './builtinChecks';
import { BadValue, members, oneOf, text, type Field } from './fields';
import { languages, type Language, type Script } from './suite';

/**
 * Reads a script as AgentBench writes it: a string of bash, or `{ language, code }`, or `{ language, file }`.
 * @param folder of the script files
 * @throws {BadValue}
 */
export async function readScript(field: Field, folder: string): Promise<Script> {
  if (typeof field.value === 'string') return { language: 'bash', code: field.value };
  const member = members(field, ['language', 'code', 'file']);
  const named = member('language');
  const language: Language = named === undefined ? 'bash' : oneOf(named, languages);
  const file = member('file');
  if (file !== undefined) return readScriptFile(file, language, folder);
  const code = member('code');
  if (code === undefined) throw new BadValue(field.path, 'has neither code nor file');
  return { language, code: text(code) };
}

async function readScriptFile(field: Field, language: Language, folder: string): Promise<Script> {
  const name = text(field);
  if (isBuiltinCheck(name)) return { builtin: path.posix.basename(name) };
  const file = path.resolve(folder, name);
  if (!file.startsWith(folder + path.sep)) throw new BadValue(field.path, `leads out of the scripts folder ${folder}`);
  try {
    return { language, code: await readFile(file, 'utf8') };
  } catch {
    throw new BadValue(field.path, `is ${name}, which cannot be read in ${folder}`);
  }
}
