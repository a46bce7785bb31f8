import type { Digest } from '../domain/digest.ts';
import { displayPartition, parsePartitionText } from '../domain/partition.ts';
import type {
  ExperimentEntry,
  OverviewStore,
  SnapshotEntry,
  SnapshotPartitionEntry,
} from '../stores/overview-store.ts';
import type { OperationContext } from './context.ts';

/** `name`: what people see, the bare value where the key is one column. */
export type NamedSnapshotPartition = SnapshotPartitionEntry & { readonly name: string };

/** What there is over all runs: experiments, versions of their data, and what their specs refer to. */
export interface Overview {
  experiments(): Promise<readonly ExperimentEntry[]>;
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
    experiments: () => act((on) => on.overview.experiments()),
    snapshots: (query) => act((on) => on.overview.snapshots(query)),
    snapshotPartitions: (digest, query) =>
      act(async (on) =>
        (await on.overview.snapshotPartitions(digest, query)).map((row) => ({
          ...row,
          name: displayPartition(parsePartitionText(row.text), row.text),
        })),
      ),
    references: () => act((on) => on.overview.references()),
  };
}
