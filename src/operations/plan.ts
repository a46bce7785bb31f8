import { isFitted } from '../domain/run.ts';
import type { Outcome } from '../engines/engine.ts';
import { createJob, runJob } from '../engines/job.ts';
import { profiledOf } from '../engines/profile-outcome.ts';
import { isDivided } from '../partition/batch-plan.ts';
import { checkFeatures } from '../partition/check-features.ts';
import { checkGlobalSize } from '../partition/check-global-size.ts';
import { checkTarget } from '../partition/check-target.ts';
import { columnsRead } from '../partition/columns-read.ts';
import { classLabels, conditionPartitions } from '../partition/condition.ts';
import type { ProfileFacts } from '../partition/facts.ts';
import { featureCount } from '../partition/known-features.ts';
import { planParents } from '../partition/parents.ts';
import { partitionRef } from '../partition/partition-function.ts';
import { profileWarnings } from '../partition/profile-warnings.ts';
import { joinFolds, repeatsOf } from '../partition/repeats.ts';
import { type Fittable, reuseKeys } from '../partition/reuse-keys.ts';
import type { SnapshotPartition } from '../sources/snapshot.ts';
import type { Spec } from '../spec/spec.ts';
import type { Workshop } from './context.ts';
import { estimateTraining, fitsPerModel } from './estimate-training.ts';
import { type PassingSnapshot, passingRows, withSnapshot } from './passing-snapshot.ts';
import type { PlannedRow, PreparedSpec, RunPlan } from './services.ts';

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
    const warnings = [...snapshot.warnings, ...profileWarnings(profiled, spec)];
    const partitions = conditionPartitions(profiled, spec);
    const own = partitions.filter(({ decision }) => isFitted(decision));
    const parents = planParents(profiled, spec);
    const takenOver = await takenOverOf(workshop, {
      spec,
      snapshot,
      classes,
      partitions: own,
      profiled,
      folds: joinFolds(
        Buffer.concat(profiled.map(({ folds }) => folds)),
        profiled.map(({ count }) => count),
        repeatsOf(spec),
      ),
    });
    const models = own.length + parents.length + Number(spec.global.enabled);
    const size = { features: featureCount(snapshot.columns, spec), classes: classes.length };
    const threads = workshop.threadsFor(spec);
    const among = { tableRows: snapshot.rowCount, threads };
    const areDivided = own.filter(({ rows: count }) => isDivided(spec, count, among));
    const sizeOf = ({ rows: count }: { readonly rows: number }) => ({ rows: count, ...size });
    const global = { rows: Math.min(snapshot.rowCount, spec.global.max_rows), ...size };
    const estimate = estimateTraining(
      spec,
      {
        whole: [...own.filter((one) => !areDivided.includes(one)), ...parents].map(sizeOf),
        divided: [...areDivided.map(sizeOf), ...(spec.global.enabled ? [global] : [])],
      },
      { fitTimes: await workshop.fitTimes(), threads },
    );
    const looked = new Map(profiled.map(({ text, facts }) => [text, facts]));
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
      ...(takenOver.models + takenOver.selections > 0 && { takenOver }),
      estimatedSeconds: estimate.seconds,
      estimateBasis: estimate.basis,
      warnings,
    };
  });
}

type Profiled = SnapshotPartition & ReturnType<typeof profiledOf>;

/** Of partitions that get models of their own: those that a run finds fitted, and those of the rest whose columns it finds selected. */
async function takenOverOf(
  { maker, knownKeys }: Pick<Workshop, 'maker' | 'knownKeys'>,
  fittable: Fittable,
): Promise<NonNullable<RunPlan['takenOver']>> {
  const { trainings, selections } = reuseKeys(fittable, await maker());
  const known = await knownKeys({
    trainings: [...trainings.partitions.values()],
    selections: [...selections.partitions.values()],
  });
  const ids = [...trainings.partitions].filter(([, key]) => !known.trainings.has(key));
  const selected = ids.filter(([id]) => {
    const key = selections.partitions.get(id);
    return key !== undefined && known.selections.has(key);
  });
  return { models: trainings.partitions.size - ids.length, selections: selected.length };
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
