import { open } from 'node:fs/promises';
import { parquetMetadataAsync, parquetRead, parquetSchema, type AsyncBuffer, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Conversion } from '../../../agent/database';
import { UserError } from '../../../agent/errors';
import { columnNames } from './names';
import type { Loader } from './staging';
import { scanValueType } from './valueType';

/** Rows that are held at a time, where the file lets them be read by page. */
const rowsAtATime = 10_000;

/**
 * Columns as the file declares them. DECIMAL becomes REAL, dates and times ISO 8601 text, lists and records JSON.
 * Memory is bounded by the largest row group of the file.
 * @throws {UserError} `database.badParquet`, `.emptyFile`, `.wideFile`
 */
export const loadParquet: Loader = async (file, staging, onRead) => {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const buffer: AsyncBuffer = {
      byteLength: size,
      async slice(start, end = size) {
        const bytes = new Uint8Array(end - start);
        await handle.read(bytes, 0, bytes.length, start);
        return bytes.buffer;
      },
    };
    const metadata = await reading(file, () => parquetMetadataAsync(buffer));
    const elements = parquetSchema(metadata).children.map(({ element }) => element);
    if (elements.length === 0) throw new UserError('database.emptyFile', '{0} is empty: it has no columns.', [file]);
    const columns = elements.map((element) => ({ element, scan: scanValueType(), values: 0 }));
    for (const _ of columns) staging.addColumn();
    const total = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < total; rowStart += rowsAtATime) {
      const rowEnd = Math.min(total, rowStart + rowsAtATime);
      let rows: readonly (readonly unknown[])[] = [];
      const onComplete = (read: unknown[][]): void => void (rows = read);
      const options = { file: buffer, metadata, compressors, parsers, utf8: false, rowStart, rowEnd, onComplete };
      await reading(file, () => parquetRead(options));
      for (const row of rows) {
        staging.insert(
          columns.map((column, index) => {
            const value = row[index];
            if (value !== null && value !== undefined) column.values += 1;
            return column.scan.see(plain(value, column.element));
          }),
        );
      }
      onRead(Math.round((size * rowEnd) / total));
    }
    const names = columnNames(elements.map(({ name }) => name));
    return columns.map(({ element, scan, values }, index) => {
      const result = scan.result(names[index] ?? '');
      const own = conversionOf(element);
      return own && values > 0 ? { ...result, conversions: [{ ...own, values }] } : result;
    });
  } finally {
    await handle.close();
  }
};

async function reading<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const template = '{0} cannot be read as Parquet: {1}. Write the file anew and try again.';
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('database.badParquet', template, [file, reason], { cause });
  }
}

/** Times as text, to the digit that the file has; JavaScript's own dates end at milliseconds. */
const parsers = {
  timestampFromMilliseconds: (value: bigint) => timestamp(value * 1_000_000n),
  timestampFromMicroseconds: (value: bigint) => timestamp(value * 1000n),
  timestampFromNanoseconds: (value: bigint) => timestamp(value),
  dateFromDays: (value: number) => isoDate(value * 86_400_000).slice(0, 10),
};

function timestamp(nanoseconds: bigint): string {
  const fraction = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const seconds = isoDate(Number((nanoseconds - fraction) / 1_000_000n));
  const digits = fraction.toString().padStart(9, '0').replace(/0+$/, '');
  return digits === '' ? seconds : `${seconds}.${digits}`;
}

function isoDate(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString().slice(0, 19).replace('T', ' ');
}

/** hyparquet multiplies a decimal by its power of ten, which leaves a tail: 435 × 0.01 is 4.3500000000000005. */
function plain(value: unknown, { converted_type: type, scale = 0 }: SchemaElement): unknown {
  return type === 'DECIMAL' && typeof value === 'number' ? Number(value.toFixed(scale)) : value;
}

function conversionOf(element: SchemaElement): Pick<Conversion, 'from' | 'to'> | undefined {
  const { converted_type: type, type: stored } = element;
  if (type === 'DECIMAL') return { from: 'decimal', to: (element.scale ?? 0) === 0 ? 'INTEGER' : 'REAL' };
  const isTime = stored === 'INT96' || type === 'DATE' || type?.startsWith('TIMESTAMP');
  return isTime || element.logical_type?.type === 'TIMESTAMP' ? { from: 'timestamp', to: 'TEXT' } : undefined;
}
