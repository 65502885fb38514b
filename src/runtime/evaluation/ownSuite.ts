import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, pattern, readAll } from './agentBenchOs';
import { readRow } from './agentBenchDatabase';
import { BadValue, items, members, oneOf, oneOrMore, required, text, type Field } from './fields';
import { readScript } from './scriptFolder';
import type {
  DatabaseCheck,
  DatabaseProblem,
  OsCheck,
  OsProblem,
  Problem,
  Script,
  SetupTable,
  TextCheck,
} from './suite';

/** What a `*.agentlm-suite.json` says of itself; its tasks are read one by one. */
export interface OwnSuiteHead {
  readonly name: string | undefined;
  readonly kind: Problem['kind'];
  /** Of the script files. */
  readonly scripts: string;
  readonly tasks: readonly Field[];
  /** What its tasks work on a copy of: a folder of OS tasks, or the database of database tasks. */
  readonly given: Field | undefined;
}

/** @throws {BadValue} */
export function readOwnSuiteHead(value: unknown, file: string): OwnSuiteHead {
  const field = { value, path: [] };
  const member = members(field, ['$schema', 'name', 'kind', 'scripts', 'folder', 'database', 'tasks']);
  const name = member('name');
  const scripts = member('scripts');
  const kind = oneOf(required(member('kind'), field, 'kind'), ['os', 'db']);
  const [folder, database] = ['folder', 'database'].map(member);
  const [given, other] = kind === 'os' ? [folder, database] : [database, folder];
  if (other !== undefined) throw new BadValue(other.path, `does not go with tasks of the kind ${kind}`);
  return {
    name: name === undefined ? undefined : text(name),
    kind,
    given,
    scripts: path.resolve(path.dirname(file), scripts === undefined ? '.' : text(scripts)),
    tasks: items(required(member('tasks'), field, 'tasks')),
  };
}

/**
 * The place that a suite gives to its tasks. Whoever wrote a suite may not choose what else of this machine is shown to a
 * model, so it lies beside the suite or further down, and no link leads away from there.
 * @returns its real path
 * @throws {BadValue}
 */
export async function readGiven(field: Field, file: string): Promise<string> {
  const name = text(field);
  const around = await realpath(path.dirname(file));
  const place = await realpath(path.resolve(around, name)).catch(() => undefined);
  if (place === undefined) throw new BadValue(field.path, `is ${name}, which does not exist beside the suite`);
  if (place === around || place.startsWith(path.join(around, path.sep))) return place;
  throw new BadValue(field.path, `leads out of the folder of the suite, ${around}`);
}

/**
 * @param given the place that the suite gives to its tasks
 * @throws {BadValue}
 */
export async function readOwnTask(
  field: Field,
  { kind, scripts }: OwnSuiteHead,
  position: string,
  given: string | undefined,
): Promise<Problem> {
  const member = members(field, ['id', 'category', 'task', 'setup', 'check', 'reference']);
  const [id, category, setup, reference] = ['id', 'category', 'setup', 'reference'].map(member);
  const head = {
    id: id === undefined ? position : text(id),
    category: category === undefined ? 'other' : text(category),
    text: text(required(member('task'), field, 'task')),
  };
  const check = required(member('check'), field, 'check');
  if (kind === 'db') return { kind, ...head, ...readDatabase(setup, check, reference, given) };
  const solution = reference === undefined ? undefined : await readScript(reference, scripts);
  return {
    kind,
    ...head,
    ...(await readMachine(setup, scripts)),
    check: await readOsCheck(check, scripts, solution),
    reference: solution,
    ...(given !== undefined && { folder: given }),
  };
}

async function readMachine(
  setup: Field | undefined,
  scripts: string,
): Promise<Pick<OsProblem, 'image' | 'init' | 'start'>> {
  const member = setup === undefined ? () => undefined : members(setup, ['image', 'init', 'start']);
  const [image, init, start] = ['image', 'init', 'start'].map(member);
  return {
    image: image === undefined ? undefined : text(image),
    init: init === undefined ? [] : await readAll(oneOrMore(init), scripts),
    start: start === undefined ? undefined : codeOf(await readScript(start, scripts), start),
  };
}

async function readOsCheck(check: Field, scripts: string, reference: Script | undefined): Promise<OsCheck> {
  const member = members(check, ['match', 'regex', 'scripts']);
  const list = member('scripts');
  if (list === undefined) return readTextCheck(check, member);
  const all = await Promise.all(items(list).map(async (one) => (one.value === null ? null : readScript(one, scripts))));
  if (all.includes(null) && reference === undefined) {
    throw new BadValue(list.path, 'refers to the reference, which is missing');
  }
  return { kind: 'scripts', scripts: all };
}

function readTextCheck(check: Field, member: (key: string) => Field | undefined): TextCheck {
  const match = member('match');
  if (match !== undefined) return { kind: 'match', answer: text(match), strip: true };
  const regex = member('regex');
  if (regex === undefined) throw new BadValue(check.path, 'does not say how the task is checked');
  return { kind: 'regex', pattern: pattern(regex) };
}

function readDatabase(
  setup: Field | undefined,
  check: Field,
  reference: Field | undefined,
  given: string | undefined,
): Omit<DatabaseProblem, 'kind' | 'id' | 'category' | 'text'> {
  if (given !== undefined && setup !== undefined) throw new BadValue(setup.path, 'does not go with database');
  const member = setup === undefined ? () => undefined : members(setup, ['tables', 'sql']);
  const [tables, sql] = ['tables', 'sql'].map(member);
  if (tables === undefined && sql === undefined && given === undefined) {
    throw new BadValue(setup?.path ?? [...check.path.slice(0, -1), 'setup'], 'makes no table: give tables or sql');
  }
  return {
    tableSentence: undefined,
    tables: tables === undefined ? [] : items(tables).map(readTable),
    script: sql === undefined ? undefined : text(sql),
    check: readDatabaseCheck(check, reference),
    reference: reference === undefined ? undefined : text(reference),
    ...(given !== undefined && { database: given }),
  };
}

function readTable(field: Field): SetupTable {
  const member = members(field, ['name', 'columns', 'rows']);
  const columns = items(required(member('columns'), field, 'columns')).map(text);
  if (columns.length === 0) throw new BadValue([...field.path, 'columns'], 'is empty');
  const rows = member('rows');
  return {
    name: text(required(member('name'), field, 'name')),
    columns,
    rows: rows === undefined ? [] : items(rows).map((row) => readRow(row, columns.length)),
  };
}

function readDatabaseCheck(check: Field, reference: Field | undefined): DatabaseCheck {
  const member = members(check, ['match', 'regex', 'answer', 'query', 'tableHash']);
  const answer = member('answer');
  if (answer !== undefined) return { kind: 'answer', values: items(answer).map(text) };
  const hash = member('tableHash');
  if (hash !== undefined) return readHash(hash, reference);
  const query = member('query');
  if (query === undefined) return readTextCheck(check, member);
  const part = members(query, ['sql', 'rows']);
  const rows = items(required(part('rows'), query, 'rows'));
  return {
    kind: 'query',
    sql: text(required(part('sql'), query, 'sql')),
    rows: rows.map((row) => readRow(row, items(row).length)),
  };
}

function readHash(hash: Field, reference: Field | undefined): DatabaseCheck {
  const md5 = text(hash);
  if (md5 === 'reference') {
    if (reference === undefined) throw new BadValue(hash.path, 'refers to the reference, which is missing');
    return { kind: 'hash', md5: undefined };
  }
  if (!/^[\da-f]{32}$/.test(md5)) throw new BadValue(hash.path, 'is neither "reference" nor an MD5 in small letters');
  return { kind: 'hash', md5 };
}
