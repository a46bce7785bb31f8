import type { TableSpec } from '../spec/spec.ts';
import type { SnapshotColumn } from './snapshot.ts';

/** The spec with the key cut where it was cut for a snapshot with such columns, also where it asks for a number of bins. */
export function cutAs<Asked extends Pick<TableSpec, 'partition'>>(
  spec: Asked,
  columns: readonly Pick<SnapshotColumn, 'name' | 'edges'>[],
): Asked {
  const bins = columns.flatMap(({ name, edges }) => (edges ? [[name, { edges: [...edges] }]] : []));
  return { ...spec, partition: { ...spec.partition, bins: Object.fromEntries(bins) } };
}
