import { dayNumber, daysInMonth, fromDayNumber, fromMicros, secondsOf, type Moment } from './moments';

/** What each unit of an INTERVAL is made of: the amounts in its text, in this order, as months or as microseconds. */
const months: Readonly<Record<string, readonly number[]>> = {
  MONTH: [1],
  QUARTER: [3],
  YEAR: [12],
  YEAR_MONTH: [12, 1],
};
const [second, minute, hour, day] = [1e6, 60e6, 3600e6, 86_400e6];
const micros: Readonly<Record<string, readonly number[]>> = {
  MICROSECOND: [1],
  SECOND: [second],
  MINUTE: [minute],
  HOUR: [hour],
  DAY: [day],
  WEEK: [7 * day],
  SECOND_MICROSECOND: [second, 1],
  MINUTE_MICROSECOND: [minute, second, 1],
  MINUTE_SECOND: [minute, second],
  HOUR_MICROSECOND: [hour, minute, second, 1],
  HOUR_SECOND: [hour, minute, second],
  HOUR_MINUTE: [hour, minute],
  DAY_MICROSECOND: [day, hour, minute, second, 1],
  DAY_SECOND: [day, hour, minute, second],
  DAY_MINUTE: [day, hour, minute],
  DAY_HOUR: [day, hour],
};

/** Whether adding this unit to a date leaves it a date. */
export function isDayUnit(unit: string): boolean {
  return unit in months || unit === 'DAY' || unit === 'WEEK';
}

/**
 * A moment plus an interval: a month that is too short for the day ends with its last day.
 * @param amount as it was given, e.g. `3` or `1:30`
 * @returns undefined beyond the years 0 to 9999
 */
export function addInterval(moment: Moment, amount: string, unit: string, sign: number): Moment | undefined {
  const parts = months[unit];
  if (parts) return addMonths(moment, sign * weigh(amount, parts, true));
  const sizes = micros[unit];
  if (!sizes) return undefined;
  const delta = sign * weigh(amount, sizes, unit !== 'SECOND');
  if (isDayUnit(unit) && !moment.hasTime) return fromDayNumber(dayNumber(moment) + delta / day);
  return fromMicros(dayNumber(moment), secondsOf(moment) * 1e6 + moment.micro + delta);
}

/** `1:30` as minutes and seconds; fewer numbers than parts are the smaller ones. A single number is rounded unless it is seconds. */
function weigh(amount: string, sizes: readonly number[], isWhole: boolean): number {
  if (sizes.length === 1)
    return (isWhole ? Math.round(Number.parseFloat(amount) || 0) : Number.parseFloat(amount) || 0) * (sizes[0] ?? 0);
  const sign = amount.trim().startsWith('-') ? -1 : 1;
  const numbers = (amount.match(/\d+/g) ?? []).map(Number);
  const used = sizes.slice(Math.max(0, sizes.length - numbers.length));
  return sign * used.reduce((sum, size, index) => sum + size * (numbers[index] ?? 0), 0);
}

function addMonths(moment: Moment, count: number): Moment | undefined {
  const total = moment.year * 12 + moment.month - 1 + count;
  const year = Math.floor(total / 12);
  const month = total - year * 12 + 1;
  if (year < 0 || year > 9999) return undefined;
  return { ...moment, year, month, day: Math.min(moment.day, daysInMonth(year, month)) };
}

/** TIMESTAMPDIFF: whole units between two moments. */
export function intervalBetween(start: Moment, end: Moment, unit: string): number {
  const parts = months[unit];
  if (!parts) return Math.trunc((microsOf(end) - microsOf(start)) / (micros[unit]?.[0] ?? 1));
  const sign = microsOf(end) < microsOf(start) ? -1 : 1;
  const [first, last] = sign < 0 ? [end, start] : [start, end];
  let count = (last.year - first.year) * 12 + last.month - first.month;
  if (withinMonth(last) < withinMonth(first)) count -= 1;
  return sign * Math.trunc(count / (parts[0] ?? 1));
}

function microsOf(moment: Moment): number {
  return dayNumber(moment) * day + secondsOf(moment) * 1e6 + moment.micro;
}

function withinMonth(moment: Moment): number {
  return moment.day * day + secondsOf(moment) * 1e6 + moment.micro;
}
