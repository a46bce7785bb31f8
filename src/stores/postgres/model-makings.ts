import type { Kysely } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import type { Scope } from '../../domain/run.ts';
import type { LineageCandidate, LineageEdge, ModelMaking } from '../lineage-store.ts';
import type { CodeVersion } from '../run-records.ts';
import { blendsOf } from './blends.ts';
import type { Database } from './database.ts';
import { GLOBAL_ORDINAL } from './partition-record.ts';

/** Every (run, partition) that made the model, the newest run first. */
export async function makingsOf(
  db: Kysely<Database>,
  model: Digest,
  limit: number,
): Promise<readonly ModelMaking[]> {
  const rows = await selectMakings(db)
    .where('model.digest', '=', model)
    .orderBy('model.run_id', 'desc')
    .orderBy('run_partition.ordinal')
    .limit(limit)
    .execute();
  return Promise.all(rows.map((row) => makingFromRow(db, row)));
}

export const CODE_COLUMNS = [
  'code_version.git_commit',
  'code_version.dirty',
  'code_version.source_digest',
  'code_version.lockfile_digest',
  'code_version.workflow_bundle_digest',
  'code_version.partition_bundle_digest',
] as const;

export function codeFromRow(row: Omit<Database['code_version'], 'digest'>): CodeVersion {
  return {
    gitCommit: row.git_commit,
    dirty: row.dirty,
    sourceDigest: row.source_digest,
    lockfileDigest: row.lockfile_digest,
    workflowBundleDigest: row.workflow_bundle_digest,
    partitionBundleDigest: row.partition_bundle_digest,
  };
}

/** A model with its run, data, code and environment: question Q1 of every auditor. */
function selectMakings(db: Kysely<Database>) {
  return db
    .selectFrom('model')
    .innerJoin('parameters', 'parameters.digest', 'model.parameters_digest')
    .innerJoin('training', (join) =>
      join
        .onRef('training.run_id', '=', 'model.run_id')
        .onRef('training.partition_id', '=', 'model.partition_id'),
    )
    .innerJoin('run_partition', (join) =>
      join
        .onRef('run_partition.run_id', '=', 'model.run_id')
        .onRef('run_partition.partition_id', '=', 'model.partition_id'),
    )
    .innerJoin('run', 'run.id', 'model.run_id')
    .innerJoin('experiment', 'experiment.id', 'run.experiment_id')
    .innerJoin('code_version', 'code_version.digest', 'run.code_digest')
    .innerJoin('environment', 'environment.digest', 'run.environment_digest')
    .innerJoin('run_snapshot', 'run_snapshot.run_id', 'run.id')
    .innerJoin('snapshot', 'snapshot.id', 'run_snapshot.snapshot_id')
    .innerJoin('run_plan', 'run_plan.run_id', 'run.id')
    .select([
      'model.digest as model',
      'model.run_id',
      'model.partition_id',
      'model.algorithm',
      'model.seed',
      'model.features',
      'model.trained_rows',
      'parameters.document as parameters',
      'training.step_id',
      'training.origin_run_id',
      'run_partition.ordinal',
      'run_partition.text',
      'run_partition.digest as rows_digest',
      'run_partition.row_count',
      'run.status',
      'run.requested_by',
      'run.created_at',
      'run.not_reproducible',
      'run.spec_digest',
      'run.root_seed',
      'experiment.name as experiment',
      ...CODE_COLUMNS,
      'environment.digest as environment_digest',
      'environment.facts as environment_facts',
      'run_snapshot.source',
      'snapshot.digest as snapshot_digest',
      'snapshot.schema_digest',
      'run_plan.folds_digest',
    ]);
}

type MakingRow = Awaited<ReturnType<ReturnType<typeof selectMakings>['executeTakeFirstOrThrow']>>;

function scopeOf(ordinal: number): Scope {
  if (ordinal === GLOBAL_ORDINAL) return 'global';
  return ordinal < GLOBAL_ORDINAL ? 'parent' : 'own';
}

async function makingFromRow(db: Kysely<Database>, row: MakingRow): Promise<ModelMaking> {
  return {
    model: row.model,
    runId: row.run_id,
    experiment: row.experiment,
    status: row.status,
    requestedBy: row.requested_by,
    createdAt: row.created_at,
    origin: row.origin_run_id,
    notReproducible: row.not_reproducible,
    scope: scopeOf(row.ordinal),
    partitionId: row.partition_id,
    partition: row.text,
    spec: row.spec_digest,
    data: {
      rows: row.rows_digest,
      rowCount: row.row_count,
      snapshot: row.snapshot_digest,
      schema: row.schema_digest,
      source: row.source,
      folds: row.folds_digest,
    },
    code: codeFromRow(row),
    environment: { digest: row.environment_digest, facts: row.environment_facts },
    rootSeed: row.root_seed,
    seed: row.seed,
    algorithm: row.algorithm,
    parameters: row.parameters,
    features: row.features,
    trainedRows: row.trained_rows,
    selection: await selectionOf(db, row),
    candidates: await candidatesOf(db, row),
    scores: await scoresOf(db, row),
    answer: await answerFor(db, row),
    attempts: await attemptsAt(db, row.step_id),
    edges: await edgesOf(db, row),
  };
}

type Making = { readonly run_id: string; readonly partition_id: string };

async function selectionOf(
  db: Kysely<Database>,
  making: Making,
): Promise<ModelMaking['selection']> {
  const row = await db
    .selectFrom('selection')
    .leftJoin('fold_selection', (join) =>
      join
        .onRef('fold_selection.run_id', '=', 'selection.run_id')
        .onRef('fold_selection.partition_id', '=', 'selection.partition_id'),
    )
    .select(['method', 'kept', 'dropped', 'fold_selection.origin_run_id as origin'])
    .where('selection.run_id', '=', making.run_id)
    .where('selection.partition_id', '=', making.partition_id)
    .executeTakeFirst();
  return row ?? null;
}

async function candidatesOf(
  db: Kysely<Database>,
  making: Making,
): Promise<readonly LineageCandidate[]> {
  const rows = await db
    .selectFrom('candidate')
    .innerJoin('parameters', 'parameters.digest', 'candidate.parameters_digest')
    .selectAll('candidate')
    .select('parameters.document as parameters')
    .where('run_id', '=', making.run_id)
    .where('partition_id', '=', making.partition_id)
    .orderBy('number')
    .execute();
  return rows.map((row) => ({
    algorithm: row.algorithm,
    parameters: row.parameters,
    seed: row.seed,
    status: row.status,
    because: row.because,
    cv: row.cv,
    foldScores: row.fold_scores,
    isBest: row.is_best,
  }));
}

async function scoresOf(db: Kysely<Database>, making: Making): Promise<ModelMaking['scores']> {
  return db
    .selectFrom('metric')
    .select(['scope', 'split', 'name as metric', 'value', 'because'])
    .where('run_id', '=', making.run_id)
    .where('partition_id', '=', making.partition_id)
    .orderBy('scope', 'desc')
    .orderBy('split')
    .execute();
}

async function answerFor(db: Kysely<Database>, making: Making): Promise<ModelMaking['answer']> {
  const row = await db
    .selectFrom('choice')
    .select(['status', 'verdict', 'model_digest as model'])
    .where('run_id', '=', making.run_id)
    .where('partition_id', '=', making.partition_id)
    .executeTakeFirst();
  if (row === undefined) return null;
  const blends = await blendsOf(db, making.run_id, [making.partition_id]);
  return { ...row, blend: blends.get(making.partition_id)?.parts ?? null };
}

async function attemptsAt(db: Kysely<Database>, stepId: number): Promise<ModelMaking['attempts']> {
  return db
    .selectFrom('step_attempt')
    .select(['attempt', 'worker', 'outcome', 'started_at as startedAt', 'ended_at as endedAt'])
    .where('step_id', '=', stepId)
    .orderBy('id')
    .execute();
}

/** Of the steps features, select and train of its batch: the partition's own edges, and those of the whole batch. */
async function edgesOf(
  db: Kysely<Database>,
  making: Making & { readonly step_id: number },
): Promise<readonly LineageEdge[]> {
  return db
    .selectFrom('step as train')
    .innerJoin('step', (join) =>
      join
        .onRef('step.run_id', '=', 'train.run_id')
        .onRef('step.scope', '=', 'train.scope')
        .onRef('step.batch', '=', 'train.batch')
        .on('step.stage', 'in', ['features', 'select', 'train']),
    )
    .innerJoin('step_io', 'step_io.step_id', 'step.id')
    .select(['step.stage', 'step_io.direction', 'step_io.role', 'step_io.digest'])
    .where('train.id', '=', making.step_id)
    .where((where) =>
      where.or([
        where('step_io.partition_id', '=', making.partition_id),
        where('step_io.partition_id', 'is', null),
      ]),
    )
    .orderBy('step.stage')
    .orderBy('step_io.direction')
    .orderBy('step_io.role')
    .execute();
}
