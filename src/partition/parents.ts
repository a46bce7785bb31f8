import { type PartitionKey, partitionText } from '../domain/partition.ts';
import { partitionId } from '../frame/digest.ts';
import type { RowRange } from '../frame/frame.ts';
import type { Spec } from '../spec/spec.ts';
import { decide, type PlannedPartition, type ProfiledRef } from './condition.ts';

/** A union of partitions of one beginning of their keys, with a model that may answer for them. */
export type ParentRef = { readonly id: string; readonly text: string; readonly key: PartitionKey };

/** The parent of a partition, or of a union of merged ones, by its key; null where no parents are asked for. */
export function parentOf(
  key: PartitionKey,
  columns: readonly string[] | undefined,
): ParentRef | null {
  if (columns === undefined) return null;
  const values = columns.map((column) => key[column] ?? null);
  const text = partitionText(columns, values);
  return {
    id: partitionId(`parent ${text}`),
    text,
    key: Object.fromEntries(columns.map((column, i) => [column, values[i] ?? null])),
  };
}

/** The parent of a planned partition: what could not be profiled has none, its rows are left out of every parent. */
export function parentOfPlanned(
  { key, decision }: Pick<PlannedPartition, 'key' | 'decision'>,
  columns: readonly string[] | undefined,
): ParentRef | null {
  return decision.kind === 'fail' ? null : parentOf(key, columns);
}

/** Where each member of a union begins among its rows, which lie member after member; by the first row in the snapshot. */
export type MemberPlaces = ReadonlyMap<number, number>;

/** O(members): once for a union, not once for each of them. */
export function memberPlaces(union: readonly RowRange[]): MemberPlaces {
  const places = new Map<number, number>();
  let place = 0;
  for (const { start, count } of union) {
    places.set(start, place);
    place += count;
  }
  return places;
}

/** Where the rows of some members stand among those of their union. Throws `RangeError` for what is no member. */
export function rangesWithin(
  places: MemberPlaces,
  members: readonly RowRange[],
): readonly RowRange[] {
  return members.map(({ start, count }) => {
    const found = places.get(start);
    if (found === undefined) throw new RangeError(`The union has no member at row ${start}.`);
    return { start: found, count };
  });
}

/**
 * The parents that get a model: those of two partitions at least that together are large enough, whatever each of them
 * is. In the order of their rows. What could not be profiled takes no part.
 */
export function planParents(
  profiled: readonly ProfiledRef[],
  spec: Spec,
): readonly PlannedPartition[] {
  const families = new Map<string, { readonly parent: ParentRef; members: ProfiledRef[] }>();
  for (const partition of profiled) {
    const parent = parentOf(partition.key, spec.partition.parents);
    if (parent === null || partition.facts.failure !== undefined) continue;
    const family = families.get(parent.id) ?? { parent, members: [] };
    family.members.push(partition);
    families.set(parent.id, family);
  }
  return [...families.values()].flatMap(({ parent, members }): readonly PlannedPartition[] => {
    const decision = decide(
      members.map(({ facts }) => facts),
      spec,
    );
    if (members.length < 2 || decision.kind !== 'train') return [];
    return [
      {
        partitionId: parent.id,
        text: parent.text,
        key: parent.key,
        rows: members.reduce((sum, { count }) => sum + count, 0),
        decision,
        ranges: members.map(({ start, count }) => ({ start, count })),
        isParent: true,
      },
    ];
  });
}
