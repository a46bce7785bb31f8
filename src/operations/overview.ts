import type { Digest } from '../domain/digest.ts';
import { displayPartition, parsePartitionText } from '../domain/partition.ts';
import type {
  OverviewStore,
  SnapshotEntry,
  SnapshotPartitionEntry,
} from '../stores/overview-store.ts';
import type { OperationContext } from './context.ts';

/** `name`: what people see, the bare value where the key is one column. */
export type NamedSnapshotPartition = SnapshotPartitionEntry & { readonly name: string };

/** What there is over all runs: experiments, versions of their data, and what their specs refer to. */
export interface Overview {
  experiments: OverviewStore['experiments'];
  /** With the version that the same experiments had read before it. Throws `Failure('not-found')`. */
  snapshot(digest: Digest): Promise<SnapshotEntry & { readonly older: SnapshotEntry | null }>;
  snapshots(query: Parameters<OverviewStore['snapshots']>[0]): Promise<readonly SnapshotEntry[]>;
  snapshotPartitions(
    digest: Digest,
    query: Parameters<OverviewStore['snapshotPartitions']>[1],
  ): Promise<readonly NamedSnapshotPartition[]>;
  references: OverviewStore['references'];
}

export function overview(
  act: <R>(work: (on: OperationContext) => Promise<R>) => Promise<R>,
): Overview {
  return {
    experiments: (query) => act((on) => on.overview.experiments(query)),
    snapshot: (digest) =>
      act(async (on) => {
        const found = await on.overview.snapshot(digest);
        const older = await Promise.all(
          found.experiments.map((experiment) =>
            on.overview.snapshots({ limit: 1, before: found.place, experiment }),
          ),
        );
        const newestFirst = older.flat().toSorted((a, b) => b.place - a.place);
        return { ...found, older: newestFirst[0] ?? null };
      }),
    snapshots: (query) => act((on) => on.overview.snapshots(query)),
    snapshotPartitions: (digest, query) =>
      act(async (on) =>
        (await on.overview.snapshotPartitions(digest, query)).map((row) => ({
          ...row,
          name: displayPartition(parsePartitionText(row.text), row.text),
        })),
      ),
    references: (query) => act((on) => on.overview.references(query)),
  };
}
