import { sql } from 'kysely';
import { type Invariant, PLACE, TOUCHED } from './invariant.ts';

/** What was read, planned, fitted and chosen of every partition. */
export const INVARIANTS_OF_PARTITIONS: readonly Invariant[] = [
  {
    name: 'whole-snapshots',
    what: 'snapshots whose partitions do not add up to them',
    remedy: TOUCHED,
    offenders: sql`
      select snapshot.digest::text as id from snapshot
      left join (select snapshot_id, count(*) as partitions, sum(row_count) as rows, max(ordinal) as last
        from snapshot_partition group by snapshot_id) as held on held.snapshot_id = snapshot.id
      where coalesce(partitions, 0) <> partition_count or coalesce(rows, 0) <> row_count
        or coalesce(last, -1) <> partition_count - 1`,
  },
  {
    name: 'planned-as-read',
    what: 'runs whose planned partitions are not those of the snapshot that they read',
    remedy: TOUCHED,
    offenders: sql`
      select run_plan.run_id::text as id from run_plan
      join run_snapshot on run_snapshot.run_id = run_plan.run_id
      join snapshot on snapshot.id = run_snapshot.snapshot_id
      left join (select run_id, count(*) as partitions, sum(row_count) as rows from run_partition
        where snapshot_id is not null group by run_id) as planned on planned.run_id = run_plan.run_id
      where coalesce(partitions, 0) <> partition_count or coalesce(rows, 0) <> snapshot.row_count`,
  },
  {
    name: 'whole-batches',
    what: 'partitions of a batch that is done, without what it was to give them',
    remedy: TOUCHED,
    offenders: sql`
      select ${PLACE} || ' (' || t.stage || ')' as id
      from (select step.run_id, step.stage, given.partition_id from step
        join batch on (batch.run_id, batch.stage, batch.number) = (step.run_id, step.stage, step.batch)
        cross join unnest(batch.partition_ids) as given (partition_id)
        where step.scope = 'own' and step.stage in ('train', 'evaluate')) as t
      left join training on t.stage = 'train' and training.run_id = t.run_id
        and training.partition_id = t.partition_id
      left join evaluation on t.stage = 'evaluate' and evaluation.run_id = t.run_id
        and evaluation.partition_id = t.partition_id
      where training.run_id is null and evaluation.run_id is null`,
  },
  {
    name: 'planned-batches',
    what: 'steps of batches that no plan has',
    remedy: TOUCHED,
    offenders: sql`
      select s.run_id || ' ' || s.stage || ' ' || s.batch as id from step s
      left join batch on (batch.run_id, batch.stage, batch.number) = (s.run_id, s.stage, s.batch)
      where s.scope = 'own' and s.stage in ('profile', 'train', 'evaluate') and batch.run_id is null`,
  },
  {
    name: 'one-fit-per-key',
    what: 'keys under which one run has fitted more than once',
    remedy: TOUCHED,
    offenders: sql`
      select run_id || ' ' || training_key as id from run_partition
      where training_key is not null group by run_id, training_key having count(*) > 1`,
  },
  {
    name: 'one-model-per-key',
    what: 'keys under which fits have given different models',
    remedy:
      'Compare two of their runs with `partita diff`: a function of yours is not deterministic, a machine computes wrongly, or the record was changed (`partita audit verify`).',
    offenders: sql`
      select part.training_key::text as id from run_partition part
      join training using (run_id, partition_id) join model using (run_id, partition_id)
      join run on run.id = part.run_id join spec on spec.digest = run.spec_digest
      where part.training_key is not null and training.origin_run_id is null
        -- A search that time ends comes as far as it comes.
        and spec.document -> 'tune' -> 'budget' is null
      group by part.training_key having min(model.digest::text) <> max(model.digest::text)`,
  },
  {
    name: 'models-of-trainings',
    what: 'trainings whose model is missing, or is not that of their best candidate',
    remedy: TOUCHED,
    offenders: sql`
      select ${PLACE} as id from training t
      left join candidate best on best.run_id = t.run_id and best.partition_id = t.partition_id
        and best.is_best
      left join model on model.run_id = t.run_id and model.partition_id = t.partition_id
      where best.number is distinct from model.candidate
        or (best.number is null) <> (model.run_id is null)
        or t.status = 'failed' and model.run_id is not null`,
  },
  {
    name: 'reused-models',
    what: 'trainings that were taken over and are not those of the run that they name',
    remedy: TOUCHED,
    offenders: sql`
      select ${PLACE} as id from training t
      join run_partition part on part.run_id = t.run_id and part.partition_id = t.partition_id
      left join training origin
        on origin.run_id = t.origin_run_id and origin.partition_id = t.partition_id
      left join run_partition origin_part
        on origin_part.run_id = origin.run_id and origin_part.partition_id = origin.partition_id
      left join model on model.run_id = t.run_id and model.partition_id = t.partition_id
      left join model origin_model
        on origin_model.run_id = origin.run_id and origin_model.partition_id = origin.partition_id
      where t.origin_run_id is not null and (origin.run_id is null or origin.run_id = t.run_id
        or origin.origin_run_id is not null or origin.status <> t.status
        or part.training_key is distinct from origin_part.training_key
        or model.digest is distinct from origin_model.digest)`,
  },
  {
    name: 'one-selection-per-key',
    what: 'keys under which different columns were selected',
    remedy:
      'Compare two of their runs with `partita diff`: a machine computes wrongly, or the record was changed (`partita audit verify`).',
    offenders: sql`
      select distinct part.selection_key::text as id from run_partition part
      join fold_selection using (run_id, partition_id)
      cross join lateral (
        select 'shipped' as place, document ->> 'shipped' as columns
        union all select 'final', document ->> 'final'
        union all select 'fold ' || number, kept::text
          from json_array_elements(document -> 'folds') with ordinality as fold (kept, number)
      ) as fit
      where part.selection_key is not null and fold_selection.origin_run_id is null
        -- Where nothing was fitted.
        and columns <> '[]'
      group by part.selection_key, place having min(columns) <> max(columns)`,
  },
  {
    name: 'reused-selections',
    what: 'selections that were taken over and are not those of the run that they name',
    remedy: TOUCHED,
    offenders: sql`
      select ${PLACE} as id from fold_selection t
      join run_partition part on part.run_id = t.run_id and part.partition_id = t.partition_id
      left join fold_selection origin
        on origin.run_id = t.origin_run_id and origin.partition_id = t.partition_id
      left join run_partition origin_part
        on origin_part.run_id = origin.run_id and origin_part.partition_id = origin.partition_id
      where t.origin_run_id is not null and (origin.run_id is null or origin.run_id = t.run_id
        or origin.origin_run_id is not null
        or part.selection_key is distinct from origin_part.selection_key
        or t.document::text <> origin.document::text)`,
  },
  {
    name: 'known-answers',
    what: 'partitions that are answered by a model that their run does not have',
    remedy: TOUCHED,
    offenders: sql`
      select ${PLACE} as id from choice t
      where t.model_digest is not null
        and not exists (select from model
          where model.run_id = t.run_id and model.digest = t.model_digest)
        and not exists (select from blend where blend.run_id = t.run_id
          and blend.digest = t.model_digest)
      union all
      select ${PLACE} || ' (part ' || t.number || ')' as id from blend_part t
      where not exists (select from model
        where model.run_id = t.run_id and model.digest = t.model_digest)`,
  },
  {
    name: 'own-answers',
    what: 'partitions that are said to be answered by their own model, and are by another',
    remedy: TOUCHED,
    offenders: sql`
      select ${PLACE} as id from choice t
      left join model on model.run_id = t.run_id and model.partition_id = t.partition_id
      where t.verdict = 'own' and t.status <> 'merged'
        and t.model_digest is distinct from model.digest`,
  },
  {
    name: 'drift-of-all',
    what: 'partitions of runs that look for drift, without a finding or with one too many',
    remedy: TOUCHED,
    offenders: sql`
      select coalesce(t.run_id, found.run_id) || ' ' || coalesce(t.text, found.text) as id
      from (select run_snapshot.run_id, part.partition_id, part.text from run_snapshot
        join snapshot_partition part using (snapshot_id)
        where run_snapshot.run_id in (select run_id from drift)) as t
      full join (select run_id, partition_id, text from drift where status <> 'gone') as found
        using (run_id, partition_id)
      where t.run_id is null or found.run_id is null`,
  },
  {
    name: 'members-in-packs',
    what: 'models that lie beyond the end of their pack',
    remedy: TOUCHED,
    offenders: sql`
      select place.digest::text as id from object_location place
      join object pack on pack.digest = place.pack_digest
      where place.byte_offset + place.byte_length > pack.byte_size`,
  },
];
