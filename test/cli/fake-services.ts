import type { Digest } from '../../src/domain/digest.ts';
import type { PartitionRow, RunResult } from '../../src/domain/result.ts';
import type { RunState } from '../../src/operations/requests.ts';
import type { Services } from '../../src/operations/services.ts';

const MODEL = `sha256:${'a'.repeat(64)}` as Digest;

export function stateOf(changes: Partial<RunState> = {}): RunState {
  return {
    runId: 'run-1',
    experiment: 'sales',
    status: 'SUCCEEDED',
    stage: null,
    paused: false,
    concurrency: 4,
    partitions: 2,
    trained: 2,
    failed: 0,
    batches: { done: 0, running: 0, total: 0 },
    cluster: null,
    trouble: null,
    error: null,
    ...changes,
  };
}

export function rowOf(store: string, changes: Partial<PartitionRow> = {}): PartitionRow {
  return {
    key: { store },
    partition: `store=${store}`,
    status: 'trained',
    rows: 1200,
    excluded: {},
    notes: [],
    own: { algorithm: 'random_forest', model: `sha256:${'d'.repeat(64)}` as Digest },
    algorithm: 'random_forest',
    parameters: { trees: 100 },
    cv: 0.91234,
    nested: 0.9,
    nestedInterval: { low: 0.88, high: 0.92 },
    optimism: 0.01234,
    holdout: 0.9,
    global: { cv: 0.85, nested: 0.85, holdout: 0.84321 },
    difference: 0.06,
    interval: { low: 0.02, high: 0.1 },
    verdict: 'own',
    model: MODEL,
    ...changes,
  };
}

export function resultOf(changes: Partial<RunResult> = {}): RunResult {
  const partitions = changes.partitions ?? [rowOf('north'), rowOf('south')];
  const none = { trained: 0, reused: 0, merged: 0, global: 0, skipped: 0, failed: 0 };
  const counts = { partitions: partitions.length, rows: 0, ...none };
  for (const { status, rows } of partitions) {
    counts[status]++;
    counts.rows += rows;
  }
  return {
    runId: 'run-1',
    experiment: 'sales',
    status: 'SUCCEEDED',
    error: null,
    errorKind: null,
    spec: MODEL,
    origin: null,
    snapshot: MODEL,
    engine: 'local',
    task: 'classification',
    metric: 'macro_f1',
    partitions,
    global: {
      algorithm: 'logistic',
      parameters: {},
      cv: 0.85,
      nested: 0.85,
      nestedInterval: { low: 0.82, high: 0.88 },
      optimism: 0,
      holdout: 0.84,
      model: MODEL,
    },
    totals: {
      own: { cv: 0.91, nested: 0.9, holdout: 0.9 },
      global: { cv: 0.85, nested: 0.85, holdout: 0.84 },
      served: { cv: 0.91, nested: 0.9, holdout: 0.9 },
    },
    warnings: [],
    timings: { total: 41_000 },
    counts,
    report: '/data/report.html',
    ...changes,
  };
}

/** Services that answer with a finished run unless a test says otherwise; a call that no test expects fails. */
export function fakeServices(changes: Partial<Services> = {}): Services {
  const unexpected = (name: string) => () =>
    Promise.reject(new Error(`Nobody expected the call ${name}.`));
  const unexpectedOf = <Part extends object>(name: string): Part =>
    new Proxy({} as Part, { get: (_, call) => unexpected(`${name}.${String(call)}`) });
  return {
    stateFolder: '/nowhere',
    submit: () => Promise.resolve({ runId: 'run-1' }),
    state: () => Promise.resolve(stateOf()),
    watch: (_, onState) => {
      onState(stateOf());
      return Promise.resolve(stateOf());
    },
    result: () => Promise.resolve(resultOf()),
    resultText: unexpected('resultText'),
    control: unexpected('control'),
    retry: unexpected('retry'),
    reproduce: unexpected('reproduce'),
    compareReproduction: unexpected('compareReproduction'),
    recordReproduction: unexpected('recordReproduction'),
    diff: unexpected('diff'),
    runs: unexpected('runs'),
    report: unexpected('report'),
    plan: unexpected('plan'),
    advise: unexpected('advise'),
    predict: unexpected('predict'),
    setFiles: {
      export: unexpected('setFiles.export'),
      show: unexpected('setFiles.show'),
      verify: unexpected('setFiles.verify'),
      replace: unexpected('setFiles.replace'),
      withdraw: unexpected('setFiles.withdraw'),
    },
    predictTable: unexpected('predictTable'),
    drift: unexpected('drift'),
    score: unexpected('score'),
    scoreByModel: unexpected('scoreByModel'),
    modelCard: unexpected('modelCard'),
    card: unexpected('card'),
    deleteRun: unexpected('deleteRun'),
    restoreRun: unexpected('restoreRun'),
    collectGarbage: unexpected('collectGarbage'),
    predictions: unexpected('predictions'),
    lineage: unexpected('lineage'),
    exportModel: unexpected('exportModel'),
    exportToMlflow: unexpected('exportToMlflow'),
    temporalUi: unexpected('temporalUi'),
    diagnose: unexpected('diagnose'),
    checkIntegrity: unexpected('checkIntegrity'),
    facts: unexpectedOf('facts'),
    overview: unexpectedOf('overview'),
    sources: unexpectedOf('sources'),
    audit: unexpectedOf('audit'),
    modelSets: unexpectedOf('modelSets'),
    quarantines: unexpectedOf('quarantines'),
    schedules: unexpectedOf('schedules'),
    verifyAudit: unexpected('verifyAudit'),
    auditTrail: unexpected('auditTrail'),
    exportAudit: unexpected('exportAudit'),
    debug: unexpected('debug'),
    bundlePartition: unexpected('bundlePartition'),
    replay: unexpected('replay'),
    map: unexpected('map'),
    debugMap: unexpected('debugMap'),
    bundleForSpark: unexpected('bundleForSpark'),
    loadExample: unexpected('loadExample'),
    migrate: unexpected('migrate'),
    work: unexpected('work'),
    close: () => Promise.resolve(),
    ...changes,
  };
}
