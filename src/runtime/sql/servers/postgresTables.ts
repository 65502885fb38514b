import { allRows, type ServerConnection } from './connection';
import type { ServerTable, StoredColumn } from './serverTable';

export function quotePostgres(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Tables and views of the session's database, as its catalogue has them. PostgreSQL has no statement that tells how a table
 * is made, so that is put together here: columns, sequences, enumerations, keys, checks and indexes.
 */
export async function readPostgresTables(connection: ServerConnection): Promise<ServerTable[]> {
  const relations = await texts(connection, relationsSql);
  const columns = await texts(connection, columnsSql);
  const constraints = await texts(connection, constraintsSql);
  const indexes = await texts(connection, indexesSql);
  const sequences = await texts(connection, sequencesSql);
  return relations.map(([id = '', schema = '', name = '', kind = '', isVisible = '', view = '']) => {
    const own = columns.filter(([of]) => of === id);
    const rules = constraints.filter(([of]) => of === id);
    const identifier = `${quotePostgres(schema)}.${quotePostgres(name)}`;
    const visibleName = isVisible === 't' ? name : `${schema}.${name}`;
    const common = {
      name: visibleName,
      identifier,
      columns: own.filter(([, , , , , , generated]) => generated === '').map(([, column = '']) => storedColumn(column)),
      columnNames: own.map(([, column = '']) => column),
    };
    const prelude = schema === 'public' ? [] : [`CREATE SCHEMA IF NOT EXISTS ${quotePostgres(schema)}`];
    if (kind === 'view') {
      const make = `CREATE VIEW ${identifier} AS ${view}`;
      return {
        ...common,
        type: 'view',
        key: [],
        make: [...prelude, make],
        after: [],
        last: [],
        definition: make,
        parents: [],
      };
    }
    const lines = own.map((column) => `  ${columnText(column)}`);
    const table = `CREATE TABLE ${identifier} (\n${lines.join(',\n')}\n)`;
    const add = ([, rule = '', , text = '']: readonly string[]): string =>
      `ALTER TABLE ${identifier} ADD CONSTRAINT ${quotePostgres(rule)} ${text}`;
    const isLink = ([, , type]: readonly string[]): boolean => type === 'f';
    const after = [
      ...rules.filter((rule) => !isLink(rule)).map(add),
      ...indexes.filter(([of]) => of === id).map(([, text = '']) => text),
    ];
    for (const [, column = '', , , , identity] of own) {
      if (identity !== '') after.push(countOn(identifier, column));
    }
    const last = rules.filter(isLink).map(add);
    const enums = own.filter(([, , , , , , , labels]) => labels !== '');
    const ownSequences = sequences.filter(([of]) => of === id);
    return {
      ...common,
      type: 'table',
      key:
        rules
          .find(([, , type]) => type === 'p')
          ?.slice(5)
          .flatMap((names) => JSON.parse(names) as string[]) ?? [],
      make: [
        ...prelude,
        ...enums.map(([, , type = '', , , , , labels = '']) => makeEnum(type, labels)),
        ...ownSequences.map(
          ([, sequence = '', next = '']) =>
            `CREATE SEQUENCE IF NOT EXISTS ${sequence} START ${next} MINVALUE -9223372036854775808`,
        ),
        table,
      ],
      after,
      last,
      definition: [table, ...after.filter((text) => !text.startsWith('SELECT')), ...last].join(';\n'),
      parents: rules.filter(isLink).map(([, , , , parent = '']) => parent),
    };
  });
}

const ours = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

const relationsSql = `
  SELECT c.oid, n.nspname, c.relname, CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END,
    pg_table_is_visible(c.oid), CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) ELSE '' END
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND ${ours}
  ORDER BY pg_table_is_visible(c.oid) DESC, n.nspname, c.relname`;

/** A type of the user's own is an enumeration, what it stands on for a domain, and text otherwise. */
const columnsSql = `
  SELECT a.attrelid, a.attname,
    CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod)
      WHEN t.typtype = 'e' THEN quote_ident(tn.nspname) || '.' || quote_ident(t.typname)
      WHEN tn.nspname <> 'pg_catalog' AND t.typelem = 0 THEN 'text'
      ELSE format_type(a.atttypid, a.atttypmod) END,
    a.attnotnull, coalesce(pg_get_expr(d.adbin, d.adrelid), ''), a.attidentity, a.attgenerated,
    CASE WHEN t.typtype = 'e' THEN
      (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid)
      ELSE '' END
  FROM pg_attribute AS a
    JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_type AS t ON t.oid = a.atttypid JOIN pg_namespace AS tn ON tn.oid = t.typnamespace
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped AND ${ours}
  ORDER BY a.attrelid, a.attnum`;

const constraintsSql = `
  SELECT k.conrelid, k.conname, k.contype, pg_get_constraintdef(k.oid),
    CASE WHEN p.oid IS NULL THEN '' WHEN pg_table_is_visible(p.oid) THEN p.relname ELSE pn.nspname || '.' || p.relname END,
    (SELECT json_agg(a.attname ORDER BY o.place) FROM unnest(k.conkey) WITH ORDINALITY AS o (number, place)
      JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = o.number)
  FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_class AS p ON p.oid = k.confrelid LEFT JOIN pg_namespace AS pn ON pn.oid = p.relnamespace
  WHERE k.contype IN ('p', 'u', 'c', 'x', 'f') AND ${ours}
  ORDER BY array_position(ARRAY['p', 'u', 'c', 'x', 'f']::"char"[], k.contype), k.conname`;

const indexesSql = `
  SELECT i.indrelid, pg_get_indexdef(i.indexrelid)
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE ${ours} AND NOT EXISTS (SELECT 1 FROM pg_constraint AS k WHERE k.conindid = i.indexrelid)
  ORDER BY i.indexrelid::regclass::text`;

/** Of columns that count by themselves with a default; those of an identity come with it. */
const sequencesSql = `
  SELECT DISTINCT a.adrelid, quote_ident(n.nspname) || '.' || quote_ident(s.relname), coalesce(q.last_value + 1, q.start_value)
  FROM pg_attrdef AS a
    JOIN pg_depend AS x ON x.classid = 'pg_attrdef'::regclass AND x.objid = a.oid AND x.refclassid = 'pg_class'::regclass
    JOIN pg_class AS s ON s.oid = x.refobjid AND s.relkind = 'S'
    JOIN pg_namespace AS n ON n.oid = s.relnamespace
    JOIN pg_sequences AS q ON q.schemaname = n.nspname AND q.sequencename = s.relname`;

function columnText([
  ,
  name = '',
  type = '',
  notNull = '',
  value = '',
  identity = '',
  generated = '',
]: readonly string[]): string {
  const parts = [
    quotePostgres(name),
    type,
    ...(generated === '' ? [] : [`GENERATED ALWAYS AS (${value}) STORED`]),
    ...(identity === '' ? [] : [`GENERATED ${identity === 'a' ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY`]),
    ...(value === '' || generated !== '' ? [] : [`DEFAULT ${value}`]),
    ...(notNull === 't' ? ['NOT NULL'] : []),
  ];
  return parts.join(' ');
}

/** An identity goes on where the rows end. */
function countOn(identifier: string, column: string): string {
  const name = quotePostgres(column);
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  return `SELECT setval(pg_get_serial_sequence(${literal(identifier)}, ${literal(column)}), coalesce(max(${name}), 1), max(${name}) IS NOT NULL) FROM ${identifier}`;
}

/** A type has no IF NOT EXISTS; another table may have made it. */
function makeEnum(type: string, labels: string): string {
  return `DO $agentlm$ BEGIN CREATE TYPE ${type} AS ENUM (${labels}); EXCEPTION WHEN duplicate_object THEN NULL; END $agentlm$`;
}

/** Types without an equality, as json, have a text all the same. */
function storedColumn(name: string): StoredColumn {
  const own = quotePostgres(name);
  return {
    name,
    select: own,
    equals: (parameter) => `${own}::text COLLATE "C" IS NOT DISTINCT FROM ${parameter}::text`,
  };
}

async function texts(connection: ServerConnection, sql: string): Promise<string[][]> {
  return (await allRows(connection, sql)).map((row) => row.map((value) => (value === null ? '' : String(value))));
}
