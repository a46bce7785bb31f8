import { askedTask, type Metric } from '../domain/metric.ts';
import type { PartitionRow, RunResult } from '../domain/result.ts';
import type { JudgedScore } from '../partition/drift/judge-drift.ts';
import type { SideScores } from '../partition/evaluate-facts.ts';
import type { TotalsFacts } from '../partition/totals-facts.ts';
import { coverageWarnings } from '../report/interval-coverage.ts';
import { numberText } from '../report/number-text.ts';
import { trainFacts } from '../report/partition-row.ts';
import { budgetWarnings } from '../report/search-note.ts';
import type { PartitionRecord, RunRecord } from '../stores/run-records.ts';
import type { RunStore } from '../stores/run-store.ts';
import type { OperationContext } from './context.ts';
import { writeReportPage } from './report.ts';
import { globalRow, partitionRow, scoreValues, searchNotes } from './result-rows.ts';

/** A run as `run --json` prints it; its report is put where `report` says. */
export async function runResult(
  context: Pick<OperationContext, 'runs' | 'objects' | 'reportsFolder'>,
  id: string,
): Promise<RunResult> {
  const run = await context.runs.run(id);
  const partitions: PartitionRow[] = [];
  const tally = new Tally();
  for await (const row of resultRows(context.runs, run, tally)) partitions.push(row);
  return {
    ...beforeRows(run),
    partitions,
    ...(await afterRows(context.runs, run, tally)),
    report: await writeReportPage(context, run),
  };
}

/** Rows in one piece of the text. */
const ROWS_AT_ONCE = 100;

/**
 * The same as JSON text, piece by piece while the rows are read: a list of any length takes the memory of some rows. No
 * page is written for it, and its `report` is null.
 */
export async function resultText(
  { runs }: Pick<OperationContext, 'runs'>,
  id: string,
): Promise<AsyncIterable<string>> {
  return piecesOf(runs, await runs.run(id));
}

async function* piecesOf(runs: RunStore, run: RunRecord): AsyncGenerator<string> {
  yield `${JSON.stringify(beforeRows(run)).slice(0, -1)},"partitions":[`;
  const tally = new Tally();
  let texts: string[] = [];
  let separator = '';
  for await (const row of resultRows(runs, run, tally)) {
    texts.push(JSON.stringify(row));
    if (texts.length < ROWS_AT_ONCE) continue;
    yield separator + texts.join(',');
    separator = ',';
    texts = [];
  }
  if (texts.length > 0) yield separator + texts.join(',');
  const after = { ...(await afterRows(runs, run, tally)), report: null };
  yield `],${JSON.stringify(after).slice(1)}`;
}

type BeforeRows = Omit<RunResult, keyof AfterRows | 'partitions' | 'report'>;
type AfterRows = Pick<
  RunResult,
  'parents' | 'global' | 'totals' | 'warnings' | 'timings' | 'counts'
>;

function beforeRows(run: RunRecord): BeforeRows {
  return {
    runId: run.runId,
    experiment: run.experiment,
    status: run.status,
    error: run.error,
    errorKind: run.errorKind,
    spec: run.specDigest,
    origin: run.origin === null ? null : { runId: run.origin.runId, mode: run.origin.mode },
    snapshot: run.snapshot?.digest ?? null,
    engine: run.spec.engine.kind,
    task: askedTask(run.spec),
    metric: run.spec.metric,
  };
}

/** By partition text. */
async function* resultRows(
  runs: RunStore,
  run: RunRecord,
  tally: Tally,
): AsyncGenerator<PartitionRow> {
  const notes = await driftNotesOf(runs, run);
  for await (const record of runs.partitions(run.runId)) {
    const row = withNote(partitionRow(record, run.spec.partition.parents), notes.get(record.text));
    tally.add(record, row);
    yield row;
  }
}

/** Once all rows were read. */
async function afterRows(runs: RunStore, run: RunRecord, tally: Tally): Promise<AfterRows> {
  const parents = (await runs.parents(run.runId)).map((record) => partitionRow(record, undefined));
  const global = await runs.globalTraining(run.runId);
  const { totals: pooled } = await runs.totals(run.runId);
  return {
    ...(parents.length > 0 && { parents }),
    global: globalRow(global, pooled),
    totals: {
      own: pooledScore(pooled?.own),
      ...(pooled?.parent && { parent: scoreValues(pooled.parent) }),
      global: pooledScore(pooled?.global),
      served: pooledScore(pooled?.served),
      ...togetherRow(pooled?.comparison),
    },
    warnings: [
      ...(run.snapshot?.warnings ?? []),
      ...(run.plan?.warnings ?? []),
      ...budgetWarnings(tally.cutShort, trainFacts(global)),
      ...coverageWarnings(pooled?.served?.band),
    ],
    timings: await runs.timings(run.runId),
    counts: tally.counts,
  };
}

/** What is counted while the rows go by. */
class Tally {
  /** Partitions whose search a budget cut short. */
  cutShort = 0;
  readonly counts: { -readonly [name in keyof RunResult['counts']]: number } = {
    partitions: 0,
    rows: 0,
    trained: 0,
    reused: 0,
    merged: 0,
    global: 0,
    skipped: 0,
    failed: 0,
  };

  add(record: PartitionRecord, { status, rows }: PartitionRow): void {
    if (searchNotes(trainFacts(record.trained)).length > 0) this.cutShort++;
    // What small partitions were merged into: its rows are theirs.
    if (record.ranges.length > 1) return;
    this.counts.partitions++;
    this.counts[status]++;
    this.counts.rows += rows;
  }
}

/** By text, why a partition of a run that fits what has drifted was fitted, or was not. */
async function driftNotesOf(
  runs: Pick<OperationContext['runs'], 'drift'>,
  { runId, origin, spec }: RunRecord,
): Promise<ReadonlyMap<string, string>> {
  const notes = new Map<string, string>();
  if (origin?.mode !== 'drifted') return notes;
  for await (const { text, status, columns, score } of runs.drift(runId)) {
    const moved = [
      ...columns.map(({ column, psi }) => `${column} (psi ${numberText(psi)})`),
      ...(score === null ? [] : [scoreNote(score, spec.metric)]),
    ].join(', ');
    const what = status === 'steady' ? 'not drifted' : status;
    notes.set(text, `${what} since run ${origin.runId}${moved === '' ? '' : `: ${moved}`}`);
  }
  return notes;
}

/** With the false discovery rate at which it got worse. */
function scoreNote({ score, holdout, change }: JudgedScore, metric: Metric): string {
  const [now, before] = [numberText(score.value), numberText(holdout?.holdout.value)];
  return `${metric} ${now} on new rows, ${before} in the holdout (q ${numberText(change?.qValue)})`;
}

function withNote(row: PartitionRow, note: string | undefined): PartitionRow {
  return note === undefined ? row : { ...row, notes: [...row.notes, note] };
}

function togetherRow(compared: TotalsFacts['comparison']): Pick<RunResult['totals'], 'comparison'> {
  if (compared === undefined) return {};
  const { difference, interval, partitions } = compared;
  return { comparison: { difference, interval, partitions } };
}

function pooledScore(scores: SideScores | null | undefined): RunResult['totals']['own'] {
  return scores === null || scores === undefined ? null : scoreValues(scores);
}
