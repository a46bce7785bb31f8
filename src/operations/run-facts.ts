import { displayPartition, GLOBAL_TEXT, parsePartitionText } from '../domain/partition.ts';
import { isTerminal, STAGES, type Stage } from '../domain/run.ts';
import { refuseDeleted } from '../stores/deleted-run.ts';
import type {
  AttemptRecord,
  CellsQuery,
  FailureGroup,
  PartitionCell,
  PartitionState,
  StageRecord,
} from '../stores/run-facts.ts';
import { GLOBAL_PARTITION, type PartitionRecord, type RunRecord } from '../stores/run-store.ts';
import type { OperationContext } from './context.ts';
import { runState } from './run-state.ts';
import type { RunState } from './services.ts';

/** A run with how it stands and how long its stages took (milliseconds). */
export type RunDetail = RunRecord & {
  readonly state: RunState;
  readonly timings: { readonly [stage: string]: number };
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

/** What people look at while a run goes on and afterwards. A run is named by its id or a unique prefix. */
export interface RunFacts {
  run(run: string): Promise<RunDetail>;
  /** What is stored of a run that may be counted on. Throws `Failure('conflict')` for one that was deleted. */
  kept(run: string): Promise<RunRecord>;
  /** In the order of the work. */
  stages(run: string): Promise<readonly StageFacts[]>;
  partitions(run: string, query: CellsQuery): Promise<readonly NamedCell[]>;
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
      })),
    kept: (id) =>
      withRun(id, async (_, run) => {
        refuseDeleted(run);
        return run;
      }),
    stages: (id) => withRun(id, stagesOf),
    partitions: (id, query) =>
      withRun(id, async ({ facts }, { runId }) =>
        (await facts.partitionCells(runId, query)).map((cell) => ({
          ...cell,
          name: displayPartition(parsePartitionText(cell.text), cell.text),
        })),
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
