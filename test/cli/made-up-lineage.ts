import type { Digest } from '../../src/domain/digest.ts';
import type { ModelLineage, ModelMaking } from '../../src/stores/lineage-store.ts';

const DIGEST = `sha256:${'b'.repeat(64)}` as Digest;

const candidate = (algorithm: string, cv: number, isBest: boolean) => ({
  algorithm,
  parameters: {},
  seed: '42',
  status: 'ok' as const,
  because: null,
  cv,
  foldScores: [cv],
  isBest,
});

/** How a made-up model of store a came to be. */
export const MAKING: ModelMaking = {
  model: DIGEST,
  runId: 'run-1',
  experiment: 'sales',
  status: 'SUCCEEDED',
  requestedBy: 'tester',
  createdAt: '2026-11-23T20:00:00.000Z',
  origin: null,
  notReproducible: null,
  scope: 'own',
  partitionId: 'a',
  partition: 'store=a',
  spec: DIGEST,
  data: {
    rows: DIGEST,
    rowCount: 1200,
    snapshot: DIGEST,
    schema: DIGEST,
    source: { kind: 'csv', location: 'sales.csv' },
    folds: DIGEST,
  },
  code: {
    gitCommit: null,
    dirty: false,
    sourceDigest: DIGEST,
    lockfileDigest: DIGEST,
    workflowBundleDigest: DIGEST,
    partitionBundleDigest: DIGEST,
  },
  environment: { digest: DIGEST, facts: { node: '20.20.2' } },
  rootSeed: 7,
  seed: '42',
  algorithm: 'ridge',
  parameters: { alpha: 1 },
  features: ['price'],
  trainedRows: 960,
  selection: null,
  candidates: [candidate('baseline', 9, false), candidate('ridge', 2.5, true)],
  scores: [{ scope: 'own', split: 'cv', metric: 'rmse', value: 2.5, because: null }],
  answer: { status: 'trained', verdict: 'own', model: DIGEST, blend: null },
  attempts: [],
  edges: [],
};

export const LINEAGE: ModelLineage = {
  model: DIGEST,
  blend: null,
  byteSize: 1234,
  places: [],
  makings: [MAKING],
  makingCount: 1,
  uses: [{ runId: 'run-1', partition: 'store=a', status: 'trained', verdict: 'own' }],
  useCount: 1,
};
