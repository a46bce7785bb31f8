import { askedTask, type Metric, type Score } from '../domain/metric.ts';
import type { PartitionRow, PooledScore, RunResult, ScoredModel } from '../domain/result.ts';
import type { Choice } from '../partition/choice.ts';
import type { JudgedScore } from '../partition/drift/judge-drift.ts';
import type { EvaluateFacts, SideScores } from '../partition/evaluate-facts.ts';
import { type ParentRef, parentOf } from '../partition/parents.ts';
import type { TotalsFacts } from '../partition/totals-facts.ts';
import type { TrainFacts } from '../partition/train-facts.ts';
import { coverageOf, coverageWarnings } from '../report/interval-coverage.ts';
import { numberText } from '../report/number-text.ts';
import { failureMessage, trainFacts } from '../report/partition-row.ts';
import { budgetWarnings, searchNote } from '../report/search-note.ts';
import type { PartitionRecord, RunRecord, TrainedPartition } from '../stores/run-records.ts';
import type { RunStore } from '../stores/run-store.ts';
import type { OperationContext } from './context.ts';
import { writeReportPage } from './report.ts';

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

/** `columns`: those of the key that a parent has. */
function partitionRow(
  record: PartitionRecord,
  columns: readonly string[] | undefined,
): PartitionRow {
  const { trained, evaluated, chosen, profile } = record;
  const facts = trained?.kind === 'trained' ? trained.facts : null;
  const { status, reason, model } = chosen ?? unchosen(record);
  const message = failureMessage(record);
  return {
    key: record.key,
    partition: record.text,
    status,
    ...(reason === null ? {} : { reason }),
    ...(trained?.origin === undefined ? {} : { origin: trained.origin }),
    ...(message === undefined ? {} : { message }),
    rows: record.rows,
    excluded: facts?.rows.excluded ?? profile?.split.excluded ?? {},
    ...selectionOrigin(trained),
    own: facts?.model ? { algorithm: facts.model.algorithm, model: facts.model.digest } : null,
    notes: [...(profile?.split.notes ?? []), ...searchNotes(facts)],
    ...scoredModel(facts, evaluated?.own ?? null),
    model,
    global: scoreValues(evaluated?.global ?? null),
    difference: evaluated?.comparison?.difference ?? null,
    interval: evaluated?.comparison?.interval ?? null,
    verdict: chosen?.verdict ?? null,
    ...parentRow(evaluated?.parent, parentOf(record.key, columns)),
    ...blendRow(chosen?.blend),
    ...missingScores(evaluated, facts),
  };
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

function parentRow(
  evaluated: EvaluateFacts['parent'],
  parent: ParentRef | null,
): Pick<PartitionRow, 'parent'> {
  if (evaluated === undefined || parent === null) return {};
  const { scores, comparison } = evaluated;
  const { difference = null, interval = null } = comparison ?? {};
  return { parent: { partition: parent.text, ...scoreValues(scores), difference, interval } };
}

function blendRow(blend: Choice['blend']): Pick<PartitionRow, 'blend'> {
  if (blend === undefined) return {};
  return { blend: { parts: blend.parts, ...scoreValues(blend.scores) } };
}

/** How a partition stands in a run that ended before it chose who answers: what was trained is kept. */
function unchosen({
  decision,
  trained,
}: PartitionRecord): Pick<Choice, 'status' | 'reason' | 'model'> {
  if (decision.kind === 'fail') return { status: 'failed', reason: decision.reason, model: null };
  switch (trained?.kind) {
    case 'trained':
      return {
        status: trained.origin === undefined ? 'trained' : 'reused',
        reason: null,
        model: trained.facts.model?.digest ?? null,
      };
    case 'failed':
      return { status: 'failed', reason: trained.reason, model: null };
    case undefined:
      return { status: 'skipped', reason: 'not_reached', model: null };
  }
}

function searchNotes(facts: TrainFacts | null): readonly string[] {
  const note = facts === null ? null : searchNote(facts);
  return note === null ? [] : [note];
}

function globalRow(
  trained: TrainedPartition | null,
  totals: TotalsFacts | null,
): ScoredModel | null {
  if (trained?.kind !== 'trained') return null;
  return {
    ...scoredModel(trained.facts, totals?.globalEverywhere ?? null),
    ...selectionOrigin(trained),
  };
}

function selectionOrigin(trained: TrainedPartition | null): Pick<ScoredModel, 'selectionOrigin'> {
  const origin = trained?.kind === 'trained' ? trained.selectionOrigin : undefined;
  return origin === undefined ? {} : { selectionOrigin: origin };
}

function scoredModel(facts: TrainFacts | null, scores: SideScores | null): ScoredModel {
  return {
    algorithm: facts?.model?.algorithm ?? null,
    parameters: facts?.model?.parameters ?? null,
    ...scoreValues(scores),
    nestedInterval: scores?.nestedInterval ?? null,
    optimism: scores?.optimism ?? null,
    ...neededColumns(facts),
    model: facts?.model?.digest ?? null,
  };
}

/** More of them would make a long line of every partition. */
const TOLD_COLUMNS = 3;

function neededColumns(facts: TrainFacts | null): Pick<ScoredModel, 'needs'> {
  const explanation = facts?.model?.explanation;
  if (explanation === undefined) return {};
  const needed = explanation.importance.filter(({ loss }) => loss > 0).slice(0, TOLD_COLUMNS);
  return { needs: needed.map(({ column, loss }) => ({ column, loss })) };
}

/** Why a score is null, by field. */
function missingScores(
  evaluated: EvaluateFacts | null,
  facts: TrainFacts | null,
): Pick<ScoredModel, 'because'> {
  const scores: readonly (readonly [string, Score | undefined])[] = [
    ['cv', evaluated?.own?.cv],
    ['nested', evaluated?.own?.nested],
    ['holdout', evaluated?.own?.holdout],
    ['global.cv', evaluated?.global?.cv],
    ['global.nested', evaluated?.global?.nested],
    ['global.holdout', evaluated?.global?.holdout],
  ];
  const because = Object.fromEntries(
    scores.flatMap(([field, score]) => (score?.value === null ? [[field, score.because]] : [])),
  );
  if (facts !== null && facts.best === null) because['cv'] = 'No candidate could be fitted.';
  return Object.keys(because).length === 0 ? {} : { because };
}

function togetherRow(compared: TotalsFacts['comparison']): Pick<RunResult['totals'], 'comparison'> {
  if (compared === undefined) return {};
  const { difference, interval, partitions } = compared;
  return { comparison: { difference, interval, partitions } };
}

function pooledScore(scores: SideScores | null | undefined): RunResult['totals']['own'] {
  return scores === null || scores === undefined ? null : scoreValues(scores);
}

function scoreValues(scores: SideScores | null): PooledScore {
  return {
    cv: scores?.cv.value ?? null,
    nested: scores?.nested.value ?? null,
    holdout: scores?.holdout.value ?? null,
    ...(scores?.band && { intervals: coverageOf(scores.band) }),
  };
}
