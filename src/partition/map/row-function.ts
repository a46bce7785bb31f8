import type { JsonObject } from '../../domain/json.ts';
import type { PartitionKey } from '../../domain/partition.ts';

/** Types of the columns that a function gives: `integer` up to 2^53, `timestamp` as a `Date`. */
export const OUTPUT_TYPES = ['number', 'integer', 'text', 'boolean', 'timestamp'] as const;
export type OutputType = (typeof OUTPUT_TYPES)[number];

/** Column → type, in the order of the table. */
export type OutputSchema = { readonly [column: string]: OutputType };

type ValueOf = {
  readonly number: number;
  readonly integer: number;
  readonly text: string;
  readonly boolean: boolean;
  readonly timestamp: Date;
};

/** One row of the table: every column of the schema; null = missing, as is NaN in a number. */
export type OutputRow<Schema extends OutputSchema> = {
  readonly [Column in keyof Schema]: ValueOf[Schema[Column]] | null;
};

/** A row of the data as values: null = missing. */
export type SourceRow = { readonly [column: string]: number | string | Date | null };

/** The rows of one partition, in canonical order: by `time` where the spec names it. What it gives is yours to change. */
export interface Partition {
  /** Column of the key → value as text; null is a key of its own. */
  readonly key: PartitionKey;
  /** The key as one text, such as `region=eu/store=7`. */
  readonly text: string;
  readonly rowCount: number;
  readonly columns: readonly {
    readonly name: string;
    readonly kind: 'number' | 'category' | 'time';
  }[];
  /** The column that orders the rows; null where the spec names none. */
  readonly time: string | null;
  /** A column of numbers; NaN = missing. Throws `RangeError` for a column that is not there, or of another kind. */
  numbers(column: string): Float64Array;
  /** A column of text, booleans as `true` and `false`; null = missing. Throws as `numbers` does. */
  texts(column: string): (string | null)[];
  /** A column of times in microseconds since 1970 UTC; NaN = missing. Throws as `numbers` does. */
  times(column: string): Float64Array;
  /** Row by row: slower than by column, and times lose what is below a millisecond. */
  rows(): Generator<SourceRow>;
}

/** From the rows of one partition to rows of a table. */
export type RowFunction<
  Schema extends OutputSchema = OutputSchema,
  Args extends object = JsonObject,
> = {
  readonly kind: 'row-function';
  readonly output: Schema;
  readonly apply: (partition: Partition, args: Args) => Iterable<OutputRow<Schema>>;
};

/**
 * A function for `partita map`: the default export of a file of yours. `apply` is called once for each partition, on a
 * thread or on an executor of Spark; its rows have the types of `output`. It should be pure: whatever it throws is the
 * failure of that partition, and what it prints comes back to you.
 */
export function partitionFunction<
  const Schema extends OutputSchema,
  Args extends object = JsonObject,
>(definition: {
  readonly output: Schema;
  readonly apply: (partition: Partition, args: Args) => Iterable<OutputRow<Schema>>;
}): RowFunction<Schema, Args> {
  return { kind: 'row-function', ...definition };
}
