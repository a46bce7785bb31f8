import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { partitionJob, trainArgs } from '../../activities/partition-job.ts';
import { trainDivided } from '../../activities/train-divided.ts';
import { PartsTraining } from '../../activities/train-parts.ts';
import type { Engine, Outcome } from '../../src/engines/engine.ts';
import { runJob } from '../../src/engines/job.ts';
import { LocalEngine } from '../../src/engines/local/local-engine.ts';
import type { TrainFacts } from '../../src/partition/train-facts.ts';
import type { Spec, SpecInput } from '../../src/spec/spec.ts';
import { createFileObjectStore } from '../../src/stores/objects/file-object-store.ts';
import type { RunRecord } from '../../src/stores/run-records.ts';
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

/** How it is trained in parts, and how in one piece. */
async function trainings(spec: Spec, on: Pick<Engine, 'map'> = engine) {
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
  const dealt = partitionData(FRAME, spec).folds;
  const folds = await objects.put(dealt);
  const run = runRecord({ spec, snapshot, plan: { classes: STATUSES, folds, warnings: [] } });
  const args = { ...trainArgs(run), scope: 'own' as const };
  const dependencies = { objects, engineFor: async () => on } as never;
  const scope = { signal: new AbortController().signal, bookmark: undefined } as never;
  const parts = () => trainDivided(dependencies, { run, partition: PARTITION, args }, scope);
  const partition = { id: 'car', text: PARTITION.text, ranges: PARTITION.ranges };
  const { scope: part, ...common } = args;
  const tasks = [{ partition, part: { scope: part } }];
  const job = await partitionJob(run, objects, { name: 'train', args: common, tasks });
  const whole = async () => (await runJob(engine, job, new AbortController().signal))[0];
  const joined = () => {
    const training = new PartsTraining(
      {
        partition,
        args,
        folds: dealt.subarray(CAR.start, CAR.start + CAR.count),
        maxRows: Infinity,
        job: (call) => partitionJob(run, objects, call),
      },
      { engine, objects, signal: new AbortController().signal, bookmark: null as never },
    );
    return training.train();
  };
  return { parts, whole, joined };
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
    [
      {
        metric: 'log_loss',
        probabilities: { calibrate: 'platt' },
        validate: { refit: 'all' },
        features: { select: { method: 'anova', keep: 1 } },
      },
    ],
  ] satisfies readonly (readonly [Partial<SpecInput>])[])(
    'is trained to the same bytes and facts as in one piece: %o',
    async (wishes) => {
      const { parts, whole } = await trainings(machineSpec(wishes));
      expect(saidOf(await parts())).toEqual(saidOf(await whole()));
    },
    60_000,
  );

  it('gives up the candidates that it gives up in one piece, under a budget of a candidate', async () => {
    const spec = machineSpec({ tune: { budget: { candidate: 1e-9 } } });
    const { joined, whole } = await trainings(spec);
    const [parts, piece] = [await joined(), await whole()];
    if (parts.kind !== 'trained') throw new Error('Nothing was trained.');
    expect(saidOf({ ...parts, kind: 'ok', task: 0, blobs: new Map() }).facts).toEqual(
      saidOf(piece).facts,
    );
    const { search, candidates } = parts.facts;
    expect(search?.completed).toEqual([0]);
    expect(search?.cut).toHaveLength(spec.candidates.length - 1);
    expect(candidates[1]).toMatchObject({
      status: 'dropped',
      because: 'It took longer than the 1e-9 s of tune.budget.candidate.',
      foldScores: [],
    });
    expect(Buffer.from(parts.predictions)).toEqual(
      Buffer.from(piece?.kind === 'ok' ? (piece.blobs.get('predictions') ?? []) : []),
    );
  }, 60_000);

  it('is left to be trained in one piece where a candidate or the pool fails, or what is predicted is over its memory', async () => {
    const spec = machineSpec({ algorithms: ['baseline'] });
    const failing = { ...spec.candidates[0], algorithm: 'nonsense', parameters: {} };
    const candidates = [...spec.candidates, failing];
    const { parts, whole } = await trainings({ ...spec, candidates });
    expect(await parts()).toBeNull();
    expect(saidOf(await whole()).facts.candidates[1]).toMatchObject({ status: 'failed' });
    const limits = { ...spec.limits, per_partition: { seconds: 600, memory_mb: 0.001 } };
    const large = await trainings({ ...spec, limits });
    expect(await large.parts()).toBeNull();
    const map = () => {
      throw new Error('The process of the pool died 4 times in a row.');
    };
    const dying = await trainings(spec, { map });
    expect(await dying.parts()).toBeNull();
  }, 60_000);
});
