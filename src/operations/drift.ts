import { dirname } from 'node:path';
import { Failure } from '../domain/failure.ts';
import { comparePartitions } from '../domain/partition.ts';
import { type Pair, pairPartitions } from '../engines/compare-snapshots.ts';
import { type DriftComparison, withJudgedDrift } from '../engines/judged-drift.ts';
import { columnsRead } from '../partition/columns-read.ts';
import { comparedColumns } from '../partition/drift/compared-columns.ts';
import { DriftJudge, type DriftLimits } from '../partition/drift/judge-drift.ts';
import { driftScoring, scoredBy } from '../serving/drift-scoring.ts';
import type { ServedModels } from '../serving/model-set.ts';
import type { SnapshotColumn } from '../sources/snapshot.ts';
import type { Source } from '../spec/source.ts';
import type { Spec, TableSpec } from '../spec/spec.ts';
import { refuseDeleted } from '../stores/deleted-run.ts';
import type { RunRecord, SnapshotRecord } from '../stores/run-records.ts';
import type { OperationContext } from './context.ts';
import { driftedPartitions, type FoundDrift, summaryOf } from './drifted-partitions.ts';
import { fileKind } from './file-kind.ts';
import { type PassingSnapshot, passingRows, withSnapshot } from './passing-snapshot.ts';
import { specOver } from './scoring-spec.ts';

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
  const { served, because: notScored } = await scoredBy(context, run, snapshot.columns);
  const asked = { pairs: both, columns: columns.names, served };
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
        notScored,
      };
      return use({ drift, partitions });
    },
    signal,
  );
}

type Asked = {
  readonly pairs: readonly Pair[];
  readonly columns: readonly string[];
  readonly served: ServedModels | null;
};

async function comparisonOf(
  context: Context,
  { run, trained, spec, rows, scratchFolder }: Comparing,
  { pairs, columns, served }: Asked,
): Promise<DriftComparison> {
  const path = await context.objects.path(trained.parquet);
  const { limits } = passingRows(spec, rows, columns);
  const read = served === null ? columns : columnsRead(rows.snapshot.columns, spec);
  return {
    ...(await driftScoring(context, run, served)),
    reference: { snapshot: { digest: trained.digest, path }, columns, limits },
    current: passingRows(spec, rows, read),
    pairs,
    target: run.spec.target.column,
    scratchFolder,
  };
}
