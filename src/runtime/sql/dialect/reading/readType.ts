import type { Reader } from './reader';
import type { TypeName } from '../syntax';

/**
 * Reads a type as columns are declared with and CAST names one: `DECIMAL(10, 2) UNSIGNED`, `enum('a', 'b')`.
 * @param needsLength of VARCHAR and VARBINARY, as a column does
 */
export function readType(reader: Reader, needsLength = false): TypeName {
  if (reader.token?.kind !== 'word') throw reader.error();
  let name = reader.next().text.toLowerCase();
  if (name === 'double') reader.takes('PRECISION');
  if (name === 'long' || name === 'national' || name === 'character' || name === 'char') name = longName(reader, name);
  if (/^var(char|binary)$/.test(name) && !reader.seesSign('(') && needsLength) throw reader.error();
  const bracketed = reader.seesSign('(')
    ? reader.inParentheses(() => reader.list(() => (reader.token?.kind === 'string' ? reader.string() : size(reader))))
    : [];
  let unsigned = false;
  let exact = false;
  for (;;) {
    if (reader.takes('UNSIGNED')) unsigned = true;
    else if (reader.takes('BINARY')) exact = true;
    else if (reader.takes('COLLATE')) exact = /_bin$|^binary$/i.test(reader.alias());
    else if (reader.takes('CHARACTER', 'SET') || reader.takes('CHARSET')) setName(reader);
    else if (!reader.takes('SIGNED') && !reader.takes('ZEROFILL') && !reader.takes('INTEGER')) break;
  }
  return { name: synonyms.get(name) ?? name, arguments: bracketed, unsigned, exact };
}

/** `CHARACTER VARYING`, `LONG VARCHAR`, `NATIONAL CHAR` … in the one word that says the same. */
function longName(reader: Reader, name: string): string {
  if (name === 'long') return reader.takesOneOf('VARBINARY') ? 'mediumblob' : (reader.takes('VARCHAR'), 'mediumtext');
  if (name === 'national') return (reader.takesOneOf('CHAR', 'CHARACTER', 'VARCHAR') ?? 'char').toLowerCase();
  return reader.takes('VARYING') ? 'varchar' : 'char';
}

function size(reader: Reader): string {
  return reader.takes('MAX') ? '65535' : reader.number();
}

function setName(reader: Reader): void {
  if (reader.token?.kind === 'word') reader.next();
  else reader.alias();
}

const synonyms = new Map([
  ['integer', 'int'],
  ['int1', 'tinyint'],
  ['int2', 'smallint'],
  ['int3', 'mediumint'],
  ['int4', 'int'],
  ['int8', 'bigint'],
  ['dec', 'decimal'],
  ['numeric', 'decimal'],
  ['fixed', 'decimal'],
  ['real', 'double'],
  ['nchar', 'char'],
  ['nvarchar', 'varchar'],
]);
