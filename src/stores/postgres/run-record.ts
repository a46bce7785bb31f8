import type { Kysely } from 'kysely';
import type { RunRecord } from '../run-records.ts';
import type { Database } from './database.ts';

/** Runs with everything that a `RunRecord` tells, to be narrowed and ordered. */
export function selectRuns(db: Kysely<Database>) {
  return db
    .selectFrom('run')
    .innerJoin('experiment', 'experiment.id', 'run.experiment_id')
    .innerJoin('spec', 'spec.digest', 'run.spec_digest')
    .innerJoin('code_version', 'code_version.digest', 'run.code_digest')
    .leftJoin('run_snapshot', 'run_snapshot.run_id', 'run.id')
    .leftJoin('snapshot', 'snapshot.id', 'run_snapshot.snapshot_id')
    .leftJoin('run_plan', 'run_plan.run_id', 'run.id')
    .leftJoin('run_report', 'run_report.run_id', 'run.id')
    .leftJoin('deleted_run', 'deleted_run.run_id', 'run.id')
    .select([
      'run.id',
      'experiment.name as experiment',
      'run.status',
      'spec.document as spec',
      'run.spec_digest',
      'run.workflow_id',
      'run.base_folder',
      'run.requested_by',
      'run.mode',
      'run.origin_run_id',
      'run.reuse',
      'run.again',
      'code_version.partition_bundle_digest',
      'run.created_at',
      'run.started_at',
      'run.ended_at',
      'run.error',
      'run.error_kind',
      'snapshot.digest as snapshot_digest',
      'run_snapshot.file_digest',
      'run_snapshot.columns',
      'snapshot.row_count',
      'snapshot.partition_count',
      'run_snapshot.excluded',
      'run_snapshot.source as snapshot_source',
      'run_snapshot.cutoffs',
      'run_snapshot.warnings as snapshot_warnings',
      'run_plan.classes',
      'run_plan.folds_digest',
      'run_plan.warnings as plan_warnings',
      'run_report.html_digest',
      'run_report.json_digest',
      'deleted_run.kind as deletion',
    ]);
}

type RunRow = Awaited<ReturnType<ReturnType<typeof selectRuns>['executeTakeFirstOrThrow']>>;

export function runFromRow(row: RunRow): RunRecord {
  return {
    runId: row.id,
    experiment: row.experiment,
    status: row.status,
    spec: row.spec,
    specDigest: row.spec_digest,
    workflowId: row.workflow_id,
    baseFolder: row.base_folder,
    requestedBy: row.requested_by,
    origin: originFromRow(row),
    reuse: row.reuse,
    partitionBundle: row.partition_bundle_digest,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    error: row.error,
    errorKind: row.error_kind,
    snapshot: snapshotFromRow(row),
    plan: planFromRow(row),
    report:
      row.html_digest === null || row.json_digest === null
        ? null
        : { html: row.html_digest, json: row.json_digest },
    // A run that was restored is in no row of the view.
    deletion: row.deletion === 'restore' ? null : row.deletion,
  };
}

/** What goes with which mode is checked by the table. */
function originFromRow({ mode, origin_run_id: runId, again }: RunRow): RunRecord['origin'] {
  if (mode === 'fresh' || runId === null) return null;
  if (mode === 'reproduce' || mode === 'drifted') return { mode, runId };
  if (again === null) throw new RangeError('A retry does not say what to fit again.');
  return { mode, runId, again };
}

/** Columns of a left join: all there, or none. */
function snapshotFromRow(row: RunRow): RunRecord['snapshot'] {
  const { snapshot_digest, file_digest, columns, row_count, partition_count, excluded } = row;
  const { snapshot_source: source } = row;
  if (
    snapshot_digest === null ||
    file_digest === null ||
    columns === null ||
    row_count === null ||
    partition_count === null ||
    excluded === null ||
    source === null
  ) {
    return null;
  }
  return {
    digest: snapshot_digest,
    parquet: file_digest,
    columns,
    rowCount: row_count,
    partitionCount: partition_count,
    excluded,
    source,
    cutoffs: row.cutoffs ?? [],
    warnings: row.snapshot_warnings ?? [],
  };
}

function planFromRow(row: RunRow): RunRecord['plan'] {
  const { classes, folds_digest, plan_warnings } = row;
  if (classes === null || folds_digest === null || plan_warnings === null) return null;
  return { classes, folds: folds_digest, warnings: plan_warnings };
}
