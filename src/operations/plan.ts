import { Failure } from '../domain/failure.ts';
import { createJob, runJob } from '../engines/job.ts';
import { checkFeatures } from '../partition/check-features.ts';
import { columnsRead } from '../partition/columns-read.ts';
import { conditionPartitions, type ProfiledRef } from '../partition/condition.ts';
import { partitionRef } from '../partition/partition-function.ts';
import type { Spec } from '../spec/spec.ts';
import type { Workshop } from './context.ts';
import { type PassingSnapshot, withSnapshot } from './passing-snapshot.ts';
import type { PreparedSpec, RunPlan } from './services.ts';

/** What would be trained: reads the source into a snapshot that is thrown away, profiles and conditions it. */
export async function planRun(
  workshop: Workshop,
  { spec, baseFolder }: PreparedSpec,
): Promise<RunPlan> {
  const request = workshop.snapshotRequest(spec, baseFolder);
  return withSnapshot(workshop, request, async (rows, signal) => {
    const { snapshot } = rows;
    checkFeatures(snapshot.columns, spec);
    const partitions = conditionPartitions(await profileAll(workshop, spec, rows, signal), spec);
    const own = partitions.filter(({ decision }) => decision.kind === 'train').length;
    const fitsPerModel = spec.candidates.length * spec.validate.folds + 1;
    return {
      source: `${snapshot.source.kind} ${snapshot.source.location}`,
      rows: snapshot.rowCount,
      partitions: partitions.map(({ key, text, rows: count, decision }) => ({
        key,
        partition: text,
        rows: count,
        decision,
      })),
      candidates: spec.candidates.length,
      fits: (own + (spec.global.enabled ? 1 : 0)) * fitsPerModel,
      estimatedSeconds: null,
      warnings: snapshot.warnings,
    };
  });
}

async function profileAll(
  { engineFor }: Pick<Workshop, 'engineFor'>,
  spec: Spec,
  { snapshot, path }: PassingSnapshot,
  signal: AbortSignal,
): Promise<readonly ProfiledRef[]> {
  const { seconds, memory_mb: memoryMb } = spec.limits.per_partition;
  const rows = {
    snapshot: { digest: snapshot.digest, path },
    columns: columnsRead(snapshot.columns, spec),
    limits: { seconds, memoryMb },
  };
  const args = { spec, cutoffs: snapshot.cutoffs };
  const tasks = snapshot.partitions.map((partition) => ({ partition: partitionRef(partition) }));
  const job = createJob(rows, { name: 'profile', args, tasks });
  const outcomes = await runJob(engineFor(spec), job, signal);
  return snapshot.partitions.map((partition, i) => {
    const outcome = outcomes[i];
    if (outcome?.kind === 'ok') return { ...partition, facts: outcome.facts };
    throw new Failure(
      'invalid-data',
      `Partition "${partition.text}" can't be profiled: ${outcome?.message}`,
    );
  });
}
