import type pg from 'pg';
import { Failure } from '../domain/failure.ts';
import type { ColumnValues, TableType } from '../frame/duckdb-write.ts';

/** A column of a Postgres source: how it is selected (always as text) and what it is stored as; null = not held. */
export type PostgresColumn = {
  readonly name: string;
  readonly sourceType: string;
  readonly type: TableType | null;
  /** Expression over the quoted name. */
  readonly select: (name: string) => string;
};

type Mapping = Pick<PostgresColumn, 'type' | 'select'>;
type Described = { readonly shown: string; readonly category: string };

const asText = (name: string): string => `${name}::text`;
/** An infinite time is no time; `extract` gives exact decimals since Postgres 14. */
const asMicros = (name: string): string =>
  `CASE WHEN isfinite(${name}) THEN (extract(epoch FROM ${name}) * 1000000)::int8::text END`;

const TEXT: Mapping = { type: 'VARCHAR', select: asText };
const NOT_HELD: Mapping = { type: null, select: asText };

const BY_OID: { readonly [oid: number]: Mapping } = {
  16: TEXT,
  17: NOT_HELD,
  20: { type: 'BIGINT', select: asText },
  21: { type: 'INTEGER', select: asText },
  23: { type: 'INTEGER', select: asText },
  26: { type: 'BIGINT', select: asText },
  114: NOT_HELD,
  // float4 by way of float8, so that 0.1 is the same number as in a file of 32-bit floats.
  700: { type: 'DOUBLE', select: (name) => `${name}::float8::text` },
  701: { type: 'DOUBLE', select: asText },
  1082: { type: 'TIMESTAMP', select: asMicros },
  1114: { type: 'TIMESTAMP', select: asMicros },
  1184: { type: 'TIMESTAMPTZ', select: asMicros },
  1700: { type: 'DOUBLE', select: asText },
  3802: NOT_HELD,
};

/** Arrays, composites, ranges and shapes. */
const NOT_HELD_CATEGORIES = /^[ACRG]$/;

/** Columns of a relation, given as SQL. Throws `Failure('invalid-data')` when a query has two of one name. */
export async function describeColumns(
  client: pg.Client,
  relation: string,
): Promise<readonly PostgresColumn[]> {
  const { fields } = await client.query(oneStatement(`SELECT * FROM ${relation} LIMIT 0`));
  if (fields.length === 0) throw new Failure('invalid-data', 'The source has no columns.');
  const { rows } = await client.query<Described>(
    `SELECT format_type(f.oid, f.modifier) AS shown, t.typcategory AS category
     FROM unnest($1::oid[], $2::int[]) WITH ORDINALITY AS f(oid, modifier, place)
     JOIN pg_type t ON t.oid = f.oid ORDER BY f.place`,
    [
      fields.map(({ dataTypeID }) => dataTypeID),
      fields.map(({ dataTypeModifier }) => dataTypeModifier),
    ],
  );
  return fields.map(({ name, dataTypeID }, i) => {
    const before = fields.findIndex((field) => field.name === name);
    if (before < i)
      throw new Failure(
        'invalid-data',
        `The query gives two columns \`${name}\`, at positions ${before + 1} and ${i + 1}: rename one with AS.`,
      );
    const { shown, category } = rows[i] as Described;
    const mapping = NOT_HELD_CATEGORIES.test(category) ? NOT_HELD : (BY_OID[dataTypeID] ?? TEXT);
    return { name, sourceType: shown, ...mapping };
  });
}

/** A query that the server refuses when it holds more than one statement; the driver's types lag behind. */
export function oneStatement(text: string): pg.QueryConfig {
  const query = { text, queryMode: 'extended' };
  return query;
}

/** Column `index` of rows of text, as values of a type. */
export function valuesOf(
  rows: readonly (readonly (string | null)[])[],
  index: number,
  type: TableType,
): ColumnValues {
  const cells = rows.map((row) => row[index] ?? null);
  switch (type) {
    case 'VARCHAR':
      return cells;
    case 'DOUBLE':
    case 'INTEGER':
      return cells.map((cell) => (cell === null ? null : Number(cell)));
    case 'BIGINT':
    case 'UBIGINT':
    case 'TIMESTAMP':
    case 'TIMESTAMPTZ':
      return cells.map((cell) => (cell === null ? null : BigInt(cell)));
  }
}
