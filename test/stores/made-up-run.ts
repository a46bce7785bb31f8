import { partitionText } from '../../src/domain/partition.ts';
import { digestBytes, digestJson, partitionId } from '../../src/frame/digest.ts';
import type { Choice } from '../../src/partition/choice.ts';
import type { PlannedPartition } from '../../src/partition/condition.ts';
import type { JudgedScore } from '../../src/partition/drift/judge-drift.ts';
import type { FoldSelections } from '../../src/partition/selection-facts.ts';
import type { TotalsFacts } from '../../src/partition/totals-facts.ts';
import type { Snapshot, SnapshotPartition } from '../../src/sources/snapshot.ts';
import { experiment } from '../../src/spec/parse-spec.ts';
import type { PackMember } from '../../src/stores/objects/pack.ts';
import type {
  Attempt,
  Conditioned,
  EvaluatedPartition,
  NewRun,
  PartitionDrift,
  ProfiledPartition,
  TrainedPartition,
} from '../../src/stores/run-records.ts';
import type { RunStore } from '../../src/stores/run-store.ts';
import { runRecord, trainedRecord } from '../support/run-records.ts';

/** Everything that a run writes, made up: partitions named by number, with facts that differ from each other. */

const { spec: SPEC } = runRecord();
const ROWS = 100;

export function newRun(number: number, changes: Partial<NewRun> = {}): NewRun {
  const runId = `019f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;
  return {
    runId,
    idempotencyKey: `key ${number}`,
    spec: SPEC,
    specDigest: digestJson(JSON.parse(JSON.stringify(SPEC))),
    code: {
      gitCommit: 'c0ffee',
      dirty: false,
      sourceDigest: digestBytes('source'),
      lockfileDigest: digestBytes('lockfile'),
      workflowBundleDigest: digestBytes('bundle'),
      partitionBundleDigest: digestBytes('partition bundle'),
    },
    environment: { node: '20.20.0', arch: 'x64' },
    requestedBy: 'tester',
    workflowId: `run:${runId}`,
    baseFolder: '/data',
    ...changes,
  };
}

/** What a run has that forecasts so many rows ahead, each by a model of its own. */
export function directForecast(horizon: number): Pick<NewRun, 'spec' | 'specDigest'> {
  const { spec, digest: specDigest } = experiment({
    version: 1,
    name: 'load',
    data: { source: { kind: 'csv', path: 'load.csv' } },
    partition: { by: 'asset_type' },
    time: 'hour',
    target: { column: 'load', task: 'forecast' },
    forecast: { horizon, strategy: 'direct' },
  });
  return { spec, specDigest };
}

export function attempt(number = 1, activityId = 'activity'): Attempt {
  return {
    attempt: number,
    activityId,
    worker: `worker ${number}`,
    startedAt: '2026-11-23T20:00:00.000Z',
  };
}

/** Partitions in text order, 100 rows each; `values` may hold null. */
export function snapshotOf(values: readonly (string | null)[], data = 'data'): Snapshot {
  const partitions = values
    .map((value) => ({ value, text: partitionText(['asset_type'], [value]) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(
      ({ value, text }, ordinal): SnapshotPartition => ({
        ordinal,
        id: partitionId(text),
        text,
        key: { asset_type: value },
        digest: digestBytes(`${data} of ${text}`),
        start: ordinal * ROWS,
        count: ROWS,
      }),
    );
  return {
    digest: digestJson(partitions.map(({ digest }) => digest)),
    schemaDigest: digestBytes('schema'),
    columns: [{ name: 'engine_rpm', kind: 'number', sourceType: 'float8', holds: 'number' }],
    rowCount: partitions.length * ROWS,
    partitions,
    excluded: { key_too_long: 2 },
    source: { kind: 'postgres', location: 'table asset_activity' },
    cutoffs: [1_700_000_000_000_000],
    warnings: ['One column was empty.'],
  };
}

export function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `asset ${String(i).padStart(5, '0')}`);
}

export function profileOf({ id, key }: SnapshotPartition): ProfiledPartition {
  const { profile } = trainedRecord(String(key['asset_type']));
  if (profile === null) throw new Error('The made-up record has a profile.');
  return { partitionId: id, facts: profile };
}

const WORSE: JudgedScore = {
  score: { value: 0.5 },
  interval: { low: 0.4, high: 0.6 },
  rows: 100,
  known: 0,
  holdout: {
    holdout: { value: 0.9 },
    holdoutInterval: { low: 0.85, high: 0.95 },
    holdoutRows: 100,
  },
  change: { difference: -0.4, interval: { low: -0.5, high: -0.3 }, pValue: 1e-9, qValue: 1e-8 },
  verdict: 'worse',
};

export function driftOf(
  { id, text }: SnapshotPartition,
  status: PartitionDrift['status'] = 'steady',
): PartitionDrift {
  return { partitionId: id, text, status, columns: [], score: status === 'drifted' ? WORSE : null };
}

export function plannedOf({ id, text, key, start, count }: SnapshotPartition): PlannedPartition {
  return {
    partitionId: id,
    text,
    key,
    rows: count,
    decision: { kind: 'train' },
    ranges: [{ start, count }],
  };
}

/** `salt` changes the model, as code that is not deterministic would. */
export function trainedOf(
  partition: string,
  pack = 'pack',
  salt = '',
): TrainedPartition & { readonly kind: 'trained' } {
  const { trained } = trainedRecord(partition);
  if (trained?.kind !== 'trained' || trained.facts.model === null)
    throw new Error('The made-up record is trained.');
  const digest = digestBytes(`model of ${partition}${salt}`);
  return {
    ...trained,
    partitionId: partition,
    facts: { ...trained.facts, model: { ...trained.facts.model, digest } },
    model: memberOf(`${pack} of models`),
    predictions: memberOf(`${pack} of predictions`),
  };
}

/** What two folds and the last fit selected. */
export const FOLD_SELECTIONS: FoldSelections = {
  folds: [['engine_rpm'], ['engine_rpm', 'shift']],
  shipped: {
    method: 'mutual_information',
    kept: ['engine_rpm'],
    dropped: [{ column: 'shift', because: 'rank 2 of 2; 1 kept', score: 0.1 }],
  },
};

export function evaluatedOf(partition: string): EvaluatedPartition {
  const { evaluated } = trainedRecord(partition, partition.length);
  if (evaluated === null) throw new Error('The made-up record is evaluated.');
  return { partitionId: partition, facts: evaluated };
}

export function chosenOf(partition: string): Choice {
  return {
    partitionId: partition,
    status: 'trained',
    reason: null,
    verdict: 'own',
    adjustedPValue: 0.02,
    model: digestBytes(`model of ${partition}`),
  };
}

/** Writes a run up to its plan, with one batch of training; everything as the first attempt. */
export async function recordPlan(
  store: RunStore,
  runId: string,
  snapshot: Snapshot,
  planned = plannedOf,
  drift: readonly PartitionDrift[] = [],
): Promise<readonly string[]> {
  const ids = snapshot.partitions.map(({ id }) => id);
  await store.recordSnapshot(
    runId,
    snapshot,
    { digest: digestBytes(`file of ${snapshot.digest}`), byteSize: 1234 },
    attempt(),
    () => drift,
  );
  await store.planBatches(runId, { stage: 'profile', batches: [ids] });
  const profiles = snapshot.partitions.map(profileOf);
  await store.recordProfiles(runId, 0, profiles, digestBytes('folds 0'), attempt());
  await store.recordCondition(
    runId,
    conditionedOf(
      { classes: ['active', 'idle'], folds: digestBytes('folds'), warnings: ['A column leaks.'] },
      snapshot.partitions.map(planned),
    ),
    attempt(),
  );
  await store.planBatches(runId, { stage: 'train', batches: [ids] });
  return ids;
}

/** What `condition` decided where nothing can be taken over. */
export function conditionedOf(
  plan: Conditioned['plan'],
  partitions: Conditioned['partitions'],
): Conditioned {
  return {
    plan,
    partitions,
    trainingKeys: new Map(),
    takenOver: [],
    selectionKeys: new Map(),
    selectionsTakenOver: [],
  };
}

function memberOf(pack: string): PackMember {
  return { pack: digestBytes(pack), offset: 40, length: 60 };
}

/** Totals over so many rows that the served models scored. */
export function totalsOf(rowCount: number): TotalsFacts {
  const scores = {
    cv: { value: 0.5 },
    cvInterval: null,
    cvRows: rowCount,
    nested: { value: 0.4 },
    nestedInterval: null,
    optimism: 0.1,
  };
  const holdout = { value: null, because: 'There is no holdout.' };
  return {
    own: null,
    global: null,
    served: { ...scores, holdout, holdoutInterval: null, holdoutRows: 0 },
    globalEverywhere: null,
    globalPlots: null,
  };
}
