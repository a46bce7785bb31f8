import type { Score } from '../domain/metric.ts';
import type { PartitionRow, PooledScore, ScoredModel } from '../domain/result.ts';
import type { Choice } from '../partition/choice.ts';
import type { EvaluateFacts, SideScores } from '../partition/evaluate-facts.ts';
import { type ParentRef, parentOf } from '../partition/parents.ts';
import type { TotalsFacts } from '../partition/totals-facts.ts';
import type { TrainFacts } from '../partition/train-facts.ts';
import { coverageOf } from '../report/interval-coverage.ts';
import { failureMessage } from '../report/partition-row.ts';
import { searchNote } from '../report/search-note.ts';
import type { PartitionRecord, TrainedPartition } from '../stores/run-records.ts';

/** `columns`: those of the key that a parent has. */
export function partitionRow(
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

export function searchNotes(facts: TrainFacts | null): readonly string[] {
  const note = facts === null ? null : searchNote(facts);
  return note === null ? [] : [note];
}

export function globalRow(
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

export function scoreValues(scores: SideScores | null): PooledScore {
  return {
    cv: scores?.cv.value ?? null,
    nested: scores?.nested.value ?? null,
    holdout: scores?.holdout.value ?? null,
    ...(scores?.band && { intervals: coverageOf(scores.band) }),
  };
}
