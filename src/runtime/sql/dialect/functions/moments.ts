/** A point in time without a zone, or a length of time when `time` alone is meant: then hours may pass 24. */
export interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micro: number;
  /** Of a time: whether it is below zero. */
  readonly negative: boolean;
  /** Whether hours and minutes were said. */
  readonly hasTime: boolean;
}

const midnight = { hour: 0, minute: 0, second: 0, micro: 0, negative: false, hasTime: false } as const;

/**
 * Reads what MySQL reads as a date: `2020-01-02`, `20-1-2`, `2020/1/2 3:4:5.6`, `20200102`, `20200102030405`.
 * @param isTime whether `10:11:12` is meant rather than a date
 * @returns undefined for what is no date, or a day that no calendar has
 */
export function parseMoment(text: string, isTime = false): Moment | undefined {
  return isTime ? (parseTime(text) ?? parseDate(text)) : parseDate(text);
}

function parseDate(text: string): Moment | undefined {
  const compact = /^\s*(\d{8}|\d{6})(\d{6})?(?:\.(\d+))?\s*$/.exec(text);
  if (compact) {
    const [, date = '', time = '', fraction] = compact;
    const yearDigits = date.length - 4;
    const [hour, minute, second] = time.match(/../g) ?? [];
    return moment(
      [date.slice(0, yearDigits), date.slice(yearDigits, -2), date.slice(-2), hour, minute, second],
      fraction,
    );
  }
  const parts =
    /^\s*(\d{1,4})[^\w\s](\d{1,2})[^\w\s](\d{1,2})(?:(?:[T\s]+)(\d{1,2})(?:[^\w\s](\d{1,2})(?:[^\w\s](\d{1,2})(?:\.(\d*))?)?)?)?(?:Z|\s*)$/.exec(
      text,
    );
  return parts ? moment(parts.slice(1, 7), parts[7]) : undefined;
}

/** @param parts year, month, day, hour, minute and second, as far as they were written */
function moment(parts: readonly (string | undefined)[], fraction: string | undefined): Moment | undefined {
  const [yearDigits = ''] = parts;
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  const year = yearDigits.length <= 2 ? fullYear(Number(yearDigits)) : Number(yearDigits);
  if (hour > 23 || minute > 59 || second > 59 || !isDay(year, month, day)) return undefined;
  const micro = microseconds(fraction);
  return { year, month, day, hour, minute, second, micro, negative: false, hasTime: parts[3] !== undefined };
}

/** Two digits mean 1970 to 2069. */
export function fullYear(year: number): number {
  return year < 70 ? year + 2000 : year + 1900;
}

function microseconds(fraction: string | undefined): number {
  return fraction ? Math.round(Number(`0.${fraction}`) * 1e6) : 0;
}

/** `10:11:12.5`, `-10:11`, `1 10:11:12` (a day and ten hours), `101112`. */
function parseTime(text: string): Moment | undefined {
  const match =
    /^\s*(-)?(?:(\d+)\s+)?(\d{1,3}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?\s*$/.exec(text) ??
    /^\s*(-)?()(\d{1,3}?)(\d{2})(\d{2})(?:\.(\d*))?\s*$/.exec(text);
  if (!match) return undefined;
  const [, sign, days = '', hours = '', minutes = '', seconds = '', fraction] = match;
  const [minute, second] = [Number(minutes), Number(seconds)];
  if (minute > 59 || second > 59) return undefined;
  const hour = Number(days) * 24 + Number(hours);
  return {
    year: 0,
    month: 0,
    day: 0,
    hour,
    minute,
    second,
    micro: microseconds(fraction),
    negative: sign !== undefined,
    hasTime: true,
  };
}

export function isDay(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && year >= 0 && year <= 9999;
}

export function daysInMonth(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** Days since 1970-01-01, of the calendar that MySQL counts with also before 1582. */
export function dayNumber({ year, month, day }: Pick<Moment, 'year' | 'month' | 'day'>): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return Math.round(date.getTime() / 86_400_000);
}

export function fromDayNumber(days: number): Moment | undefined {
  const date = new Date(days * 86_400_000);
  const year = date.getUTCFullYear();
  if (Number.isNaN(year) || year < 0 || year > 9999) return undefined;
  return { ...midnight, year, month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** Seconds of the day, or of a time, without the fraction. */
export function secondsOf({ hour, minute, second, negative }: Moment): number {
  return (negative ? -1 : 1) * (hour * 3600 + minute * 60 + second);
}

/** The moment so many microseconds after the beginning of a day. */
export function fromMicros(days: number, micros: number): Moment | undefined {
  const perDay = 86_400e6;
  const shift = Math.floor(micros / perDay);
  const date = fromDayNumber(days + shift);
  const rest = micros - shift * perDay;
  return date && { ...date, ...clock(rest), hasTime: true };
}

export function timeFromMicros(micros: number): Moment {
  const most = (838 * 3600 + 59 * 60 + 59) * 1e6;
  const size = Math.min(Math.abs(micros), most);
  return { year: 0, month: 0, day: 0, ...clock(size), negative: micros < 0, hasTime: true };
}

function clock(micros: number): Pick<Moment, 'hour' | 'minute' | 'second' | 'micro'> {
  const seconds = Math.floor(micros / 1e6);
  return {
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micro: Math.round(micros - seconds * 1e6),
  };
}

/** @param scale digits of the second's fraction; left out, all six of them where there is a fraction */
export function writeMoment(
  moment: Moment,
  as: 'date' | 'datetime' | 'time',
  scale = moment.micro === 0 ? 0 : 6,
): string {
  const { year, month, day, hour, minute, second, micro, negative } = moment;
  const date = `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
  if (as === 'date') return date;
  const fraction = scale > 0 ? `.${pad(micro, 6).slice(0, scale)}` : '';
  const time = `${pad(hour)}:${pad(minute)}:${pad(second)}${fraction}`;
  return as === 'time' ? `${negative ? '-' : ''}${time}` : `${date} ${time}`;
}

export function pad(number: number, width = 2): string {
  return String(number).padStart(width, '0');
}
