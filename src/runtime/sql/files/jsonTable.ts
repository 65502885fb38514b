import { UserError } from '../../../agent/errors';
import { readJson } from './jsonFile';
import { columnNames } from './names';
import type { Loader } from './staging';
import { scanValueType, type ValueTypeScan } from './valueType';

/**
 * A column for each key that any record has, in the order in which they appear; a record without it has NULL there.
 * @throws {UserError} `database.emptyFile`, `.wideFile` and those of readJson
 */
export const loadJson: Loader = async (file, staging, onRead) => {
  const columns = new Map<string, { readonly index: number; readonly scan: ValueTypeScan }>();
  await readJson(file, onRead, (record) => {
    for (const key of Object.keys(record)) {
      if (columns.has(key)) continue;
      columns.set(key, { index: columns.size, scan: scanValueType() });
      staging.addColumn();
    }
    if (columns.size === 0) return;
    const row: ReturnType<ValueTypeScan['see']>[] = Array.from({ length: columns.size }, () => null);
    for (const [key, value] of Object.entries(record)) {
      const column = columns.get(key);
      if (column) row[column.index] = column.scan.see(value);
    }
    staging.insert(row);
  });
  if (columns.size === 0) throw new UserError('database.emptyFile', '{0} is empty: it has no records.', [file]);
  const names = columnNames([...columns.keys()]);
  return [...columns.values()].map(({ scan }, index) => scan.result(names[index] ?? ''));
};
