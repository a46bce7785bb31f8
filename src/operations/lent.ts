import { isStandIn, type KeysOfRun, type reuseKeys } from '../partition/reuse-keys.ts';
import type { Spec } from '../spec/spec.ts';
import type { KnownKeys } from '../stores/run-records.ts';

/** What earlier runs lend to one that is planned, as far as the record knows: what they left may have gone since. */
export type Lent = {
  /** Partitions, by id, whose models are known. */
  readonly models: ReadonlySet<string>;
  /** The others whose columns are selected. */
  readonly selections: ReadonlySet<string>;
  /** Of the model without partition. */
  readonly global: 'model' | 'selection' | null;
};

export function lentBy(
  known: KnownKeys,
  { trainings, selections }: ReturnType<typeof reuseKeys>,
  spec: Spec,
): Lent {
  const globalBy = trainings.global === null ? undefined : known.trainings.get(trainings.global);
  const isSelected = selections.global !== null && known.selections.has(selections.global);
  const otherwise = isSelected ? 'selection' : null;
  const models = idsOf(trainings, (key) => {
    const fittedBy = known.trainings.get(key);
    return fittedBy !== undefined && isStandIn(spec, fittedBy, globalBy);
  });
  return {
    models,
    selections: idsOf(selections, (key, id) => !models.has(id) && known.selections.has(key)),
    global: globalBy === undefined ? otherwise : 'model',
  };
}

type Digest = NonNullable<KeysOfRun['global']>;

function idsOf(
  { partitions }: KeysOfRun,
  isMeant: (key: Digest, id: string) => boolean,
): ReadonlySet<string> {
  return new Set([...partitions].filter(([id, key]) => isMeant(key, id)).map(([id]) => id));
}
