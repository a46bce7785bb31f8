import { dirname } from 'node:path';
import { Failure, isFailure } from '../domain/failure.ts';
import { comparePartitions } from '../domain/partition.ts';
import { type Pair, type PairedPartition, pairPartitions } from '../engines/compare-snapshots.ts';
import { type DriftComparison, withJudgedDrift } from '../engines/judged-drift.ts';
import { columnsRead } from '../partition/columns-read.ts';
import { comparedColumns } from '../partition/drift/compared-columns.ts';
import { DriftJudge, type DriftLimits, type HeldOut } from '../partition/drift/judge-drift.ts';
import { answerFor } from '../partition/model-set.ts';
import { partitionRef } from '../partition/partition-function.ts';
import type { SnapshotColumn } from '../sources/snapshot.ts';
import type { Source } from '../spec/source.ts';
import type { Spec, TableSpec } from '../spec/spec.ts';
import type { RunRecord, SnapshotRecord } from '../stores/run-store.ts';
import { modelInputs, routeOf, specOver } from './answer-routes.ts';
import type { OperationContext } from './context.ts';
import { refuseDeleted } from './deleted-run.ts';
import { driftedPartitions, type FoundDrift, summaryOf } from './drifted-partitions.ts';
import { fileKind } from './file-kind.ts';
import { heldOutScores } from './held-out.ts';
import { type ServedModels, servedModels } from './model-set.ts';
import { type PassingSnapshot, passingRows, withSnapshot } from './passing-snapshot.ts';

export type DriftRequest = DriftLimits & {
  /** A run's id, or a unique prefix of it. */
  readonly run: string;
  /** A file by its path; absent: the run's own source, as it is now. */
  readonly data?: string | Source;
};

type Context = Pick<
  OperationContext,
  'runs' | 'facts' | 'quarantine' | 'objects' | 'engineFor' | 'snapshotRequest' | 'takeSnapshot'
>;

/**
 * Reads new data as training read them, compares each partition with the same one of the run's snapshot, and, where
 * the data have labels, the score of who answers for it with what the run's holdout said, and lends what was found to
 * `use`. Throws `Failure('conflict')` before the run has read its source.
 */
export async function findDrift<Result>(
  context: Context,
  request: DriftRequest,
  use: (found: FoundDrift) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const run = await context.runs.run(request.run);
  refuseDeleted(run);
  const { snapshot: trained } = run;
  if (trained === null)
    throw new Failure(
      'conflict',
      `Run ${run.runId} is ${run.status} and has read no data yet: there is nothing to compare with.`,
    );
  const { spec, baseFolder } = newDataOf(run, trained.columns, request.data);
  const source = {
    ...context.snapshotRequest(withoutTarget(spec), baseFolder),
    trained: trained.columns,
  };
  return withSnapshot(
    context,
    source,
    async (rows, stop) => {
      const comparing = { run, trained, spec, rows, scratchFolder: source.outputFolder };
      const limits = { rate: request.rate, psi: request.psi };
      return compareAll(context, { ...comparing, limits }, use, stop);
    },
    signal,
  );
}

function newDataOf(
  { spec, baseFolder }: RunRecord,
  trained: readonly SnapshotColumn[],
  data: DriftRequest['data'],
): { readonly spec: Spec; readonly baseFolder: string } {
  if (typeof data === 'string')
    return {
      spec: specOver(spec, trained, { kind: fileKind(data), path: data }),
      baseFolder: dirname(data),
    };
  return { spec: specOver(spec, trained, data ?? spec.data.source), baseFolder };
}

/** Target and weight are left out of what is to be scored; here they are columns like others. */
function withoutTarget(spec: Spec): TableSpec {
  const { target: _target, columns, ...table } = spec;
  const { weight: _weight, ...others } = columns;
  return { ...table, columns: others };
}

type Comparing = {
  readonly run: RunRecord;
  readonly trained: SnapshotRecord;
  readonly spec: Spec;
  readonly rows: PassingSnapshot;
  readonly scratchFolder: string;
  readonly limits: DriftLimits;
};

async function compareAll<Result>(
  context: Context,
  comparing: Comparing,
  use: (found: FoundDrift) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const { run, trained, rows, limits } = comparing;
  const { snapshot } = rows;
  const before = await context.runs.snapshotPartitions(run.runId);
  const pairs = pairPartitions(before, snapshot.partitions);
  const both = pairs.both.toSorted((a, b) => comparePartitions(a.current.text, b.current.text));
  const columns = comparedColumns(run.spec, trained.columns, snapshot.columns);
  const scoring = await scoringOf(context, comparing);
  const asked = { pairs: both, columns: columns.names, scoring };
  const comparison = await comparisonOf(context, comparing, asked);
  const judge = new DriftJudge(run.spec.metric, limits);
  const engine = await context.engineFor(comparing.spec);
  return withJudgedDrift(
    engine,
    comparison,
    judge,
    async (judged) => {
      const partitions = () => driftedPartitions({ ...pairs, both }, judged);
      const drift = {
        runId: run.runId,
        experiment: run.experiment,
        metric: run.spec.metric,
        ...limits,
        reference: { snapshot: trained.digest, rows: trained.rowCount },
        current: {
          source: `${snapshot.source.kind} ${snapshot.source.location}`,
          snapshot: snapshot.digest,
          rows: snapshot.rowCount,
        },
        tests: judge.tests,
        ...(await summaryOf(partitions(), columns.names)),
        notCompared: columns.notCompared,
        notScored: scoring.because,
      };
      return use({ drift, partitions });
    },
    signal,
  );
}

type Scoring = { readonly served: ServedModels | null; readonly because: string | null };

/** Which models are scored on the new rows, or why none are. */
async function scoringOf(
  context: Context,
  { run, rows: { snapshot } }: Comparing,
): Promise<Scoring> {
  const none = (because: string) => ({ served: null, because });
  const { spec } = run;
  if (spec.forecast !== undefined)
    return none('A forecast is judged by its backtest, not on single rows.');
  const needed = [spec.target.column, spec.columns.weight].filter((name) => name !== undefined);
  const missing = needed.find((name) => snapshot.columns.every((column) => column.name !== name));
  if (missing !== undefined) return none(`The new data have no column \`${missing}\`.`);
  try {
    return { served: await servedModels(context, run.runId), because: null };
  } catch (error) {
    if (isFailure(error)) return none(error.message);
    throw error;
  }
}

/** What the run's holdout said of who answers for a partition now; null: nothing. */
async function heldOutBy(
  { runs }: Pick<Context, 'runs'>,
  { runId }: RunRecord,
  { served }: Scoring,
): Promise<(pair: Pair) => HeldOut | null> {
  if (served === null) return () => null;
  const { models } = served;
  const scores = await heldOutScores(runs, runId, (text) => answerFor(text, models).member);
  return ({ current }) => scores.get(current.text) ?? null;
}

type Asked = {
  readonly pairs: readonly Pair[];
  readonly columns: readonly string[];
  readonly scoring: Scoring;
};

async function comparisonOf(
  context: Context,
  { run, trained, spec, rows, scratchFolder }: Comparing,
  { pairs, columns, scoring }: Asked,
): Promise<DriftComparison> {
  const { served } = scoring;
  const paired = ({ reference, current }: Pair): PairedPartition => {
    const member = served === null ? null : routeOf(current, served.models).member;
    return {
      reference: partitionRef(reference),
      current: partitionRef(current),
      models: member === null ? [] : modelInputs(member, context.objects),
      weights: member === null ? [] : member.parts.map(({ weight }) => weight),
    };
  };
  const path = context.objects.path(trained.parquet);
  const { limits } = passingRows(spec, rows, columns);
  const read = served === null ? columns : columnsRead(rows.snapshot.columns, spec);
  return {
    reference: { snapshot: { digest: trained.digest, path }, columns, limits },
    current: passingRows(spec, rows, read),
    pairs,
    paired,
    holdout: await heldOutBy(context, run, scoring),
    target: run.spec.target.column,
    scoring:
      served === null ? null : { spec: run.spec, task: spec.target.task, classes: served.classes },
    scratchFolder,
  };
}
