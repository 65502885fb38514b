import type { SqlValue } from '../../pythonLiteral';
import {
  dayNames,
  dayOfYear,
  formatKind,
  formatMoment,
  monthNames,
  readFormatted,
  weekday,
  weekOf,
} from './dateFormat';
import { addInterval, intervalBetween } from './intervals';
import {
  dayNumber,
  daysInMonth,
  fromDayNumber,
  fromMicros,
  fullYear,
  parseMoment,
  secondsOf,
  timeFromMicros,
  writeMoment,
  type Moment,
} from './moments';
import { toCount, toNumber, toText, type Implementation, type Implementations } from './values';

type Value = NonNullable<SqlValue>;

/** Functions of dates and times. What is no date gives NULL. */
export const dateFunctions: Implementations = {
  date: of((moment) => writeMoment(moment, 'date')),
  datetime: (value, scale) => {
    const moment = read(value);
    return moment ? writeMoment(moment, 'datetime', toCount(scale)) : null;
  },
  time: (value, scale) => {
    const moment = readTime(value);
    return moment ? writeMoment(moment, 'time', toCount(scale)) : null;
  },
  number: (value) => {
    const moment = readEither(value);
    if (!moment) return BigInt(Math.trunc(toNumber(value)));
    const isTime = moment.month === 0;
    const text = writeMoment(moment, isTime ? 'time' : moment.hasTime ? 'datetime' : 'date');
    const digits = text.replace(/[^\d.]/g, '');
    return digits.includes('.') ? Number(digits) : BigInt(digits) * (moment.negative ? -1n : 1n);
  },
  year: of(({ year }) => BigInt(year)),
  month: of(({ month }) => BigInt(month)),
  day: of(({ day }) => BigInt(day)),
  quarter: of(({ month }) => BigInt(Math.ceil(month / 3))),
  hour: ofTime(({ hour }) => BigInt(hour)),
  minute: ofTime(({ minute }) => BigInt(minute)),
  second: ofTime(({ second }) => BigInt(second)),
  microsecond: ofTime(({ micro }) => BigInt(micro)),
  dayofweek: of((moment) => BigInt(((weekday(moment) + 1) % 7) + 1)),
  weekday: of((moment) => BigInt(weekday(moment))),
  dayofyear: of((moment) => BigInt(dayOfYear(moment))),
  dayname: of((moment) => dayNames[weekday(moment)] ?? null),
  monthname: of(({ month }) => monthNames[month - 1] ?? null),
  week: (value, mode) => {
    const moment = read(value);
    return moment ? BigInt(weekOf(moment, toCount(mode)).week) : null;
  },
  yearweek: (value, mode) => {
    const moment = read(value);
    if (!moment) return null;
    const { week, year } = weekOf(moment, toCount(mode) | 2);
    return BigInt(year * 100 + week);
  },
  last_day: of(({ year, month }) => writeMoment({ ...zero, year, month, day: daysInMonth(year, month) }, 'date')),
  to_days: of((moment) => BigInt(dayNumber(moment) + daysBefore1970)),
  from_days: (days) => dateText(fromDayNumber(toCount(days) - daysBefore1970)),
  to_seconds: of((moment) => BigInt((dayNumber(moment) + daysBefore1970) * 86_400 + secondsOf(moment))),
  makedate: (year, day) => {
    if (toCount(day) <= 0) return null;
    const full = toCount(year) < 100 ? fullYear(toCount(year)) : toCount(year);
    return dateText(fromDayNumber(dayNumber({ year: full, month: 1, day: 1 }) + toCount(day) - 1));
  },
  maketime: (hour, minute, second) => {
    const [h, m, s] = [toCount(hour), toCount(minute), toNumber(second)];
    if (m < 0 || m > 59 || s < 0 || s >= 60) return null;
    return writeMoment(timeFromMicros((h < 0 ? -1 : 1) * (Math.abs(h) * 3600 + m * 60 + s) * 1e6), 'time');
  },
  datediff: (end, start) => {
    const [a, b] = [read(end), read(start)];
    return a && b ? BigInt(dayNumber(a) - dayNumber(b)) : null;
  },
  timediff: (end, start) => {
    const [a, b] = [readEither(end), readEither(start)];
    return a && b ? writeMoment(timeFromMicros(microsOf(a) - microsOf(b)), 'time') : null;
  },
  timestampdiff: (unit, start, end) => {
    const [a, b] = [read(start), read(end)];
    return a && b ? BigInt(intervalBetween(a, b, toText(unit))) : null;
  },
  date_add: (value, amount, unit, sign) => shifted(value, amount, toText(unit), toCount(sign)),
  addtime: (value, time, sign) => {
    const [base, added] = [readEither(value), readTime(time)];
    if (!base || !added) return null;
    const micros = toCount(sign) * microsOf(added);
    if (base.month === 0) return writeMoment(timeFromMicros(microsOf(base) + micros), 'time');
    const moment = fromMicros(dayNumber(base), secondsOf(base) * 1e6 + base.micro + micros);
    return moment ? writeMoment(moment, 'datetime') : null;
  },
  date_format: (value, format) => {
    const moment = read(value);
    return moment ? formatMoment(moment, toText(format)) : null;
  },
  time_format: (value, format) => {
    const moment = readTime(value);
    return moment ? formatMoment(moment, toText(format)) : null;
  },
  str_to_date: (text, format) => {
    const moment = readFormatted(toText(text), toText(format));
    return moment ? writeMoment(moment, formatKind(toText(format)), toText(format).includes('%f') ? 6 : 0) : null;
  },
  time_to_sec: ofTime((moment) => BigInt(secondsOf(moment))),
  sec_to_time: (seconds) => writeMoment(timeFromMicros(Math.round(toNumber(seconds) * 1e6)), 'time'),
  unix_timestamp: of(({ year, month, day, hour, minute, second, micro }) => {
    const milliseconds = new Date(year, month - 1, day, hour, minute, second).getTime();
    return micro > 0 ? milliseconds / 1000 + micro / 1e6 : BigInt(Math.max(0, milliseconds / 1000));
  }),
  from_unixtime: (seconds) => {
    const date = new Date(toNumber(seconds) * 1000);
    if (Number.isNaN(date.getTime()) || toNumber(seconds) < 0) return null;
    const moment = {
      year: date.getFullYear(),
      month: date.getMonth() + 1,
      day: date.getDate(),
      hour: date.getHours(),
      minute: date.getMinutes(),
      second: date.getSeconds(),
      micro: date.getMilliseconds() * 1000,
      negative: false,
      hasTime: true,
    };
    return writeMoment(moment, 'datetime');
  },
  period_add: (period, months) => fromPeriod(monthsOf(toCount(period)) + toCount(months)),
  period_diff: (one, other) => BigInt(monthsOf(toCount(one)) - monthsOf(toCount(other))),
  extract: (unit, value) => extract(toText(unit), readEither(value)),
};

/** MySQL counts days from the year 0. */
const daysBefore1970 = 719_528;
const zero = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, micro: 0, negative: false, hasTime: false };

function read(value: Value): Moment | undefined {
  return parseMoment(toText(value));
}

function readTime(value: Value): Moment | undefined {
  return parseMoment(toText(value), true);
}

/** `10:11:12` could be a day in 2010; where both can be meant it is a time. */
function readEither(value: Value): Moment | undefined {
  return /^\s*-?\d+:/.test(toText(value)) ? readTime(value) : (read(value) ?? readTime(value));
}

function of(give: (moment: Moment) => SqlValue): Implementation {
  return (value) => {
    const moment = read(value);
    return moment ? give(moment) : null;
  };
}

function ofTime(give: (moment: Moment) => SqlValue): Implementation {
  return (value) => {
    const moment = readTime(value);
    return moment ? give(moment) : null;
  };
}

function microsOf(moment: Moment): number {
  const sign = moment.negative ? -1 : 1;
  const days = moment.month === 0 ? 0 : dayNumber(moment) * 86_400;
  return (days + secondsOf(moment)) * 1e6 + sign * moment.micro;
}

function dateText(moment: Moment | undefined): string | null {
  return moment ? writeMoment(moment, 'date') : null;
}

/** A date stays a date while only days are added to it. */
function shifted(value: Value, amount: Value, unit: string, sign: number): string | null {
  const moment = read(value);
  if (!moment) return null;
  const result = addInterval(moment, toText(amount), unit, sign);
  if (!result) return null;
  return writeMoment(result, result.hasTime ? 'datetime' : 'date');
}

function monthsOf(period: number): number {
  const year = Math.floor(period / 100);
  return (year < 100 ? fullYear(year) : year) * 12 + (period % 100) - 1;
}

function fromPeriod(months: number): bigint {
  return BigInt(Math.floor(months / 12) * 100 + (months % 12) + 1);
}

function extract(unit: string, moment: Moment | undefined): bigint | null {
  if (!moment) return null;
  const { year, month, day, hour, minute, second, micro } = moment;
  const sign = moment.negative ? -1 : 1;
  const values: Readonly<Record<string, number>> = {
    YEAR: year,
    MONTH: month,
    DAY: day,
    HOUR: hour,
    MINUTE: minute,
    SECOND: second,
    MICROSECOND: micro,
    QUARTER: Math.ceil(month / 3),
    WEEK: weekOf(moment, 0).week,
    YEAR_MONTH: year * 100 + month,
    DAY_HOUR: day * 100 + hour,
    DAY_MINUTE: (day * 100 + hour) * 100 + minute,
    DAY_SECOND: ((day * 100 + hour) * 100 + minute) * 100 + second,
    HOUR_MINUTE: hour * 100 + minute,
    HOUR_SECOND: (hour * 100 + minute) * 100 + second,
    MINUTE_SECOND: minute * 100 + second,
    SECOND_MICROSECOND: second * 1e6 + micro,
  };
  const found = values[unit];
  return found === undefined ? null : BigInt(sign * found);
}
