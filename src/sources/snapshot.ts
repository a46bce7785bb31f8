import type { Digest } from '../domain/digest.ts';
import type { PartitionKey } from '../domain/partition.ts';
import type { Holds } from './holds.ts';
import type { TimeUnit } from './time-unit.ts';

export type SnapshotColumn = {
  readonly name: string;
  readonly kind: 'number' | 'category' | 'time';
  /** The source's own type, for people and lineage. */
  readonly sourceType: string;
  /** What was converted and how, when it was. */
  readonly note?: string;
  /** What its values were taken for: texts of new data are written like these. */
  readonly holds: Holds;
  /** What a time that came as numbers was counted in: new data are, too. */
  readonly unit?: TimeUnit;
  /** Borders of the bins that it was cut into as part of the key, ascending. */
  readonly edges?: readonly number[];
};

export type SnapshotPartition = {
  /** Position in canonical text order. */
  readonly ordinal: number;
  readonly id: string;
  readonly text: string;
  readonly key: PartitionKey;
  readonly digest: Digest;
  readonly start: number;
  readonly count: number;
};

/**
 * An immutable copy of the data a run saw. The Parquet file is sorted by (partition text, canonical row order); row
 * numbers are positions in that order.
 */
export type Snapshot = {
  readonly digest: Digest;
  readonly schemaDigest: Digest;
  readonly columns: readonly SnapshotColumn[];
  readonly rowCount: number;
  readonly partitions: readonly SnapshotPartition[];
  /** Rows of the source that are in no partition, by reason. */
  readonly excluded: { readonly [reason: string]: number };
  /** Redacted description of where the rows came from. */
  readonly source: { readonly kind: string; readonly location: string };
  /** Calendar cut-offs of the time scheme, µs UTC; empty otherwise. */
  readonly cutoffs: readonly number[];
  readonly warnings: readonly string[];
};
