import { answerFor } from '../partition/model-set.ts';
import { modelInput } from '../partition/score-rows.ts';
import type { SnapshotPartition } from '../sources/snapshot.ts';
import type { StoredInput } from '../stores/stored-input.ts';
import type { ServedMember, ServedSet } from './model-set.ts';

/** Who answers for a partition of new data, and why; null = nobody does. */
export type Route = {
  readonly partition: SnapshotPartition;
  readonly member: ServedMember | null;
  readonly reason: string | null;
};

export function routeOf(partition: SnapshotPartition, models: ServedSet): Route {
  return { partition, ...answerFor(partition.text, models) };
}

export type AnsweredRoute = Route & { readonly member: ServedMember };

export function answeredRoutes(routes: readonly Route[]): readonly AnsweredRoute[] {
  return routes.flatMap(({ member, ...rest }) => (member === null ? [] : [{ ...rest, member }]));
}

/** The bytes of the models that answer together, under the names that `score` knows. */
export function modelInputs({ parts }: ServedMember): readonly StoredInput[] {
  return parts.map(({ bytes: { pack, offset, length } }, place) => ({
    name: modelInput(place),
    pack,
    offset,
    length,
  }));
}
