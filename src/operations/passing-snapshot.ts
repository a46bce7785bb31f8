import { rm } from 'node:fs/promises';
import type { GroupedMap } from '../engines/engine.ts';
import type { SnapshotRequest } from '../sources/make-snapshot.ts';
import type { Snapshot } from '../sources/snapshot.ts';
import type { Spec } from '../spec/spec.ts';
import type { Workshop } from './context.ts';

/** A source's rows for as long as one operation works on them. */
export type PassingSnapshot = { readonly snapshot: Snapshot; readonly path: string };

/** Reads the source and lends its rows to `work`; they are gone afterwards, however it ends. */
export async function withSnapshot<Result>(
  { takeSnapshot }: Pick<Workshop, 'takeSnapshot'>,
  request: SnapshotRequest,
  work: (rows: PassingSnapshot, signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal = new AbortController().signal,
): Promise<Result> {
  const { snapshot, parquetPath } = await takeSnapshot(request, signal);
  try {
    return await work({ snapshot, path: parquetPath }, signal);
  } finally {
    await rm(parquetPath, { recursive: true, force: true });
  }
}

/** What a grouped map reads of such a snapshot, within the limits of one partition; `columns`: default all. */
export function passingRows(
  { limits }: Pick<Spec, 'limits'>,
  { snapshot, path }: PassingSnapshot,
  columns: readonly string[] = snapshot.columns.map(({ name }) => name),
): Pick<GroupedMap, 'snapshot' | 'columns' | 'limits'> {
  const { seconds, memory_mb: memoryMb } = limits.per_partition;
  return {
    snapshot: { digest: snapshot.digest, path },
    columns,
    limits: { seconds, memoryMb },
  };
}
