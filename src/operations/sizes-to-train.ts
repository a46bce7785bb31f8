import { isDivided } from '../partition/batch-plan.ts';
import type { PlannedPartition } from '../partition/condition.ts';
import { encodedFeatureCount, featureCount } from '../partition/known-features.ts';
import type { ProfileFacts } from '../partition/profile-facts.ts';
import type { Spec } from '../spec/spec.ts';
import type { TrainedSize, TrainedSizes } from './estimate-training.ts';
import type { Lent } from './lent.ts';
import type { PassingSnapshot } from './passing-snapshot.ts';

/** What is to be trained, and what is known of it. */
type ToTrain = {
  readonly own: readonly PlannedPartition[];
  readonly parents: readonly PlannedPartition[];
  readonly lent: Lent;
  readonly threads: number;
  readonly classes: readonly string[];
  /** Profiles by the text of their partitions. */
  readonly looked: ReadonlyMap<string, ProfileFacts>;
};

export function isGlobalKnown(spec: Spec, lent: Lent): boolean {
  return spec.global.enabled && lent.global === 'model';
}

/** Of everything that gets a model, but for those that are known. */
export function sizesToTrain(
  spec: Spec,
  { columns, rowCount }: PassingSnapshot['snapshot'],
  { own, parents, lent, threads, classes, looked }: ToTrain,
): TrainedSizes {
  const size = { features: featureCount(columns, spec), classes: classes.length };
  const encodedOf = encodedFeatureCount(columns, spec);
  // Of a union nobody has counted the levels: as many as where most are.
  const ofUnion = encodedOf(mostLevels([...looked.values()]));
  const sizeOf = ({ partitionId, text, rows, isParent }: PlannedPartition): TrainedSize => {
    const facts = looked.get(text);
    const encoded = facts === undefined ? ofUnion : encodedOf(mostLevels([facts]));
    const isSelectionLent = lent.selections.has(partitionId);
    return { rows, ...size, encoded, isSampled: isParent === true, isSelectionLent };
  };
  const among = { tableRows: rowCount, threads };
  const isUnknown = ({ partitionId }: PlannedPartition): boolean => !lent.models.has(partitionId);
  const wanted = own.filter(isUnknown);
  const areDivided = wanted.filter(({ rows }) => isDivided(spec, rows, among));
  const areWhole = wanted.filter((one) => !areDivided.includes(one));
  const global: TrainedSize = {
    rows: rowCount,
    ...size,
    encoded: ofUnion,
    isSampled: true,
    isSelectionLent: lent.global === 'selection',
  };
  const isGlobalWanted = spec.global.enabled && !isGlobalKnown(spec, lent);
  return {
    whole: [...areWhole, ...parents.filter(isUnknown)].map(sizeOf),
    divided: [...areDivided.map(sizeOf), ...(isGlobalWanted ? [global] : [])],
  };
}

/** Of each column the most different values that one of them has. */
function mostLevels(profiles: readonly ProfileFacts[]): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const { columns } of profiles)
    for (const { name, distinct } of columns)
      most.set(name, Math.max(distinct, most.get(name) ?? 0));
  return most;
}
