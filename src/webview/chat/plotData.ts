import { cellText, type Cell, type ColumnKind, type Grid } from '../../protocol/reviewMessages';

/** Rows of one label and one number, ready to be drawn. Points in the order of the rows; null where a number is missing. */
export interface PlotData {
  /** `line` where labels are numbers or moments that only grow, `bar` for names. */
  readonly kind: 'line' | 'bar';
  readonly labelName: string;
  readonly valueName: string;
  readonly labels: readonly string[];
  /** Of a line: numbers, or seconds since 1970 where `hasMoments`; of bars: their places, 0 to n. */
  readonly positions: readonly number[];
  readonly hasMoments: boolean;
  readonly values: readonly (number | null)[];
}

/** More bars than this are a wall. */
const mostBars = 60;

/** Undefined for rows that are no plot: other columns, a single row, labels that come twice, or not all of the rows. */
export function plotOf({ columns, rows, rowCount, complete }: Grid): PlotData | undefined {
  if (columns.length !== 2 || rows.length < 2 || rows.length < rowCount || !complete) return undefined;
  const kinds = columns.map(({ kind }) => kind);
  const value = isNumber(kinds[1]) ? 1 : 0;
  const label = 1 - value;
  if (!isNumber(kinds[value]) || kinds[label] === 'bytes' || kinds[label] === 'mixed') return undefined;
  const cells = rows.map((row) => [row[label] ?? null, row[value] ?? null] as const);
  const labels = cells.map(([each]) => cellText(each));
  if (new Set(labels).size < labels.length) return undefined;
  const named = {
    labelName: columns[label]?.name ?? '',
    valueName: columns[value]?.name ?? '',
    labels,
    values: cells.map(([, each]) => numberOf(each)),
  };
  const numbers = isNumber(kinds[label]);
  const positions = cells.map(([each]) => (numbers ? numberOf(each) : momentOf(each)));
  if (isGrowing(positions)) return { ...named, kind: 'line', positions, hasMoments: !numbers };
  if (rows.length > mostBars) return undefined;
  return { ...named, kind: 'bar', positions: labels.map((_, index) => index), hasMoments: false };
}

function isNumber(kind: ColumnKind | undefined): boolean {
  return kind === 'integer' || kind === 'real' || kind === 'decimal';
}

function numberOf(cell: Cell): number | null {
  if (cell === null) return null;
  const number = typeof cell === 'object' && 'integer' in cell ? Number(cell.integer) : Number(cell);
  return Number.isFinite(number) ? number : null;
}

/** Of a date, or a date and a time; dates without a zone are read as UTC, as they are drawn. */
function momentOf(cell: Cell): number | null {
  if (typeof cell !== 'string') return null;
  const [, day, time = '00:00:00'] =
    /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?$/.exec(cell) ?? [];
  const milliseconds = day === undefined ? NaN : Date.parse(`${day}T${time}Z`);
  return Number.isFinite(milliseconds) ? milliseconds / 1000 : null;
}

function isGrowing(positions: readonly (number | null)[]): positions is readonly number[] {
  return positions.every((each, index) => {
    const before = positions[index - 1];
    return each !== null && (index === 0 || (typeof before === 'number' && each > before));
  });
}
