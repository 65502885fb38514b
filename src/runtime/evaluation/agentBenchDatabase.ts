import { BadValue, items, members, oneOrMore, required, text, type Field } from './fields';
import type { CellValue, DatabaseCheck, DatabaseProblem, SetupTable } from './suite';

/** Types whose tasks change the table, and are judged by what it is afterwards. */
export const changingTypes: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE']);

/**
 * Reads a task of AgentBench's DBBench.
 * @throws {BadValue}
 */
export function readAgentBenchDatabase(field: Field, id: string): DatabaseProblem {
  const member = members(field);
  const [category] = items(required(member('type'), field, 'type'));
  if (category === undefined) throw new BadValue([...field.path, 'type'], 'is empty');
  const type = text(category);
  const sentence = member('add_description');
  const sql = member('sql');
  const query = sql === undefined ? undefined : members(sql)('query');
  const labels = member('label');
  const changes = changingTypes.has(type);
  const reference = changes ? ((labels && items(labels)[0]) ?? query) : query;
  return {
    kind: 'db',
    id,
    category: type,
    text: text(required(member('description'), field, 'description')),
    tableSentence: sentence === undefined ? undefined : text(sentence),
    tables: oneOrMore(required(member('table'), field, 'table')).map(readTable),
    script: undefined,
    check: changes ? readHash(member('answer_md5'), reference, field) : readLabel(labels, field),
    reference: reference === undefined ? undefined : text(reference),
  };
}

function readHash(hash: Field | undefined, reference: Field | undefined, task: Field): DatabaseCheck {
  const written = hash === undefined || hash.value === null ? '' : text(hash);
  if (written === '' && reference === undefined) throw new BadValue([...task.path, 'answer_md5'], 'is missing');
  // Written as the reply of the database: [('…',)].
  const md5 = written === '' ? undefined : /[\da-f]{32}/.exec(written)?.[0];
  if (written !== '' && md5 === undefined) throw new BadValue([...task.path, 'answer_md5'], 'holds no MD5');
  return { kind: 'hash', md5 };
}

function readLabel(label: Field | undefined, task: Field): DatabaseCheck {
  return { kind: 'answer', values: items(required(label, task, 'label')).map((value) => cellText(cell(value))) };
}

function readTable(field: Field): SetupTable {
  const member = members(field);
  const info = required(member('table_info'), field, 'table_info');
  const table = members(info);
  const columns = items(required(table('columns'), info, 'columns')).map((column) =>
    text(required(members(column)('name'), column, 'name')),
  );
  if (columns.length === 0) throw new BadValue([...info.path, 'columns'], 'is empty');
  return {
    name: text(required(member('table_name'), field, 'table_name')),
    columns,
    // AgentBench stores every value as text.
    rows: items(required(table('rows'), info, 'rows')).map((row) => readRow(row, columns.length).map(cellText)),
  };
}

/** @throws {BadValue} */
export function readRow(row: Field, width: number): CellValue[] {
  const values = items(row).map(cell);
  if (values.length !== width) throw new BadValue(row.path, `has ${values.length} values for ${width} columns`);
  return values;
}

function cell({ value, path }: Field): CellValue {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  throw new BadValue(path, 'is neither text nor number');
}

/** As Python's `str()` writes it. */
function cellText(value: CellValue): string {
  return value === null ? 'None' : String(value);
}
