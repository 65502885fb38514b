/**
 * A date or a time as Python's client gives it: `datetime.date(2020, 1, 2)`, `datetime.datetime(2020, 1, 2, 3, 4)`,
 * `datetime.timedelta(seconds=3600)`; MySQL's zero date is None. Undefined for a text that is none.
 */
export function pythonMoment(text: string, kind: 'date' | 'datetime' | 'time'): string | undefined {
  return kind === 'time' ? timedelta(text) : calendar(text, kind);
}

function calendar(text: string, kind: 'date' | 'datetime'): string | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?$/.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  if (month === 0 || day === 0 || year === 0) return 'None';
  const last = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  if (month > 12 || day > last || hour > 23 || minute > 59 || second > 59) return undefined;
  if (kind === 'date' && match[4] === undefined) return `datetime.date(${year}, ${month}, ${day})`;
  const micro = Number((match[7] ?? '').padEnd(6, '0'));
  const parts = [year, month, day, hour, minute];
  // Python leaves out zeros at the end.
  if (second > 0 || micro > 0) parts.push(second);
  if (micro > 0) parts.push(micro);
  return `datetime.datetime(${parts.join(', ')})`;
}

/** Python counts days down for a time below zero, and seconds up from there. */
function timedelta(text: string): string | undefined {
  const match = /^(-)?(\d{2,3}):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, hours, minutes, seconds, fraction = ''] = match;
  const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1e6 + Number(fraction.padEnd(6, '0'));
  const micros = sign === undefined ? size : -size;
  const perDay = 86_400e6;
  const days = Math.floor(micros / perDay);
  const rest = micros - days * perDay;
  const parts = [
    days === 0 ? '' : `days=${days}`,
    rest < 1e6 ? '' : `seconds=${Math.floor(rest / 1e6)}`,
    rest % 1e6 === 0 ? '' : `microseconds=${rest % 1e6}`,
  ].filter((part) => part !== '');
  return `datetime.timedelta(${parts.length > 0 ? parts.join(', ') : '0'})`;
}
