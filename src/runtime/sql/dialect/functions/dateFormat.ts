import { dayNumber, daysInMonth, fromDayNumber, fullYear, isDay, pad, type Moment } from './moments';

export const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** 0 for Monday. */
export function weekday(moment: Pick<Moment, 'year' | 'month' | 'day'>): number {
  return (((dayNumber(moment) + 3) % 7) + 7) % 7;
}

export function dayOfYear({ year, month, day }: Moment): number {
  return dayNumber({ year, month, day }) - dayNumber({ year, month: 1, day: 1 }) + 1;
}

/**
 * The week and the year that it belongs to.
 * @param mode bits as in WEEK(): 1 weeks begin on Monday, 2 no week 0, 4 the first week is the one with its first day in the year
 */
export function weekOf(moment: Moment, mode: number): { readonly week: number; readonly year: number } {
  const mondayFirst = (mode & 1) !== 0;
  let lastYears = (mode & 2) !== 0;
  const fullFirst = ((mode & 4) !== 0) === mondayFirst;
  const day = dayNumber(moment);
  let { year } = moment;
  let first = dayNumber({ year, month: 1, day: 1 });
  let offset = firstWeekday(first, mondayFirst);
  if (moment.month === 1 && moment.day <= 7 - offset) {
    if (!lastYears && (fullFirst ? offset !== 0 : offset >= 4)) return { week: 0, year };
    if (fullFirst ? offset !== 0 : offset >= 4) {
      lastYears = true;
      year -= 1;
      const length = daysOfYear(year);
      first -= length;
      offset = (offset + 53 * 7 - length) % 7;
    }
  }
  const days = (fullFirst ? offset !== 0 : offset >= 4) ? day - (first + (7 - offset)) : day - (first - offset);
  if (lastYears && days >= 52 * 7) {
    const next = (offset + daysOfYear(year)) % 7;
    if (fullFirst ? next === 0 : next < 4) return { week: 1, year: year + 1 };
  }
  return { week: Math.floor(days / 7) + 1, year };
}

function firstWeekday(day: number, mondayFirst: boolean): number {
  return (((day + (mondayFirst ? 3 : 4)) % 7) + 7) % 7;
}

function daysOfYear(year: number): number {
  return 337 + daysInMonth(year, 2);
}

/** DATE_FORMAT */
export function formatMoment(moment: Moment, format: string): string {
  return format.replace(/%([^])/g, (_, code: string) => specifiers[code]?.(moment) ?? code);
}

const hour12 = ({ hour }: Moment): number => ((hour + 11) % 12) + 1;
const half = ({ hour }: Moment): string => (hour % 24 < 12 ? 'AM' : 'PM');
const clock = ({ minute, second }: Moment): string => `${pad(minute)}:${pad(second)}`;

const specifiers: Readonly<Record<string, (moment: Moment) => string>> = {
  a: (moment) => (dayNames[weekday(moment)] ?? '').slice(0, 3),
  b: ({ month }) => (monthNames[month - 1] ?? '').slice(0, 3),
  c: ({ month }) => String(month),
  D: ({ day }) => `${day}${ordinal(day)}`,
  d: ({ day }) => pad(day),
  e: ({ day }) => String(day),
  f: ({ micro }) => pad(micro, 6),
  H: ({ hour }) => pad(hour),
  h: (moment) => pad(hour12(moment)),
  I: (moment) => pad(hour12(moment)),
  i: ({ minute }) => pad(minute),
  j: (moment) => pad(dayOfYear(moment), 3),
  k: ({ hour }) => String(hour),
  l: (moment) => String(hour12(moment)),
  M: ({ month }) => monthNames[month - 1] ?? '',
  m: ({ month }) => pad(month),
  p: half,
  r: (moment) => `${pad(hour12(moment))}:${clock(moment)} ${half(moment)}`,
  S: ({ second }) => pad(second),
  s: ({ second }) => pad(second),
  T: (moment) => `${pad(moment.hour)}:${clock(moment)}`,
  U: (moment) => pad(weekOf(moment, 0).week),
  u: (moment) => pad(weekOf(moment, 1).week),
  V: (moment) => pad(weekOf(moment, 2).week),
  v: (moment) => pad(weekOf(moment, 3).week),
  W: (moment) => dayNames[weekday(moment)] ?? '',
  w: (moment) => String((weekday(moment) + 1) % 7),
  X: (moment) => pad(weekOf(moment, 2).year, 4),
  x: (moment) => pad(weekOf(moment, 3).year, 4),
  Y: ({ year }) => pad(year, 4),
  y: ({ year }) => pad(year % 100),
};

function ordinal(day: number): string {
  if (day >= 11 && day <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th';
}

/** What kind of value a format of STR_TO_DATE gives. */
export function formatKind(format: string): 'date' | 'time' | 'datetime' {
  const hasDate = /%[abcDdejMmUuVvWwXxYy]/.test(format);
  const hasTime = /%[fHhIiklprSsT]/.test(format);
  return hasDate && hasTime ? 'datetime' : hasTime ? 'time' : 'date';
}

/** STR_TO_DATE; undefined where the text does not follow the format or says no day. */
export function readFormatted(text: string, format: string): Moment | undefined {
  const found = scan(text.trim(), format);
  if (!found) return undefined;
  const { parts, rest } = found;
  if (rest !== '' && formatKind(format) === 'time' && /\S/.test(rest)) return undefined;
  let { year = 0, month = 0, day = 0 } = parts;
  const { hour = 0, minute = 0, second = 0, micro = 0, dayInYear, isAfternoon, hourOfHalf } = parts;
  if (dayInYear !== undefined) {
    const date = fromDayNumber(dayNumber({ year, month: 1, day: 1 }) + dayInYear - 1);
    if (!date) return undefined;
    ({ year, month, day } = date);
  }
  const kind = formatKind(format);
  if (kind !== 'time' && !isDay(year, month, day)) return undefined;
  const realHour = hourOfHalf === undefined ? hour : (hourOfHalf % 12) + (isAfternoon === true ? 12 : 0);
  if (realHour > 23 || minute > 59 || second > 59) return undefined;
  return { year, month, day, hour: realHour, minute, second, micro, negative: false, hasTime: kind !== 'date' };
}

interface Parts {
  year?: number;
  month?: number;
  day?: number;
  hour?: number;
  hourOfHalf?: number;
  minute?: number;
  second?: number;
  micro?: number;
  dayInYear?: number;
  isAfternoon?: boolean;
}

function scan(text: string, format: string): { readonly parts: Parts; readonly rest: string } | undefined {
  const parts: Parts = {};
  let rest = text;
  const expanded = format.replaceAll('%T', '%H:%i:%S').replaceAll('%r', '%h:%i:%S %p');
  for (const [piece] of expanded.matchAll(/%[^]|\s+|[^]/g)) {
    if (/^\s/.test(piece)) rest = rest.trimStart();
    else if (piece.startsWith('%') && piece.length === 2) {
      const remaining = field(piece.charAt(1), rest.trimStart(), parts);
      if (remaining === undefined) return undefined;
      rest = remaining;
    } else {
      if (!rest.startsWith(piece)) return rest === '' ? { parts, rest } : undefined;
      rest = rest.slice(piece.length);
    }
  }
  return { parts, rest };
}

/** Reads one field; returns what stands behind it. */
function field(code: string, text: string, parts: Parts): string | undefined {
  const number = (digits: number, set: (value: number) => void): string | undefined => {
    const [found] = new RegExp(`^\\d{1,${digits}}`).exec(text) ?? [];
    if (found === undefined) return undefined;
    set(Number(found));
    return text.slice(found.length);
  };
  const word = (names: readonly string[], set: (index: number) => void): string | undefined => {
    const index = names.findIndex((name) => text.toLowerCase().startsWith(name.toLowerCase()));
    if (index === -1) return undefined;
    set(index);
    return text.slice(names[index]?.length);
  };
  switch (code) {
    case 'Y':
      return number(4, (value) => (parts.year = /^\d{1,2}(?!\d)/.test(text) ? fullYear(value) : value));
    case 'y':
      return number(2, (value) => (parts.year = fullYear(value)));
    case 'm':
    case 'c':
      return number(2, (value) => (parts.month = value));
    case 'd':
    case 'e':
      return number(2, (value) => (parts.day = value));
    case 'D':
      return number(2, (value) => (parts.day = value))?.replace(/^\D{2}/, '');
    case 'j':
      return number(3, (value) => (parts.dayInYear = value));
    case 'H':
    case 'k':
      return number(2, (value) => (parts.hour = value));
    case 'h':
    case 'I':
    case 'l':
      return number(2, (value) => (parts.hourOfHalf = value));
    case 'i':
      return number(2, (value) => (parts.minute = value));
    case 's':
    case 'S':
      return number(2, (value) => (parts.second = value));
    case 'f':
      return number(6, (value) => (parts.micro = value * 10 ** (6 - (/^\d{1,6}/.exec(text)?.[0].length ?? 6))));
    case 'p':
      return word(['AM', 'PM'], (index) => (parts.isAfternoon = index === 1));
    case 'M':
      return word(monthNames, (index) => (parts.month = index + 1));
    case 'b':
      return word(
        monthNames.map((name) => name.slice(0, 3)),
        (index) => (parts.month = index + 1),
      );
    case 'W':
      return word(dayNames, () => {});
    case 'a':
      return word(
        dayNames.map((name) => name.slice(0, 3)),
        () => {},
      );
    case '%':
      return text.startsWith('%') ? text.slice(1) : undefined;
    default:
      return undefined;
  }
}
