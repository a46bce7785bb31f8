import { displayPartition, GLOBAL_TEXT, parsePartitionText } from '../domain/partition.ts';
import { isTerminal, STAGES, type Stage } from '../domain/run.ts';
import { workflowPage } from '../embedded/temporal.ts';
import { refuseDeleted } from '../stores/deleted-run.ts';
import type {
  AttemptRecord,
  CellsQuery,
  FailureGroup,
  PartitionCell,
  PartitionState,
  StageRecord,
} from '../stores/run-facts.ts';
import { GLOBAL_PARTITION, type PartitionRecord, type RunRecord } from '../stores/run-records.ts';
import type { OperationContext } from './context.ts';
import type { RunState } from './requests.ts';
import { runState } from './run-state.ts';

/** A run with how it stands and how long its stages took (milliseconds). */
export type RunDetail = RunRecord & {
  readonly state: RunState;
  readonly timings: { readonly [stage: string]: number };
  /** The metric on all holdout rows, each by the model that answers for it; null before it is known. */
  readonly served: number | null;
  /** The run on Temporal's own pages; null when Temporal is not ours. */
  readonly temporalUi: string | null;
};

export type StageFacts = {
  readonly stage: Stage;
  /** `stopped`: the run ended in it; `skipped`: before it. */
  readonly state: 'waiting' | 'running' | 'done' | 'stopped' | 'skipped';
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly done: number;
  /** Null: not planned yet. */
  readonly total: number | null;
  readonly attempts: number;
};

/** `name`: what people see, the bare value where the key is one column. */
export type NamedCell = PartitionCell & { readonly name: string };

/** `before`: what it was in another run; null: it was not there. */
export type ComparedCell = NamedCell & { readonly before: NamedCell | null };

/** What people look at while a run goes on and afterwards. A run is named by its id or a unique prefix. */
export interface RunFacts {
  run(run: string): Promise<RunDetail>;
  /** What is stored of a run that may be counted on. Throws `Failure('conflict')` for one that was deleted. */
  kept(run: string): Promise<RunRecord>;
  /** In the order of the work. */
  stages(run: string): Promise<readonly StageFacts[]>;
  partitions(run: string, query: CellsQuery): Promise<readonly NamedCell[]>;
  /** A page of the partitions of `other`, each beside what it was in `run`; `isNew`: only those that `run` has not. */
  comparedPartitions(
    run: string,
    other: string,
    page: Pick<CellsQuery, 'after' | 'limit'> & { readonly isNew?: boolean },
  ): Promise<readonly ComparedCell[]>;
  partitionStates(run: string): Promise<{ readonly [state in PartitionState]?: number }>;
  /** By id, or `global` for the model without partition. Throws `Failure('not-found')`. */
  partition(run: string, partitionId: string): Promise<PartitionRecord>;
  attempts(
    run: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly AttemptRecord[]>;
  failures(run: string): Promise<readonly FailureGroup[]>;
}

/** The facts of runs, each read when it is asked for. */
export function runFacts(
  act: <R>(work: (on: OperationContext) => Promise<R>) => Promise<R>,
): RunFacts {
  const withRun = <Result>(
    id: string,
    work: (on: OperationContext, run: RunRecord) => Promise<Result>,
  ) => act(async (on) => work(on, await on.runs.run(id)));
  return {
    run: (id) =>
      withRun(id, async (on, run) => ({
        ...run,
        state: await runState(on, run.runId),
        timings: await on.runs.timings(run.runId),
        served: (await on.runs.totals(run.runId)).totals?.served?.holdout.value ?? null,
        temporalUi: on.temporalUi === null ? null : workflowPage(on.temporalUi, run.workflowId),
      })),
    kept: (id) =>
      withRun(id, async (_, run) => {
        refuseDeleted(run);
        return run;
      }),
    stages: (id) => withRun(id, stagesOf),
    partitions: (id, query) =>
      withRun(id, ({ facts }, { runId }) => namedCells(facts, runId, query)),
    comparedPartitions: (id, other, page) =>
      withRun(id, async (on, { runId }) =>
        comparedCells(on.facts, [runId, (await on.runs.run(other)).runId], page),
      ),
    partitionStates: (id) => withRun(id, ({ facts }, { runId }) => facts.partitionStates(runId)),
    partition: (id, partitionId) =>
      withRun(id, async (on, run) =>
        partitionId === GLOBAL_PARTITION
          ? globalRecord(on, run)
          : on.runs.partition(run.runId, await on.facts.partitionText(run.runId, partitionId)),
      ),
    attempts: (id, page) => withRun(id, ({ facts }, { runId }) => facts.attempts(runId, page)),
    failures: (id) => withRun(id, ({ facts }, { runId }) => facts.failures(runId)),
  };
}

async function namedCells(
  facts: OperationContext['facts'],
  runId: string,
  query: CellsQuery,
): Promise<readonly NamedCell[]> {
  return (await facts.partitionCells(runId, query)).map((cell) => ({
    ...cell,
    name: displayPartition(parsePartitionText(cell.text), cell.text),
  }));
}

async function comparedCells(
  facts: OperationContext['facts'],
  [runId, other]: readonly [string, string],
  { isNew = false, ...page }: Parameters<RunFacts['comparedPartitions']>[2],
): Promise<readonly ComparedCell[]> {
  const missingIn = isNew ? runId : undefined;
  const cells = await namedCells(facts, other, { ...page, missingIn });
  if (isNew) return cells.map((cell) => ({ ...cell, before: null }));
  const ids = cells.map(({ partitionId }) => partitionId);
  const earlier = await namedCells(facts, runId, { after: -1, limit: ids.length + 1, ids });
  const before = new Map(earlier.map((cell) => [cell.partitionId, cell]));
  return cells.map((cell) => ({ ...cell, before: before.get(cell.partitionId) ?? null }));
}

async function stagesOf(on: OperationContext, run: RunRecord): Promise<readonly StageFacts[]> {
  const [records, batches, state, isGlobalTakenOver] = await Promise.all([
    on.facts.stageRecords(run.runId),
    on.facts.batchCounts(run.runId),
    runState(on, run.runId),
    on.facts.isTakenOver(run.runId, GLOBAL_PARTITION),
  ]);
  const isConditioned = records.some(({ stage }) => stage === 'condition');
  const fitsGlobal = run.spec.global.enabled && !isGlobalTakenOver;
  return STAGES.map((stage) => {
    const record = records.find((one) => one.stage === stage);
    const total = isInTraining(stage)
      ? trainingTotal(isConditioned, batches, fitsGlobal)
      : totalOf(stage, batches);
    return {
      stage,
      state: stageState(record, total, isWorkedOn(stage, state.stage), run),
      startedAt: record?.startedAt ?? null,
      endedAt: record?.endedAt ?? null,
      done: record?.done ?? 0,
      total,
      attempts: record?.attempts ?? 0,
    };
  });
}

/** Features and selection happen inside the batches of training. */
function isInTraining(stage: Stage): boolean {
  return stage === 'train' || stage === 'features' || stage === 'select';
}

/** The model without partition is one step more. */
function trainingTotal(
  isConditioned: boolean,
  batches: { readonly [stage: string]: number },
  fitsGlobal: boolean,
): number | null {
  return isConditioned ? (batches['train'] ?? 0) + (fitsGlobal ? 1 : 0) : null;
}

function totalOf(stage: Stage, batches: { readonly [stage: string]: number }): number | null {
  return stage === 'profile' || stage === 'evaluate' ? (batches[stage] ?? null) : 1;
}

function isWorkedOn(stage: Stage, live: Stage | null): boolean {
  return stage === live || (live === 'train' && isInTraining(stage));
}

function stageState(
  record: StageRecord | undefined,
  total: number | null,
  isLive: boolean,
  { status }: RunRecord,
): StageFacts['state'] {
  if (total !== null && (record?.done ?? 0) >= total) return 'done';
  if (isTerminal(status)) return record === undefined ? 'skipped' : 'stopped';
  return isLive || record !== undefined ? 'running' : 'waiting';
}

/** The model without partition as if it were one. */
async function globalRecord({ runs }: OperationContext, run: RunRecord): Promise<PartitionRecord> {
  const { global, totals } = await runs.totals(run.runId);
  return {
    partitionId: GLOBAL_PARTITION,
    text: GLOBAL_TEXT,
    key: {},
    rows: run.snapshot?.rowCount ?? 0,
    decision: { kind: 'train' },
    ranges: [],
    digest: run.snapshot?.digest ?? run.specDigest,
    profile: null,
    trained: await runs.globalTraining(run.runId),
    evaluated: global ?? {
      own: totals?.globalEverywhere ?? null,
      global: null,
      comparison: null,
      plots: totals?.globalPlots ?? null,
    },
    chosen: null,
  };
}
