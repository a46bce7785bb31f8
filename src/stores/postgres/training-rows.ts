import type { Kysely } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import type { JsonObject } from '../../domain/json.ts';
import { digestJson } from '../../frame/digest.ts';
import type { PackMember } from '../objects/pack.ts';
import type { TrainedPartition } from '../run-records.ts';
import type { Database } from './database.ts';
import { insertFoldSelections } from './fold-selections.ts';
import type { KnownObject } from './objects.ts';
import { insertRows } from './rows.ts';
import type { StepIo } from './step-io.ts';

type Fitted = TrainedPartition & { readonly kind: 'trained' };

/** A batch's results as rows: facts as they came, and beside them what questions are asked about. */
export async function insertTraining(
  db: Kysely<Database>,
  runId: string,
  stepId: number,
  trained: readonly TrainedPartition[],
): Promise<void> {
  const fitted = trained.filter((one) => one.kind === 'trained');
  await insertTrainings(db, runId, stepId, trained);
  await insertParameters(db, fitted);
  await insertCandidates(db, runId, fitted);
  await insertSelections(db, runId, fitted);
  await insertFoldSelections(db, runId, trained);
  await insertModels(db, runId, fitted);
}

async function insertTrainings(
  db: Kysely<Database>,
  runId: string,
  stepId: number,
  trained: readonly TrainedPartition[],
): Promise<void> {
  await insertRows(
    db,
    'training',
    {
      run_id: 'uuid',
      partition_id: 'text',
      step_id: 'bigint',
      status: 'text',
      started_at: 'timestamptz',
      ms: 'duration_ms',
      log: 'text',
      facts: 'json',
      predictions_pack: 'digest',
      predictions_offset: 'bigint',
      predictions_length: 'bigint',
      reason: 'text',
      message: 'text',
      stack: 'text',
    },
    trained.map((one) => ({
      run_id: runId,
      partition_id: one.partitionId,
      step_id: stepId,
      status: one.kind,
      started_at: one.startedAt,
      ms: one.ms,
      log: one.log,
      facts: one.kind === 'trained' ? one.facts : null,
      predictions_pack: one.kind === 'trained' ? one.predictions.pack : null,
      predictions_offset: one.kind === 'trained' ? one.predictions.offset : null,
      predictions_length: one.kind === 'trained' ? one.predictions.length : null,
      reason: one.kind === 'failed' ? one.reason : null,
      message: one.kind === 'failed' ? one.message : null,
      stack: one.kind === 'failed' ? (one.stack ?? null) : null,
    })),
  );
}

/** Sorted like all shared rows, so that writers never wait for each other in a circle. */
async function insertParameters(db: Kysely<Database>, fitted: readonly Fitted[]): Promise<void> {
  const documents = new Map<Digest, JsonObject>();
  for (const { facts } of fitted) {
    for (const { parametersDigest, parameters } of facts.candidates)
      documents.set(parametersDigest, parameters);
    if (facts.model !== null)
      documents.set(digestJson(facts.model.parameters), facts.model.parameters);
  }
  await insertRows(
    db,
    'parameters',
    { digest: 'digest', document: 'json' },
    [...documents]
      .map(([digest, document]) => ({ digest, document }))
      .sort((a, b) => (a.digest < b.digest ? -1 : 1)),
  );
}

async function insertCandidates(
  db: Kysely<Database>,
  runId: string,
  fitted: readonly Fitted[],
): Promise<void> {
  await insertRows(
    db,
    'candidate',
    {
      run_id: 'uuid',
      partition_id: 'text',
      number: 'smallint',
      algorithm: 'text',
      parameters_digest: 'digest',
      seed: 'seed',
      status: 'text',
      because: 'text',
      cv: 'score',
      fold_scores: 'double precision[]',
      fit_ms: 'duration_ms',
      is_best: 'boolean',
    },
    fitted.flatMap(({ partitionId, facts }) =>
      facts.candidates.map((candidate, number) => ({
        run_id: runId,
        partition_id: partitionId,
        number,
        algorithm: candidate.algorithm,
        parameters_digest: candidate.parametersDigest,
        seed: candidate.seed,
        status: candidate.status,
        because: candidate.because ?? null,
        cv: candidate.cv.value,
        fold_scores: candidate.foldScores.map(({ value }) => value),
        fit_ms: candidate.fitMs,
        is_best: number === facts.best,
      })),
    ),
  );
}

async function insertSelections(
  db: Kysely<Database>,
  runId: string,
  fitted: readonly Fitted[],
): Promise<void> {
  await insertRows(
    db,
    'selection',
    { run_id: 'uuid', partition_id: 'text', method: 'text', kept: 'text[]', dropped: 'text[]' },
    fitted.map(({ partitionId, facts: { selection } }) => ({
      run_id: runId,
      partition_id: partitionId,
      method: selection.method,
      kept: selection.kept,
      dropped: selection.dropped.map(({ column }) => column),
    })),
  );
}

async function insertModels(
  db: Kysely<Database>,
  runId: string,
  fitted: readonly Fitted[],
): Promise<void> {
  const models = fitted.flatMap(({ partitionId, facts, model: place }) =>
    facts.model === null
      ? []
      : [
          {
            partitionId,
            best: facts.best,
            model: facts.model,
            place: requirePlace(place, partitionId),
          },
        ],
  );
  await insertRows(
    db,
    'object_location',
    { digest: 'digest', pack_digest: 'digest', byte_offset: 'bigint', byte_length: 'bigint' },
    models.map(({ model, place }) => ({
      digest: model.digest,
      pack_digest: place.pack,
      byte_offset: place.offset,
      byte_length: place.length,
    })),
  );
  await insertRows(
    db,
    'model',
    {
      run_id: 'uuid',
      partition_id: 'text',
      digest: 'digest',
      pack_digest: 'digest',
      candidate: 'smallint',
      algorithm: 'text',
      parameters_digest: 'digest',
      seed: 'seed',
      trained_rows: 'bigint',
      features: 'text[]',
    },
    models.map(({ partitionId, best, model, place }) => ({
      run_id: runId,
      partition_id: partitionId,
      digest: model.digest,
      pack_digest: place.pack,
      candidate: best,
      algorithm: model.algorithm,
      parameters_digest: digestJson(model.parameters),
      seed: model.seed,
      trained_rows: model.trainedRows,
      features: model.features,
    })),
  );
}

function requirePlace(place: PackMember | null, partitionId: string): PackMember {
  if (place === null) throw new RangeError(`The model of ${partitionId} has no bytes.`);
  return place;
}

/** The objects that a batch's rows refer to. A pack's size is where its last known member ends. */
export function objectsOf(trained: readonly TrainedPartition[]): readonly KnownObject[] {
  const packs = new Map<Digest, KnownObject>();
  const know = (kind: KnownObject['kind'], { pack, offset, length }: PackMember) => {
    const known = packs.get(pack);
    const byteSize = Math.max(known?.byteSize ?? 0, offset + length);
    // An executor puts models and predictions into one pack: that it holds models is what people ask for.
    const isOfModels = kind === 'model_pack' || known?.kind === 'model_pack';
    packs.set(pack, { digest: pack, kind: isOfModels ? 'model_pack' : kind, byteSize });
  };
  const members = trained.flatMap((one): KnownObject[] => {
    if (one.kind === 'failed') return [];
    const { facts, model, predictions } = one;
    know('prediction_pack', predictions);
    if (model !== null) know('model_pack', model);
    return [
      { digest: facts.features.digest, kind: 'features', byteSize: null },
      ...(facts.model === null
        ? []
        : [{ digest: facts.model.digest, kind: 'model', byteSize: facts.model.byteSize } as const]),
    ];
  });
  return [...packs.values(), ...members];
}

/** rows → features → (selection) → model, per partition; folds and packs once per batch. */
export function edgesOf(
  trained: readonly TrainedPartition[],
  data: { readonly rows: ReadonlyMap<string, Digest>; readonly folds: Digest },
  steps: { readonly features: number; readonly select: number; readonly train: number },
): readonly (StepIo & { readonly stepId: number })[] {
  const { features, select, train } = steps;
  const edges: (StepIo & { readonly stepId: number })[] = [
    { stepId: select, direction: 'in', role: 'folds', digest: data.folds },
    { stepId: train, direction: 'in', role: 'folds', digest: data.folds },
  ];
  for (const one of trained) {
    const { partitionId } = one;
    const rows = data.rows.get(partitionId);
    if (rows === undefined) throw new RangeError(`Partition ${partitionId} is not of this run.`);
    edges.push({ stepId: features, partitionId, direction: 'in', role: 'rows', digest: rows });
    if (one.kind === 'failed') continue;
    const { digest } = one.facts.features;
    edges.push(
      { stepId: features, partitionId, direction: 'out', role: 'features', digest },
      { stepId: train, partitionId, direction: 'in', role: 'features', digest },
      {
        stepId: train,
        partitionId,
        direction: 'out',
        role: 'predictions',
        digest: one.predictions.pack,
      },
    );
    if (one.facts.model === null) continue;
    const model = one.facts.model.digest;
    edges.push({ stepId: train, partitionId, direction: 'out', role: 'model', digest: model });
  }
  return edges;
}
