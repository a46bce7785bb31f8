import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { partitionJob, trainArgs } from '../../activities/partition-job.ts';
import { trainDivided } from '../../activities/train-divided.ts';
import type { Outcome } from '../../src/engines/engine.ts';
import { runJob } from '../../src/engines/job.ts';
import { LocalEngine } from '../../src/engines/local/local-engine.ts';
import type { TrainFacts } from '../../src/partition/facts.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { createFileObjectStore } from '../../src/stores/objects/file-object-store.ts';
import type { RunRecord } from '../../src/stores/run-store.ts';
import { machineFrame, machineSpec, partitionData, STATUSES } from '../support/machines.ts';
import { runRecord } from '../support/run-records.ts';
import { writeSnapshotFile } from '../support/snapshot-file.ts';
import { makeFolder } from '../support/test-folder.ts';

const engine = new LocalEngine({ threads: 2 });
afterAll(() => engine.close());

const FRAME = machineFrame({ van: 60, car: 150, bus: 90 });
/** The rows between those of two others. */
const CAR = { start: 60, count: 150 };
const PARTITION = {
  partitionId: 'car',
  text: 'type=car',
  key: { type: 'car' },
  rows: CAR.count,
  decision: { kind: 'train' },
  ranges: [CAR],
} as const;

/** In parts and in one piece. */
async function trained(wishes: Partial<SpecInput>) {
  const spec = machineSpec(wishes);
  const objects = createFileObjectStore(join(makeFolder(), 'objects'));
  const { rowCount } = FRAME;
  const snapshot = {
    ...(runRecord().snapshot as NonNullable<RunRecord['snapshot']>),
    parquet: await objects.putFile(await writeSnapshotFile(FRAME)),
    columns: FRAME.columns.map(({ name, kind }) => ({
      name,
      kind,
      sourceType: '',
      holds: 'text' as const,
    })),
    rowCount,
  };
  const folds = await objects.put(partitionData(FRAME, spec).folds);
  const run = runRecord({ spec, snapshot, plan: { classes: STATUSES, folds, warnings: [] } });
  const args = { ...trainArgs(run), scope: 'own' as const };
  const dependencies = { objects, engineFor: async () => engine } as never;
  const scope = { signal: new AbortController().signal, bookmark: undefined } as never;
  const parts = await trainDivided(dependencies, { run, partition: PARTITION, args }, scope);
  const partition = { id: 'car', text: PARTITION.text, ranges: PARTITION.ranges };
  const { scope: part, ...common } = args;
  const tasks = [{ partition, part: { scope: part } }];
  const job = partitionJob(run, objects, { name: 'train', args: common, tasks });
  const [whole] = await runJob(engine, job, new AbortController().signal);
  return { parts, whole };
}

/** Without the times. */
function saidOf(outcome: Outcome<TrainFacts> | null | undefined) {
  if (outcome?.kind !== 'ok') throw new Error(outcome?.message ?? 'There is no outcome.');
  const { facts, blobs } = outcome;
  const candidates = facts.candidates.map(({ fitMs: _fitMs, ...rest }) => rest);
  return { facts: { ...facts, candidates }, blobs: blobs };
}

describe('a partition whose parts the threads share', () => {
  it.each([
    [{}],
    [
      {
        ensemble: {},
        validate: { scheme: 'stratified', repeats: 2 },
        features: { select: { method: 'anova', keep: 3 } },
      },
    ],
  ] satisfies readonly (readonly [Partial<SpecInput>])[])(
    'is trained to the same bytes and facts as in one piece: %o',
    async (wishes) => {
      const { parts, whole } = await trained(wishes);
      expect(saidOf(parts)).toEqual(saidOf(whole));
    },
    60_000,
  );
});
