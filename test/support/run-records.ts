import { partitionText } from '../../src/domain/partition.ts';
import { digestBytes, digestJson, partitionId } from '../../src/frame/digest.ts';
import type { EvaluateFacts, SideScores } from '../../src/partition/evaluate-facts.ts';
import type { ProfileFacts } from '../../src/partition/profile-facts.ts';
import type { TrainFacts } from '../../src/partition/train-facts.ts';
import type { Spec } from '../../src/spec/spec.ts';
import type { PartitionRecord, RunRecord } from '../../src/stores/run-records.ts';
import { EXPLANATION } from './explanation.ts';

/** A run and its partitions as the store gives them, made up: for what reads records and needs no training. */

export function runRecord(changes: Partial<RunRecord> = {}): RunRecord {
  const digest = digestBytes('made up');
  return {
    runId: '019f0000-0000-7000-8000-000000000001',
    experiment: 'asset-status',
    status: 'SUCCEEDED',
    spec: SPEC,
    specDigest: digest,
    workflowId: 'run:made-up',
    baseFolder: '/',
    requestedBy: 'tester',
    origin: null,
    reuse: true,
    partitionBundle: null,
    createdAt: '2026-11-23T20:00:00.000Z',
    startedAt: '2026-11-23T20:00:00.000Z',
    endedAt: '2026-11-23T20:01:00.000Z',
    error: null,
    errorKind: null,
    snapshot: {
      digest,
      parquet: digest,
      columns: [],
      rowCount: 2000,
      partitionCount: 2,
      excluded: {},
      source: { kind: 'csv', location: 'assets.csv' },
      cutoffs: [],
      warnings: [],
    },
    plan: { classes: ['active', 'idle', 'off'], folds: digest, warnings: [] },
    report: null,
    deletion: null,
    ...changes,
  };
}

/** A trained partition whose key is `value`; scores vary with `i`. */
export function trainedRecord(value: string, i = 0): PartitionRecord {
  const text = partitionText(['asset_type'], [value]);
  const id = partitionId(text);
  const difference = Math.sin(i) * 0.05;
  return {
    partitionId: id,
    text,
    key: { asset_type: value },
    rows: 1000 + i,
    decision: { kind: 'train' },
    ranges: [{ start: i * 1000, count: 1000 }],
    digest: digestBytes(text),
    profile: profileFacts(1000 + i),
    trained: {
      partitionId: id,
      startedAt: '2026-11-23T20:00:10.000Z',
      ms: 120,
      log: '',
      kind: 'trained',
      facts: trainFacts(text),
      model: { pack: digestBytes('pack'), offset: 0, length: 10 },
      predictions: { pack: digestBytes('predictions'), offset: 0, length: 10 },
    },
    evaluated: evaluateFacts(difference),
    chosen: {
      partitionId: id,
      status: 'trained',
      reason: null,
      verdict: difference > 0.01 ? 'own' : 'tie',
      adjustedPValue: 0.01,
      model: digestBytes(text),
    },
  };
}

export function skippedRecord(value: string): PartitionRecord {
  const record = trainedRecord(value);
  return {
    ...record,
    decision: { kind: 'skip', reason: 'too_small' },
    rows: 3,
    trained: null,
    evaluated: null,
    chosen: {
      partitionId: record.partitionId,
      status: 'skipped',
      reason: 'too_small',
      verdict: null,
      adjustedPValue: null,
      model: null,
    },
  };
}

export function failedRecord(value: string, message: string): PartitionRecord {
  const record = trainedRecord(value);
  const { partitionId: id } = record;
  return {
    ...record,
    trained: {
      partitionId: id,
      startedAt: '2026-11-23T20:00:10.000Z',
      ms: 120,
      log: '',
      kind: 'failed',
      reason: 'error',
      message,
    },
    evaluated: null,
    chosen: {
      partitionId: id,
      status: 'failed',
      reason: 'error',
      verdict: null,
      adjustedPValue: null,
      model: null,
    },
  };
}

export async function* stream<Item>(items: Iterable<Item>): AsyncIterable<Item> {
  for (const item of items) yield item;
}

function profileFacts(rows: number): ProfileFacts {
  return {
    rows,
    columns: [
      {
        name: 'engine_rpm',
        kind: 'number',
        missing: 12,
        distinct: 800,
        min: 0,
        max: 2200,
        mean: 1300.5,
        quantiles: [0, 800, 1300, 1600, 2000],
        top: [],
      },
      {
        name: 'shift',
        kind: 'category',
        missing: 0,
        distinct: 2,
        min: null,
        max: null,
        mean: null,
        quantiles: [],
        top: [{ level: 'day', count: 500 }],
      },
    ],
    target: {
      missing: 0,
      classes: [
        { label: 'active', count: 600 },
        { label: 'idle', count: 400 },
      ],
      distinct: 2,
    },
    split: {
      holdout: 200,
      folds: [267, 267, 266],
      trainingOnly: 0,
      excluded: {},
      repeats: 0,
      notes: [],
    },
    warnings: [],
  };
}

function trainFacts(text: string): TrainFacts {
  const candidate = (algorithm: string, value: number): TrainFacts['candidates'][number] => ({
    algorithm,
    parameters: { trees: 100 },
    parametersDigest: digestJson({ trees: 100 }),
    seed: '42',
    status: 'ok',
    cv: { value },
    foldScores: [{ value: value - 0.01 }, { value }, { value: value + 0.01 }],
    fitMs: 30,
  });
  return {
    features: { digest: digestBytes('features'), engineered: ['fuel_rate / engine_rpm'] },
    selection: {
      method: 'mutual_information',
      kept: ['engine_rpm'],
      dropped: [{ column: 'shift', because: 'rank 12 of 12, 11 kept', score: 0.001 }],
      stability: [
        { column: 'engine_rpm', share: 1 },
        { column: 'shift', share: 0.33 },
      ],
    },
    candidates: [candidate('logistic', 0.81), candidate('random_forest', 0.9)],
    search: null,
    best: 1,
    bestWithout: [1, 1, 0],
    model: {
      algorithm: 'random_forest',
      parameters: { trees: 100 },
      digest: digestBytes(text),
      byteSize: 12_000,
      features: ['engine_rpm'],
      trainedRows: 800,
      seed: '42',
      importance: [
        { feature: 'engine_rpm', share: 0.7 },
        { feature: 'hydraulic_pressure', share: 0.3 },
      ],
      explanation: EXPLANATION,
      edits: [],
    },
    rows: { rows: 1000, used: 800, holdout: 200, excluded: {} },
  };
}

function evaluateFacts(difference: number): EvaluateFacts {
  const side = (value: number): SideScores => ({
    cv: { value },
    cvInterval: { low: value - 0.02, high: value + 0.02 },
    nested: { value: value - 0.0123 },
    nestedInterval: { low: value - 0.03, high: value + 0.01 },
    optimism: 0.0123,
    holdout: { value: value - 0.01 },
    holdoutInterval: { low: value - 0.05, high: value + 0.03 },
    holdoutRows: 200,
    cvRows: 800,
  });
  return {
    own: side(0.9),
    global: side(0.9 - difference),
    comparison: {
      difference,
      interval: { low: difference - 0.02, high: difference + 0.02 },
      pValue: 0.01,
      rows: 800,
    },
    plots: {
      rows: 'holdout',
      confusion: [
        [90, 8, 2],
        [6, 70, 4],
        [0, 1, 19],
      ],
      roc: [
        { fpr: 0, tpr: 0 },
        { fpr: 0.05, tpr: 0.8 },
        { fpr: 0.3, tpr: 0.95 },
        { fpr: 1, tpr: 1 },
      ],
      calibration: [
        { predicted: 0.1, observed: 0.12, rows: 50 },
        { predicted: 0.9, observed: 0.86, rows: 60 },
      ],
    },
  };
}

const SPEC: Spec = {
  version: 1,
  name: 'asset-status',
  data: { source: { kind: 'postgres', table: 'asset_activity' }, timezone: 'UTC', null_values: [] },
  partition: {
    by: ['asset_type'],
    min_rows: 50,
    on_small: 'global',
    bins: {},
    normalise: [],
    max: 10_000,
  },
  target: { column: 'status', task: 'classification' },
  columns: { drop: [], types: {} },
  features: {
    engineer: [],
    handle: {
      missing: 'auto',
      outliers: 'none',
      encode: 'auto',
      scale: 'auto',
      imbalance: 'none',
      columns: {},
    },
    select: { method: 'mutual_information', keep: 11 },
  },
  tune: { method: 'none', trials: 10 },
  validate: { holdout: 0.2, folds: 3, scheme: 'stratified', refit: 'training' },
  metric: 'macro_f1',
  global: { enabled: true, include_partition: true, max_rows: 1_000_000 },
  engine: { kind: 'local', threads: 'auto' },
  seed: 7,
  strict: false,
  limits: { per_partition: { seconds: 600, memory_mb: 2048 }, source_cells: 2_000_000_000 },
  candidates: [
    { algorithm: 'logistic', parameters: {} },
    { algorithm: 'random_forest', parameters: { trees: 100 } },
  ],
};
