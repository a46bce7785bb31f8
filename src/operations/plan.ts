import { rm } from 'node:fs/promises';
import { Failure } from '../domain/failure.ts';
import { asJson } from '../domain/json.ts';
import type { GroupedMap, Outcome } from '../engines/engine.ts';
import { checkFeatures } from '../partition/check-features.ts';
import { conditionPartitions, type ProfiledRef } from '../partition/condition.ts';
import type { ProfileFacts } from '../partition/facts.ts';
import type { Snapshot } from '../sources/snapshot.ts';
import type { Spec } from '../spec/spec.ts';
import type { Workshop } from './context.ts';
import type { PreparedSpec, RunPlan } from './services.ts';

/** What would be trained: reads the source into a snapshot that is thrown away, profiles and conditions it. */
export async function planRun(
  context: Workshop,
  { spec, baseFolder }: PreparedSpec,
): Promise<RunPlan> {
  const signal = new AbortController().signal;
  const { snapshot, parquetPath } = await context.takeSnapshot(
    context.snapshotRequest(spec, baseFolder),
    signal,
  );
  try {
    checkFeatures(snapshot.columns, spec);
    const profiled = await profileAll(context, spec, snapshot, parquetPath, signal);
    const partitions = conditionPartitions(profiled, spec);
    const own = partitions.filter(({ decision }) => decision.kind === 'train').length;
    const fitsPerModel = spec.candidates.length * spec.validate.folds + 1;
    return {
      source: `${snapshot.source.kind} ${snapshot.source.location}`,
      rows: snapshot.rowCount,
      partitions: partitions.map(({ key, text, rows, decision }) => ({
        key,
        partition: text,
        rows,
        decision,
      })),
      candidates: spec.candidates.length,
      fits: (own + (spec.global.enabled ? 1 : 0)) * fitsPerModel,
      estimatedSeconds: null,
      warnings: snapshot.warnings,
    };
  } finally {
    await rm(parquetPath, { force: true });
  }
}

async function profileAll(
  { engineFor }: Pick<Workshop, 'engineFor'>,
  spec: Spec,
  snapshot: Snapshot,
  path: string,
  signal: AbortSignal,
): Promise<readonly ProfiledRef[]> {
  const { seconds, memory_mb: memoryMb } = spec.limits.per_partition;
  const job: GroupedMap = {
    snapshot: { digest: snapshot.digest, path },
    columns: snapshot.columns
      .map(({ name }) => name)
      .filter((name) => !spec.columns.drop.includes(name)),
    tasks: snapshot.partitions.map(({ id, text, start, count }) => ({
      partition: { id, text, ranges: [{ start, count }] },
    })),
    fn: { name: 'profile', args: asJson({ spec, cutoffs: snapshot.cutoffs }) },
    limits: { seconds, memoryMb },
  };
  const facts: ProfileFacts[] = [];
  for await (const arrived of engineFor(spec).map(job, signal)) {
    for (const outcome of arrived) facts[outcome.task] = profileOf(outcome);
  }
  return snapshot.partitions.map((partition, i) => ({
    ...partition,
    facts: facts[i] as ProfileFacts,
  }));
}

function profileOf(outcome: Outcome): ProfileFacts {
  if (outcome.kind === 'ok') return outcome.facts as unknown as ProfileFacts;
  throw new Failure('invalid-data', `A partition can't be profiled: ${outcome.message}`);
}
