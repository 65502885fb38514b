import { scaleOf, types, type ValueType } from '../../mysqlType';
import { named, rule, type CallRule } from './callRule';
import { formatKind } from '../functions/dateFormat';
import type { Typed } from '../typed';

const { date, datetime, time, integer, text } = types;

/** Local time, as a session of MySQL has it; SQLite keeps it the same throughout a statement. */
const now = (format: string, zone = ", 'localtime'"): string => `strftime('${format}', 'now'${zone})`;

const clock = (type: ValueType, day: string, zone?: string): CallRule =>
  rule(
    '?i',
    ([digits]) => ({ ...type, scale: Number(digits?.sql ?? 0) }),
    ([digits]) => now(digits !== undefined && digits !== '0' ? `${day}%f` : `${day}%S`, zone),
  );

const moment = clock(datetime, '%Y-%m-%d %H:%M:');
const today = rule('', date, () => now('%Y-%m-%d'));
const timeOfDay = clock(time, '%H:%M:');

/** The scale that the value already has. */
const scaled =
  (kind: 'datetime' | 'time') =>
  ([value]: readonly Typed[]): ValueType =>
    value && scaleOf(value.type) > 0 ? { kind, scale: scaleOf(value.type) } : { kind };

/** Functions of dates and times. */
export const dateRules: Readonly<Record<string, CallRule>> = {
  NOW: moment,
  CURRENT_TIMESTAMP: moment,
  LOCALTIME: moment,
  LOCALTIMESTAMP: moment,
  SYSDATE: moment,
  CURDATE: today,
  CURRENT_DATE: today,
  CURTIME: timeOfDay,
  CURRENT_TIME: timeOfDay,
  UTC_TIMESTAMP: clock(datetime, '%Y-%m-%d %H:%M:', ''),
  UTC_DATE: rule('', date, () => now('%Y-%m-%d', '')),
  UTC_TIME: clock(time, '%H:%M:', ''),
  UNIX_TIMESTAMP: rule('?v', integer, ([value]) =>
    value === undefined ? "CAST(strftime('%s', 'now') AS INTEGER)" : `mysql_unix_timestamp(${value})`,
  ),
  FROM_UNIXTIME: rule(
    'v?t',
    ([, format]) => (format ? text : datetime),
    ([value, format]) => {
      const read = `mysql_from_unixtime(${value})`;
      return format === undefined ? read : `mysql_date_format(${read}, ${format})`;
    },
  ),
  DATE: { ...rule('v', date), isSqlites: true },
  TIME: { ...rule('v', scaled('time'), ([value]) => `mysql_time(${value}, 0)`), isSqlites: true },
  TIMESTAMP: rule('v?v', scaled('datetime'), ([value, added]) =>
    added === undefined ? `mysql_datetime(${value}, 0)` : `mysql_addtime(mysql_datetime(${value}, 0), ${added}, 1)`,
  ),
  YEAR: rule('v', types.year),
  MONTH: rule('v', integer),
  DAY: rule('v', integer),
  DAYOFMONTH: named('v', integer, 'day'),
  QUARTER: rule('v', integer),
  HOUR: rule('v', integer),
  MINUTE: rule('v', integer),
  SECOND: rule('v', integer),
  MICROSECOND: rule('v', integer),
  DAYOFWEEK: rule('v', integer),
  WEEKDAY: rule('v', integer),
  DAYOFYEAR: rule('v', integer),
  DAYNAME: rule('v', text),
  MONTHNAME: rule('v', text),
  WEEK: rule('v?i', integer, ([value, mode = '0']) => `mysql_week(${value}, ${mode})`),
  WEEKOFYEAR: rule('v', integer, ([value]) => `mysql_week(${value}, 3)`),
  YEARWEEK: rule('v?i', integer, ([value, mode = '0']) => `mysql_yearweek(${value}, ${mode})`),
  LAST_DAY: rule('v', date),
  TO_DAYS: rule('v', integer),
  FROM_DAYS: rule('n', date),
  TO_SECONDS: rule('v', integer),
  MAKEDATE: rule('ii', date),
  MAKETIME: rule('iin', time),
  DATEDIFF: rule('vv', integer),
  TIMEDIFF: rule('vv', scaled('time')),
  TIMESTAMPDIFF: rule('tvv', integer),
  ADDTIME: rule(
    'vv',
    ([value]) => value?.type ?? text,
    ([value, added]) => `mysql_addtime(${value}, ${added}, 1)`,
  ),
  SUBTIME: rule(
    'vv',
    ([value]) => value?.type ?? text,
    ([value, taken]) => `mysql_addtime(${value}, ${taken}, -1)`,
  ),
  DATE_FORMAT: rule('vt', text),
  TIME_FORMAT: rule('vt', text),
  STR_TO_DATE: rule('tt', ([, format]) => strToDateType(format)),
  TIME_TO_SEC: rule('v', integer),
  SEC_TO_TIME: rule('n', time),
  PERIOD_ADD: rule('ii', integer),
  PERIOD_DIFF: rule('ii', integer),
  EXTRACT: rule('tv', integer),
};

function strToDateType(format: Typed | undefined): ValueType {
  if (format?.literal === undefined) return datetime;
  const scale = format.literal.includes('%f') ? 6 : 0;
  return { kind: formatKind(format.literal), scale };
}
