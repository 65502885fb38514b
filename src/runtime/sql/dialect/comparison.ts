import { isNumeric, isTemporal, types } from '../mysqlType';
import { parseMoment, writeMoment } from './functions/moments';
import { asKey, asNumber, asText, isText, quotedText, typed, type Typed } from './typed';

/** Two sides made comparable: as MySQL would compare them, by number, by date or by collation. */
interface Sides {
  readonly left: string;
  readonly right: string;
}

/** @param operator as SQLite writes it */
export function compare(operator: string, left: Typed, right: Typed): Typed {
  const sides = comparable(left, right);
  return typed(`(${sides.left} ${operator} ${sides.right})`, types.integer);
}

/** Both sides as they have to stand beside each other in `=`, `<`, BETWEEN, IN … */
export function comparable(left: Typed, right: Typed): Sides {
  if (isTemporal(left.type) && !isNumeric(right.type)) return temporal(left, right);
  if (isTemporal(right.type) && !isNumeric(left.type)) {
    const { left: second, right: first } = temporal(right, left);
    return { left: first, right: second };
  }
  if (left.type.kind === 'binary' || right.type.kind === 'binary') return bytes(left, right);
  if (isText(left) && isText(right)) return texts(left, right);
  if (left.type.kind === 'any' || right.type.kind === 'any') return untyped(left, right);
  if (left.type.kind === 'null' || right.type.kind === 'null') return { left: left.sql, right: right.sql };
  return { left: asNumber(left).sql, right: asNumber(right).sql };
}

/**
 * Two columns are compared by SQLite's own NOCASE, which knows no accents: a function would keep it from using an index,
 * and make every join a product.
 */
function texts(left: Typed, right: Typed): Sides {
  if (left.isExact === true || right.isExact === true) return { left: `${left.sql} COLLATE BINARY`, right: right.sql };
  if (left.isColumn === true && right.isColumn === true)
    return { left: left.sql, right: `${right.sql} COLLATE NOCASE` };
  return { left: asKey(left), right: asKey(right) };
}

/** A column that SQLite holds to no type compares by what its values are. */
function untyped(left: Typed, right: Typed): Sides {
  const hasText = isText(left) || isText(right) || left.type.kind === right.type.kind;
  return { left: left.sql, right: hasText ? `${right.sql} COLLATE NOCASE` : right.sql };
}

function bytes(left: Typed, right: Typed): Sides {
  if (isNumeric(left.type) || isNumeric(right.type)) return { left: asNumber(left).sql, right: asNumber(right).sql };
  const blob = (side: Typed): string => (side.type.kind === 'binary' ? side.sql : `CAST(${asText(side).sql} AS BLOB)`);
  return { left: blob(left), right: blob(right) };
}

/** Dates are text here, so both sides have to be written alike: a date beside a moment begins its day. */
function temporal(left: Typed, right: Typed): Sides {
  if (right.literal !== undefined) return besideLiteral(left, right.literal);
  if (left.type.kind === 'time' || right.type.kind === left.type.kind || !isTemporal(right.type)) {
    return { left: left.sql, right: right.sql };
  }
  return { left: fullMoment(left), right: fullMoment(right) };
}

function besideLiteral(left: Typed, literal: string): Sides {
  const moment = parseMoment(literal, left.type.kind === 'time');
  if (!moment) return { left: left.sql, right: quotedText(literal) };
  if (left.type.kind === 'time') return { left: left.sql, right: quotedText(writeMoment(moment, 'time')) };
  const isDate = left.type.kind === 'date' && !moment.hasTime;
  const right = quotedText(writeMoment(moment, isDate ? 'date' : 'datetime'));
  return { left: isDate ? left.sql : fullMoment(left), right };
}

function fullMoment({ sql, type }: Typed): string {
  if (type.kind === 'date') return `(${sql} || ' 00:00:00')`;
  return `iif(length(${sql}) = 10, ${sql} || ' 00:00:00', ${sql})`;
}
