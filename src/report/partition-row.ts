import { compareScores } from '../domain/metric.ts';
import { displayPartition, partitionText } from '../domain/partition.ts';
import type { TrainFacts } from '../partition/train-facts.ts';
import type { PartitionRecord, RunRecord, TrainedPartition } from '../stores/run-records.ts';
import { baselineScore } from './baseline-score.ts';
import type { PartitionRow } from './facts.ts';

export function trainFacts(trained: TrainedPartition | null): TrainFacts | null {
  return trained?.kind === 'trained' ? trained.facts : null;
}

/** What went wrong with a partition, for people, in its training or before. */
export function failureMessage({
  profile,
  trained,
}: Pick<PartitionRecord, 'profile' | 'trained'>): string | undefined {
  return trained?.kind === 'failed' ? trained.message : profile?.failure?.message;
}

/** A partition as the report's tables show it. */
export function partitionRow(record: PartitionRecord, run: RunRecord): PartitionRow {
  const facts = trainFacts(record.trained);
  const comparison = record.evaluated?.comparison ?? null;
  return {
    name: displayPartition(record.key, record.text),
    rows: record.rows,
    status: record.chosen?.status ?? 'failed',
    reason: record.chosen?.reason ?? null,
    message: failureMessage(record) ?? null,
    algorithm: facts?.model?.algorithm ?? null,
    baseline: facts === null ? null : baselineScore(facts),
    runnerUp: facts === null ? null : runnerUp(facts, run),
    own: record.evaluated?.own ?? null,
    global: record.evaluated?.global ?? null,
    ...parentSide(record, run.spec.partition.parents ?? []),
    difference: comparison?.difference ?? null,
    interval: comparison?.interval ?? null,
    verdict: record.chosen?.verdict ?? null,
    blend: record.chosen?.blend ?? null,
    model: record.chosen?.model ?? null,
    ownModel: facts?.model?.digest ?? null,
  };
}

/** `columns`: those of the key that a parent has. */
function parentSide(
  { key, evaluated }: PartitionRecord,
  columns: readonly string[],
): Pick<PartitionRow, 'parent'> {
  if (evaluated?.parent === undefined) return {};
  const { scores, comparison } = evaluated.parent;
  const shared = Object.fromEntries(columns.map((column) => [column, key[column] ?? null]));
  const name = displayPartition(shared, partitionText(columns, Object.values(shared)));
  const { difference = null, interval = null } = comparison ?? {};
  return { parent: { name, scores, difference, interval } };
}

/** The second best candidate and how far behind it is, in the metric's unit; positive = behind. */
function runnerUp(facts: TrainFacts, run: RunRecord): PartitionRow['runnerUp'] {
  const best = facts.best === null ? undefined : facts.candidates[facts.best];
  if (best === undefined || best.cv.value === null) return null;
  const others = facts.candidates.filter(
    (candidate) => candidate !== best && candidate.cv.value !== null,
  );
  const [second] = others.sort((a, b) => compareScores(run.spec.metric, b.cv, a.cv));
  if (second === undefined || second.cv.value === null) return null;
  return { algorithm: second.algorithm, margin: Math.abs(best.cv.value - second.cv.value) };
}
