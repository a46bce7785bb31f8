import type { TableSpec } from '../../../spec/spec.ts';

/** A column of the key, and how its text is made. */
export type KeyColumn = {
  /** Place of the column. */
  readonly column: number;
  readonly normalise: TableSpec['partition']['normalise'];
  /** Borders of bins, ascending; null: its text is the key. */
  readonly edges: readonly number[] | null;
};

/** What `prepare` is told besides its columns: plain JSON. */
export type PrepareArgs = {
  /** Places of columns that become text, written as DuckDB writes such values. */
  readonly texts: readonly number[];
  readonly keys: readonly KeyColumn[];
};

/** Name of the function over rows. */
export const PREPARE = 'prepare';

/** What `prepare` adds to the columns that stay as they are, in this order: those of `texts`, the keys, the hash. */
export function addedFields({ texts, keys }: PrepareArgs) {
  return [
    ...texts.map((place) => ({ name: `c${place}`, type: 'string' as const })),
    ...keys.map((_, i) => ({ name: `k${i}`, type: 'string' as const })),
    { name: 'high', type: 'bigint' as const },
    { name: 'low', type: 'bigint' as const },
  ];
}
