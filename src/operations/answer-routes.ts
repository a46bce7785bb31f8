import type { InputRef } from '../engines/engine.ts';
import { answerFor } from '../partition/model-set.ts';
import { modelInput } from '../partition/score-rows.ts';
import type { SnapshotColumn, SnapshotPartition } from '../sources/snapshot.ts';
import type { Source } from '../spec/source.ts';
import type { Spec } from '../spec/spec.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import { fileKind } from './file-kind.ts';
import type { ServedMember, ServedSet } from './model-set.ts';
import type { PredictRequest } from './services.ts';

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

/** The bytes of the models that answer together, as a task of an engine names them. */
export function modelInputs({ parts }: ServedMember, objects: ObjectStore): readonly InputRef[] {
  return parts.map(({ bytes: { pack, offset, length } }, place) => ({
    name: modelInput(place),
    path: objects.path(pack),
    offset,
    length,
  }));
}

/** The run's spec over another source: its key is cut where training cut it. */
export function specOver(spec: Spec, trained: readonly SnapshotColumn[], source: Source): Spec {
  const bins = trained.flatMap(({ name, edges }) => (edges ? [[name, { edges: [...edges] }]] : []));
  return {
    ...spec,
    data: { ...spec.data, source },
    partition: { ...spec.partition, bins: Object.fromEntries(bins) },
  };
}

/** The same of a file that is to be scored. */
export function scoringSpec(
  spec: Spec,
  trained: readonly SnapshotColumn[],
  { data: path, engine }: PredictRequest,
): Spec {
  const over = specOver(spec, trained, { kind: fileKind(path), path });
  return { ...over, engine: { ...spec.engine, ...(engine && { kind: engine }) } };
}
