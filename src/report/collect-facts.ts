import { ENSEMBLE } from '../domain/ensemble.ts';
import { askedTask, isLowerBetter } from '../domain/metric.ts';
import { STAGES } from '../domain/run.ts';
import type { EvaluateFacts } from '../partition/evaluate-facts.ts';
import type { TotalsFacts } from '../partition/totals-facts.ts';
import type { ModelFacts, TrainFacts } from '../partition/train-facts.ts';
import type { PartitionRecord, RunRecord, TrainedPartition } from '../stores/run-records.ts';
import { AlgorithmTally } from './algorithm-tally.ts';
import { CoverageTally } from './coverage-tally.ts';
import type { ModelSection, PartitionRow, ReportFacts } from './facts.ts';
import { histogram } from './histogram.ts';
import { coverageWarnings } from './interval-coverage.ts';
import { partitionRow, trainFacts } from './partition-row.ts';
import { ProfileTally } from './profile-tally.ts';
import { budgetWarnings, searchNote } from './search-note.ts';
import { StabilityTally } from './stability-tally.ts';

/** Rows of the table of partitions, and models shown in full: what keeps the page small. */
const SHOWN_PARTITIONS = 400;
const SHOWN_DETAILS = 20;
const SHOWN_CANDIDATES = 30;
const SHOWN_FEATURES = 20;
/** Fewer scores than this are read one by one. */
const SPREAD_SCORES = 20;
const BINS = 24;

export type ReportInput = {
  readonly run: RunRecord;
  /** Where the rows came from, in the words of who gave them. */
  readonly source: string;
  readonly partitions: AsyncIterable<PartitionRecord>;
  readonly parents?: readonly PartitionRecord[];
  readonly global: TrainedPartition | null;
  readonly totals: TotalsFacts | null;
  readonly timings: { readonly [stage: string]: number };
};

/** Reads every partition once, in constant memory apart from the rows that are shown. */
export async function collectFacts(input: ReportInput): Promise<ReportFacts> {
  const { run, totals } = input;
  const algorithms = new AlgorithmTally([
    ...run.spec.candidates.map(({ algorithm }) => algorithm),
    ...(run.spec.ensemble === undefined ? [] : [ENSEMBLE]),
  ]);
  const coverage = new CoverageTally();
  const profile = new ProfileTally();
  const stability = new StabilityTally();
  const rows = new TopRows(SHOWN_PARTITIONS);
  const differences: number[] = [];
  const scores: number[] = [];
  const verdicts = { own: 0, parent: 0, global: 0, tie: 0, pooled: 0 };
  const details: ModelSection[] = [];
  let cutShort = 0;
  let blended = 0;

  for await (const record of input.partitions) {
    const row = partitionRow(record, run);
    if (record.profile !== null) profile.add(record.profile);
    coverage.add(row);
    rows.add(row);
    const facts = trainFacts(record.trained);
    if (facts !== null) {
      algorithms.add(facts, run.spec.metric);
      stability.add(facts.selection);
      if (searchNote(facts) !== null) cutShort++;
      const section = modelSection(row.name, record.rows, record.trained, record.evaluated);
      if (section !== null && details.length < SHOWN_DETAILS) details.push(section);
    }
    const { verdict, own } = row;
    if (typeof own?.cv.value === 'number') scores.push(own.cv.value);
    if (verdict === 'blend') blended++;
    // Small partitions are not tested.
    if (row.difference === null || record.decision.kind === 'shrink') continue;
    differences.push(row.difference);
    if (row.reason === 'pooled_evidence') verdicts.pooled++;
    else if (verdict !== null && verdict !== 'blend') verdicts[verdict]++;
  }

  const global = trainFacts(input.global);
  const parents = (input.parents ?? [])
    .slice(0, SHOWN_PARTITIONS)
    .map((record) => partitionRow(record, run));
  return {
    run: identity(run),
    question: question(run),
    data: {
      source: input.source,
      rows: run.snapshot?.rowCount ?? 0,
      partitions: run.snapshot?.partitionCount ?? 0,
      split: profile.split(),
      classes: profile.classes(),
      excluded: profile.excluded(run.snapshot?.excluded ?? {}),
      columns: profile.columns(),
      warnings: [
        ...warningsOf(run, input.global),
        ...budgetWarnings(cutShort, global),
        ...coverageWarnings(totals?.served?.band),
      ],
    },
    coverage: coverage.rows(),
    verdicts: countedVerdicts(verdicts, parents.length > 0),
    ...(parents.length > 0 && { parents }),
    ...(blended > 0 && { blended }),
    totals: {
      own: totals?.own ?? null,
      global: totals?.global ?? null,
      served: totals?.served ?? null,
      ...(totals?.comparison && { comparison: totals.comparison }),
    },
    global: globalSection(run, input.global, totals),
    algorithms: algorithms.rows(global),
    partitions: { total: rows.total, shown: rows.shown() },
    lift: histogram(differences, BINS),
    ...(scores.length >= SPREAD_SCORES && { scores: histogram(scores, BINS) }),
    details,
    stability: stability.rows(SHOWN_FEATURES),
    timings: stageTimes(input.timings),
    spec: run.spec,
  };
}

function countedVerdicts(
  { own, parent, global, tie, pooled }: Required<ReportFacts['verdicts']>,
  hasParents: boolean,
): ReportFacts['verdicts'] {
  return { own, ...(hasParents && { parent }), global, tie, ...(pooled > 0 && { pooled }) };
}

/** In the order of the stages, without the total. */
function stageTimes(timings: ReportInput['timings']): ReportFacts['timings'] {
  return STAGES.flatMap((stage) => {
    const ms = timings[stage];
    return ms === undefined ? [] : [{ stage, ms }];
  });
}

/** Keeps the partitions with the most rows, and gives them in text order. */
class TopRows {
  total = 0;
  readonly #limit: number;
  #rows: PartitionRow[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(row: PartitionRow): void {
    this.total++;
    this.#rows.push(row);
    if (this.#rows.length >= this.#limit * 4) this.#cut();
  }

  shown(): readonly PartitionRow[] {
    if (this.#rows.length > this.#limit) this.#cut();
    return this.#rows;
  }

  #cut(): void {
    const smallest = [...this.#rows].sort((a, b) => b.rows - a.rows)[this.#limit - 1]?.rows ?? 0;
    this.#rows = this.#rows.filter(({ rows }) => rows >= smallest).slice(0, this.#limit);
  }
}

function modelSection(
  name: string,
  rows: number,
  trained: TrainedPartition | null,
  evaluated: EvaluateFacts | null,
): ModelSection | null {
  if (trained?.kind !== 'trained') return null;
  const { facts, selectionOrigin } = trained;
  if (facts.model === null || facts.best === null) return null;
  return {
    name,
    rows,
    algorithm: facts.model.algorithm,
    parameters: facts.model.parameters,
    model: facts.model.digest,
    scores: evaluated?.own ?? null,
    ...shownCandidates(facts.candidates, facts.best),
    importance: facts.model.importance.slice(0, SHOWN_FEATURES),
    ...cutExplanation(facts.model),
    selection: cutSelection(facts.selection),
    ...(selectionOrigin !== undefined && { selectionOrigin }),
    plots: evaluated?.plots ?? null,
  };
}

/** The first of them, and the best in any case. */
function shownCandidates(
  candidates: TrainFacts['candidates'],
  best: number,
): Pick<ModelSection, 'candidates' | 'best'> {
  if (best < SHOWN_CANDIDATES) return { candidates: candidates.slice(0, SHOWN_CANDIDATES), best };
  const last = SHOWN_CANDIDATES - 1;
  return {
    candidates: [...candidates.slice(0, last), ...candidates.slice(best, best + 1)],
    best: last,
  };
}

function globalSection(
  run: RunRecord,
  trained: TrainedPartition | null,
  totals: TotalsFacts | null,
): ModelSection | null {
  const evaluated: EvaluateFacts = {
    own: totals?.globalEverywhere ?? null,
    global: null,
    comparison: null,
    plots: totals?.globalPlots ?? null,
  };
  return modelSection('Without partition', run.snapshot?.rowCount ?? 0, trained, evaluated);
}

function cutExplanation({ explanation }: ModelFacts): Pick<ModelSection, 'explanation'> {
  if (explanation === undefined) return {};
  const importance = explanation.importance.slice(0, SHOWN_FEATURES);
  return { explanation: { ...explanation, importance } };
}

function cutSelection(selection: TrainFacts['selection']): TrainFacts['selection'] {
  return {
    method: selection.method,
    kept: selection.kept.slice(0, 100),
    dropped: selection.dropped.slice(0, 100),
    stability: selection.stability.slice(0, 100),
  };
}

function identity(run: RunRecord): ReportFacts['run'] {
  const { runId, experiment, status, requestedBy, startedAt, endedAt, specDigest, error } = run;
  const snapshotDigest = run.snapshot?.digest ?? null;
  return {
    runId,
    experiment,
    status,
    requestedBy,
    startedAt,
    endedAt,
    specDigest,
    snapshotDigest,
    error,
  };
}

function warningsOf(run: RunRecord, global: TrainedPartition | null): readonly string[] {
  const failure =
    global?.kind === 'failed' ? [`The model without partition failed: ${global.message}`] : [];
  return [...failure, ...(run.snapshot?.warnings ?? []), ...(run.plan?.warnings ?? [])];
}

function question(run: RunRecord): ReportFacts['question'] {
  const { target, metric, partition } = run.spec;
  return {
    task: askedTask(run.spec),
    target: target.column,
    metric,
    isLowerBetter: isLowerBetter(metric),
    partitionBy: partition.by,
    classes: run.plan?.classes ?? [],
  };
}
