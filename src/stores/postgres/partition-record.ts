import { type Kysely, sql } from 'kysely';
import { parsePartitionText } from '../../domain/partition.ts';
import type { Decision, FailureReason, SkipReason } from '../../domain/run.ts';
import type { Blend } from '../../partition/blend.ts';
import type { Choice } from '../../partition/choice.ts';
import type { PlannedPartition } from '../../partition/condition.ts';
import type { PackMember } from '../objects/pack.ts';
import type { TrainedPartition } from '../run-records.ts';
import type { Database } from './database.ts';
import { trainFactsFromRow } from './older-facts.ts';

/** Where the model without partition stands among partitions; parents stand before it, the first one next to it. */
export const GLOBAL_ORDINAL = -1;

/** Of a row `place` of `run_partition`: its model was trained on the rows of `bad` and of others. A text never ends within a value. */
export const IS_ABOVE = sql<boolean>`(place.ordinal = -1
  or place.ordinal < -1 and starts_with(bad.text, place.text || '/'))`;

/** The same of a parent `bad`: its model was trained on a part of that one's rows. */
export const IS_BELOW = sql<boolean>`(bad.ordinal < -1 and place.ordinal >= 0
  and starts_with(place.text, bad.text || '/'))`;

/** The partitions of a run as `condition` planned them; without the model without partition. */
export function selectPlanned(db: Kysely<Database>, runId: string) {
  return selectTrainable(db, runId).where('run_partition.ordinal', '>=', 0);
}

/** The same with the parents of partitions, which stand before the model without partition. */
export function selectTrainable(db: Kysely<Database>, runId: string) {
  return db
    .selectFrom('run_partition')
    .where('run_partition.run_id', '=', runId)
    .where('run_partition.ordinal', '!=', GLOBAL_ORDINAL)
    .select([
      'run_partition.ordinal',
      'run_partition.partition_id',
      'run_partition.text',
      'run_partition.row_count',
      'run_partition.ranges',
      'run_partition.decision',
      'run_partition.reason',
      'run_partition.merged_into',
    ]);
}

/** What training gave, with the place of the model. */
export function selectTraining(db: Kysely<Database>, runId: string) {
  return db
    .selectFrom('training')
    .leftJoin('model', (join) =>
      join
        .onRef('model.run_id', '=', 'training.run_id')
        .onRef('model.partition_id', '=', 'training.partition_id'),
    )
    .leftJoin('object_location', (join) =>
      join
        .onRef('object_location.digest', '=', 'model.digest')
        .onRef('object_location.pack_digest', '=', 'model.pack_digest'),
    )
    .leftJoin('fold_selection', (join) =>
      join
        .onRef('fold_selection.run_id', '=', 'training.run_id')
        .onRef('fold_selection.partition_id', '=', 'training.partition_id'),
    )
    .where('training.run_id', '=', runId)
    .select([
      'training.partition_id',
      'training.origin_run_id',
      'fold_selection.origin_run_id as selection_origin',
      'training.status',
      'training.started_at',
      'training.ms',
      'training.log',
      'training.facts',
      'training.predictions_pack',
      'training.predictions_offset',
      'training.predictions_length',
      'training.reason',
      'training.message',
      'training.stack',
      'object_location.pack_digest as model_pack',
      'object_location.byte_offset as model_offset',
      'object_location.byte_length as model_length',
    ]);
}

type PlannedRow = Awaited<ReturnType<ReturnType<typeof selectPlanned>['executeTakeFirstOrThrow']>>;
type TrainingRow = Awaited<
  ReturnType<ReturnType<typeof selectTraining>['executeTakeFirstOrThrow']>
>;

/** The key is read from the text, which keeps the columns in spec order. */
export function plannedFromRow(row: PlannedRow): PlannedPartition {
  return {
    partitionId: row.partition_id,
    text: row.text,
    key: parsePartitionText(row.text),
    rows: row.row_count,
    decision: decisionFromRow(row),
    ranges: row.ranges,
    ...(row.ordinal < GLOBAL_ORDINAL && { isParent: true as const }),
  };
}

function decisionFromRow({ decision, reason, merged_into }: PlannedRow): Decision {
  if (decision === 'train') return { kind: 'train' };
  if (reason === null) throw new RangeError(`Decision ${decision} has no reason.`);
  // What goes with what is checked by the table.
  if (decision === 'fail') return { kind: decision, reason: reason as FailureReason };
  const skipped = reason as SkipReason;
  if (decision !== 'merge') return { kind: decision, reason: skipped };
  if (merged_into === null) throw new RangeError('A merged partition names no union.');
  return { kind: 'merge', reason: skipped, into: merged_into };
}

export function trainedFromRow(row: TrainingRow): TrainedPartition {
  const { partition_id: partitionId, started_at: startedAt, ms, log } = row;
  const origin = row.origin_run_id === null ? {} : { origin: row.origin_run_id };
  const common = { partitionId, ...origin, startedAt, ms, log };
  if (row.status === 'trained') {
    const predictions = memberOf(
      row.predictions_pack,
      row.predictions_offset,
      row.predictions_length,
    );
    if (row.facts === null || predictions === null)
      throw new RangeError(`Training of ${partitionId} has no facts.`);
    const model = memberOf(row.model_pack, row.model_offset, row.model_length);
    const facts = trainFactsFromRow(row.facts);
    const selectionOrigin = row.origin_run_id === null ? row.selection_origin : null;
    return {
      ...common,
      kind: 'trained',
      facts,
      model,
      predictions,
      ...(selectionOrigin !== null && { selectionOrigin }),
    };
  }
  if (row.reason === null || row.message === null)
    throw new RangeError(`Failed training of ${partitionId} has no reason.`);
  const { reason, message, stack } = row;
  return { ...common, kind: 'failed', reason, message, ...(stack === null ? {} : { stack }) };
}

function memberOf(
  pack: PackMember['pack'] | null,
  offset: number | null,
  length: number | null,
): PackMember | null {
  return pack === null || offset === null || length === null ? null : { pack, offset, length };
}

export function chosenFromRow(
  row: Omit<Database['choice'], 'run_id' | 'step_id'>,
  blend: Blend | undefined,
): Choice {
  return {
    partitionId: row.partition_id,
    status: row.status,
    reason: row.reason,
    verdict: row.verdict,
    adjustedPValue: row.adjusted_p_value,
    model: row.model_digest,
    ...(blend !== undefined && { blend }),
  };
}
