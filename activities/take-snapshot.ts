import { rm } from 'node:fs/promises';
import { SCAN_BATCH_LIMITS } from '../src/partition/batch-plan.ts';
import { checkFeatures } from '../src/partition/check-features.ts';
import { cutAs } from '../src/sources/cut-as.ts';
import type { MadeSnapshot } from '../src/sources/make-snapshot.ts';
import type { Spec } from '../src/spec/spec.ts';
import type { RunRecord } from '../src/stores/run-records.ts';
import { type ActivityScope, inActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { toApplicationFailure } from './failures.ts';
import { type KeptSnapshot, keepSnapshot, keepSteady } from './keep-steady.ts';
import { requireSnapshot } from './partition-job.ts';
import { planStage } from './plan-stage.ts';

/** A source that was there when the run was submitted; whoever waits for its run should hear of it soon. */
const SOURCE_ATTEMPTS = 3;

export function takeSnapshotActivity(dependencies: ActivityDependencies) {
  const { runs } = dependencies;
  return {
    /** Reads the source once, whatever is tried again, keeps it as an object, and plans the profile batches. */
    async takeSnapshot({ runId }: { readonly runId: string }): Promise<{
      readonly partitions: number;
      readonly profileBatches: number;
    }> {
      return inActivity(async (scope) => {
        const run = await runs.run(runId);
        const isKnown = run.snapshot !== null || (await adoptSnapshot(dependencies, run, scope));
        if (!isKnown) await readSource(dependencies, run, scope);
        await probeSnapshot(dependencies, await runs.run(runId), scope);
        const partitions = await runs.snapshotPartitions(runId);
        const sized = partitions.map(({ id, count }) => ({ partitionId: id, rows: count }));
        return {
          partitions: partitions.length,
          profileBatches: await planStage(runs, runId, 'profile', sized, SCAN_BATCH_LIMITS),
        };
      });
    },
  };
}

/** An engine on other machines tells now whether it sees the snapshot: later it would be one partition's bad luck after another. */
async function probeSnapshot(
  { engineFor, objects }: ActivityDependencies,
  run: RunRecord,
  { signal }: ActivityScope,
): Promise<void> {
  const { digest, parquet } = requireSnapshot(run);
  const engine = await engineFor(run.spec);
  await engine.probe?.({ digest, path: await objects.path(parquet) }, signal);
}

/** A retry and a reproduction read what the other run read, whatever has become of the source. */
async function adoptSnapshot(
  { runs }: ActivityDependencies,
  { runId, origin }: RunRecord,
  { attempt }: ActivityScope,
): Promise<boolean> {
  if (origin === null || origin.mode === 'drifted') return false;
  return runs.adoptSnapshot(runId, origin.runId, attempt);
}

async function readSource(
  dependencies: ActivityDependencies,
  run: RunRecord,
  { signal, attempt }: ActivityScope,
): Promise<void> {
  const { runs } = dependencies;
  const { runId, spec, baseFolder, origin } = run;
  const record = ({ snapshot, parquet, drift }: KeptSnapshot) =>
    runs.recordSnapshot(runId, snapshot, parquet, attempt, drift);
  const reading = async <Result>(
    as: Spec,
    work: (read: MadeSnapshot) => Promise<Result>,
  ): Promise<Result> => {
    const request = dependencies.snapshotRequest(as, baseFolder);
    const read = await dependencies.takeSnapshot(request, signal).catch((error: unknown) => {
      throw attempt.attempt < SOURCE_ATTEMPTS ? error : toApplicationFailure(error, Infinity);
    });
    try {
      checkFeatures(read.snapshot.columns, spec);
      return await work(read);
    } finally {
      await rm(read.parquetPath, { recursive: true, force: true });
    }
  };
  let because: string | null = null;
  if (origin?.mode === 'drifted') {
    const base = await runs.run(origin.runId);
    // Its partitions stay what they were, however the new rows lie.
    const cut = cutAs(spec, requireSnapshot(base).columns);
    because = await reading(cut, (read) =>
      keepSteady(dependencies, { run, base, read }, record, signal),
    );
    if (because === null) return;
  }
  const warnings = because === null ? [] : [`${because}: all rows are new.`];
  await reading(spec, async (read) =>
    record(await keepSnapshot(dependencies, warned(read, warnings))),
  );
}

function warned(read: MadeSnapshot, more: readonly string[]): MadeSnapshot {
  const { snapshot } = read;
  return { ...read, snapshot: { ...snapshot, warnings: [...snapshot.warnings, ...more] } };
}
