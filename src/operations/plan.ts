import { displayPartition } from '../domain/partition.ts';
import { isFitted } from '../domain/run.ts';
import type { Outcome } from '../engines/engine.ts';
import { createJob, runJob } from '../engines/job.ts';
import { profiledOf } from '../engines/profile-outcome.ts';
import { checkFeatures } from '../partition/check-features.ts';
import { checkGlobalSize } from '../partition/check-global-size.ts';
import { checkTarget } from '../partition/check-target.ts';
import { columnsRead } from '../partition/columns-read.ts';
import { classLabels, conditionPartitions, type PlannedPartition } from '../partition/condition.ts';
import { planParents } from '../partition/parents.ts';
import { partitionRef } from '../partition/partition-function.ts';
import type { ProfileFacts } from '../partition/profile-facts.ts';
import { profileWarnings } from '../partition/profile-warnings.ts';
import { joinFolds, repeatsOf } from '../partition/repeats.ts';
import { allKeys, type Fittable, reuseKeys } from '../partition/reuse-keys.ts';
import type { SnapshotPartition } from '../sources/snapshot.ts';
import type { Spec } from '../spec/spec.ts';
import type { Workshop } from './context.ts';
import { estimateTraining, fitsPerModel } from './estimate-training.ts';
import { type Lent, lentBy } from './lent.ts';
import type { PlannedRow, RunPlan } from './outlook.ts';
import { type PassingSnapshot, passingRows, withSnapshot } from './passing-snapshot.ts';
import type { PreparedSpec } from './requests.ts';
import { isGlobalKnown, sizesToTrain } from './sizes-to-train.ts';
import { refusalWarnings } from './trained-rows.ts';

/**
 * What would be trained: reads the source into a snapshot that is thrown away, profiles and conditions it as a run does,
 * and throws where a run would end there.
 */
export async function planRun(
  workshop: Workshop,
  { spec, baseFolder }: PreparedSpec,
): Promise<RunPlan> {
  const request = workshop.snapshotRequest(spec, baseFolder);
  return withSnapshot(workshop, request, async (rows, signal) => {
    const { snapshot } = rows;
    checkFeatures(snapshot.columns, spec);
    const profiled = await profileAll(workshop, spec, rows, signal);
    const classes = spec.target.task === 'classification' ? classLabels(profiled) : [];
    checkTarget(spec, profiled, classes);
    checkGlobalSize(spec, snapshot.rowCount, classes);
    const partitions = conditionPartitions(profiled, spec);
    const own = partitions.filter(({ decision }) => isFitted(decision));
    const parents = planParents(profiled, spec);
    const warnings = [
      ...snapshot.warnings,
      ...profileWarnings(profiled, spec),
      ...refusalWarnings(spec, modelsOf(spec, [...own, ...parents], snapshot.rowCount)),
    ];
    const lent = await lentTo(workshop, {
      spec,
      snapshot,
      classes,
      partitions: [...own, ...parents],
      profiled,
      folds: joinFolds(
        Buffer.concat(profiled.map(({ folds }) => folds)),
        profiled.map(({ count }) => count),
        repeatsOf(spec),
      ),
    });
    const takenOver = {
      models: countIn(own, lent.models),
      selections: countIn(own, lent.selections),
    };
    const models = own.length + parents.length + Number(spec.global.enabled);
    const knownModels =
      countIn([...own, ...parents], lent.models) + Number(isGlobalKnown(spec, lent));
    const threads = workshop.threadsFor(spec);
    const looked = new Map(profiled.map(({ text, facts }) => [text, facts]));
    const sizes = sizesToTrain(spec, snapshot, { own, parents, lent, threads, classes, looked });
    const fitTimes = await workshop.fitTimes();
    const estimate = estimateTraining(spec, sizes, { fitTimes, threads });
    return {
      source: `${snapshot.source.kind} ${snapshot.source.location}`,
      rows: snapshot.rowCount,
      partitions: partitions.map(({ key, text, rows: count, decision }) => ({
        key,
        partition: text,
        rows: count,
        decision,
        ...heldIn(looked.get(text)),
      })),
      ...(parents.length > 0 && { parents: parents.length }),
      candidates: spec.candidates.length,
      ...(spec.ensemble !== undefined && { ensemble: spec.ensemble.size }),
      fits: models * fitsPerModel(spec),
      knownFits: knownModels * fitsPerModel(spec),
      ...(takenOver.models + takenOver.selections > 0 && { takenOver }),
      estimatedSeconds: estimate.seconds,
      estimateBasis: estimate.basis,
      warnings,
    };
  });
}

type Profiled = SnapshotPartition & ReturnType<typeof profiledOf>;

async function lentTo(
  { maker, knownKeys }: Pick<Workshop, 'maker' | 'knownKeys'>,
  fittable: Fittable,
): Promise<Lent> {
  const keys = reuseKeys(fittable, await maker());
  const known = await knownKeys({
    trainings: allKeys(keys.trainings),
    selections: allKeys(keys.selections),
  });
  return lentBy(known, keys, fittable.spec);
}

function countIn(partitions: readonly PlannedPartition[], ids: ReadonlySet<string>): number {
  return partitions.filter(({ partitionId }) => ids.has(partitionId)).length;
}

/** Everything that gets a model. */
function modelsOf(spec: Spec, partitions: readonly PlannedPartition[], tableRows: number) {
  const global = { name: 'the model without partition', rows: tableRows, isSampled: true };
  return [
    ...partitions.map(({ key, text, rows, isParent = false }) => ({
      name: displayPartition(key, text),
      rows,
      isSampled: isParent,
    })),
    ...(spec.global.enabled ? [global] : []),
  ];
}

/** Classes that are told of a partition. */
const TOLD_CLASSES = 5;

/** Of a union nothing is told that is not told of its members. */
function heldIn(facts: ProfileFacts | undefined): Pick<PlannedRow, 'missing' | 'classes'> {
  const { rows = 0, columns = [], target } = facts ?? {};
  const cells = rows * columns.length;
  const missing = columns.reduce((sum, column) => sum + column.missing, 0);
  const classes = (target?.classes ?? []).toSorted((a, b) => b.count - a.count);
  return {
    missing: cells === 0 ? null : missing / cells,
    classes: classes.slice(0, TOLD_CLASSES).map(({ label, count }) => ({ label, rows: count })),
  };
}

/** In the order of their rows. */
async function profileAll(
  { engineFor }: Pick<Workshop, 'engineFor'>,
  spec: Spec,
  { snapshot, path }: PassingSnapshot,
  signal: AbortSignal,
): Promise<readonly Profiled[]> {
  const rows = passingRows(spec, { snapshot, path }, columnsRead(snapshot.columns, spec));
  const args = { spec, cutoffs: snapshot.cutoffs };
  const tasks = snapshot.partitions.map((partition) => ({ partition: partitionRef(partition) }));
  const job = createJob(rows, { name: 'profile', args, tasks });
  const outcomes = await runJob(await engineFor(spec), job, signal);
  return snapshot.partitions.map((partition, i) => ({
    ...partition,
    ...profiledOf(partitionRef(partition), outcomes[i] as Outcome<ProfileFacts>, repeatsOf(spec)),
  }));
}
