import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import type { Impact, Subject, TouchedAlias, TouchedModel, TouchedRun } from '../impact.ts';
import type { Database } from './database.ts';
import { KEPT_ROWS } from './kept-rows.ts';
import { GLOBAL_ORDINAL, IS_ABOVE, IS_BELOW } from './partition-record.ts';

const LISTED = 1_000;

/** Everything downstream of a subject; three statements, whatever it reaches. */
export async function impactOf(db: Kysely<Database>, subject: Subject): Promise<Impact> {
  const touched = touchedModels(subject);
  const { rows: models } = await sql<TouchedModel & { readonly all: number }>`
    with ${touched}
    select run_id as "runId", experiment, text as partition, digest as model, reach,
      origin_run_id as origin, answers, count(*) over () as "all"
    from touched order by run_id desc, ordinal limit ${LISTED}`.execute(db);
  const { rows: runs } = await sql<
    TouchedRun & { readonly all: number; readonly allAnswers: number }
  >`
    with ${touched}
    select touched.run_id as "runId", experiment, run.status, run.created_at as "createdAt",
      count(*) as models, sum(answers)::bigint as answers, count(*) over () as "all",
      sum(sum(answers)) over ()::bigint as "allAnswers"
    from touched join run on run.id = touched.run_id
    group by touched.run_id, experiment, run.status, run.created_at
    order by touched.run_id desc limit ${LISTED}`.execute(db);
  const { rows: aliases } = await sql<TouchedAlias>`
    with ${touched}
    select touched.experiment, alias.alias, alias.run_id as "runId", sum(answers)::bigint as answers
    from touched join alias on alias.run_id = touched.run_id
    group by touched.experiment, alias.alias, alias.run_id having sum(answers) > 0
    order by 1, 2 limit ${LISTED}`.execute(db);
  return {
    subject,
    runs: runs.map(({ all: _all, allAnswers: _answers, ...run }) => run),
    models: models.map(({ all: _all, ...model }) => model),
    aliases,
    counts: {
      runs: runs[0]?.all ?? 0,
      models: models[0]?.all ?? 0,
      answers: runs[0]?.allAnswers ?? 0,
    },
  };
}

/**
 * The table expressions up to `touched`: a row per model of a run that the subject reaches. Equal bytes that answer for
 * several partitions are counted at each place where they were made, their answers once per run.
 */
function touchedModels(subject: Subject): RawBuilder<unknown> {
  return sql`
    place (run_id, partition_id, reach) as (${placesOf(subject)}),
    touched as (
      select distinct on (model.run_id, model.partition_id)
        model.run_id, model.partition_id, experiment.name as experiment, run_partition.text,
        run_partition.ordinal, model.digest, place.reach, training.origin_run_id,
        case when row_number() over (partition by model.run_id, model.digest
            order by model.partition_id) = 1
          then (select count(*) from choice join run_partition using (run_id, partition_id)
            where choice.run_id = model.run_id and ordinal >= 0
            and choice.model_digest = model.digest)
            + (select count(*) from blend_part where blend_part.run_id = model.run_id
            and blend_part.model_digest = model.digest) else 0 end as answers
      from (select distinct on (run_id, partition_id) * from place
        order by run_id, partition_id, reach) as place
      join model using (run_id, partition_id)
      join training using (run_id, partition_id)
      join run_partition using (run_id, partition_id)
      join run on run.id = place.run_id
      join experiment on experiment.id = run.experiment_id)`;
}

/** (run, partition) by (run, partition): where models stand that the subject reaches. */
function placesOf(subject: Subject): RawBuilder<unknown> {
  if (subject.kind === 'partition') {
    const { text, experiment } = subject;
    return withReach(sql`
      select run_partition.* from run_partition
      join run on run.id = run_partition.run_id
      join experiment on experiment.id = run.experiment_id
      where text = ${text} and ordinal >= 0
        and (${experiment}::text is null or experiment.name = ${experiment})`);
  }
  const { kind, digest } = subject;
  switch (kind) {
    case 'model':
      return sql`select run_id, partition_id, 'itself' from model where digest = ${digest}`;
    case 'model_pack':
      return sql`select run_id, partition_id, 'itself' from model where pack_digest = ${digest}`;
    case 'blend':
      return sql`
        select model.run_id, model.partition_id, 'itself' from blend
        join blend_part using (run_id, partition_id)
        join model on model.run_id = blend.run_id and model.digest = blend_part.model_digest
        where blend.digest = ${digest}`;
    case 'rows':
      return withReach(
        sql`select * from run_partition where digest = ${digest} and ordinal <> ${GLOBAL_ORDINAL}`,
        IS_BELOW,
      );
    case 'features':
      return withReach(sql`
        select run_partition.* from step_io join run_partition using (run_id, partition_id)
        where step_io.digest = ${digest} and step_io.direction = 'in'`);
    case 'snapshot':
      return sql`
        select * from (${wholeRuns(readersOf(digest))}) as whole
        union all select * from (${withReach(keepersOf(digest))}) as kept
        union all ${takersOf('training', digest)}
        union all ${takersOf('fold_selection', digest)}`;
    case 'snapshot_file':
      return wholeRuns(sql`select run_id from run_snapshot where file_digest = ${digest}`);
    case 'folds':
      return wholeRuns(sql`select run_id from run_plan where folds_digest = ${digest}`);
    case 'prediction_pack':
    case 'report':
      // The end of the line: no model is made of them.
      return sql`select run_id, partition_id, 'itself' from model where false`;
  }
}

/**
 * Their own models, those of the unions that they went into and of their parents, and the models without partition of
 * the same runs. `isPart`: whether the rows of a `place` are some of those of `bad`.
 */
function withReach(
  partitions: RawBuilder<unknown>,
  isPart: RawBuilder<boolean> = sql`false`,
): RawBuilder<unknown> {
  return sql`
    select distinct place.run_id, place.partition_id, case
        when place.partition_id = bad.partition_id or ${isPart} then 'rows'
        when place.ordinal = ${GLOBAL_ORDINAL} then 'global'
        when place.ordinal < ${GLOBAL_ORDINAL} then 'parent' else 'union' end as reach
    from (${partitions}) as bad
    join run_partition as place on place.run_id = bad.run_id
      and (place.partition_id in (bad.partition_id, bad.merged_into) or ${IS_ABOVE} or ${isPart})`;
}

/** Runs that read a snapshot. */
function readersOf(digest: Digest): RawBuilder<unknown> {
  return sql`select run_id from run_snapshot
    join snapshot on snapshot.id = snapshot_id where digest = ${digest}`;
}

/** Partitions whose rows later runs kept of it. */
function keepersOf(digest: Digest): RawBuilder<unknown> {
  return sql`select run_partition.* from run_partition
    join (${KEPT_ROWS}) as kept using (run_id, partition_id)
    join snapshot on snapshot.id = kept.snapshot_id where snapshot.digest = ${digest}`;
}

/** Where a model stands that was fitted by a run that read it, or on columns that such a run selected. */
function takersOf(table: 'training' | 'fold_selection', digest: Digest): RawBuilder<unknown> {
  return sql`select taken.run_id, taken.partition_id, ${OF_WHOLE}
    from ${sql.table(table)} as taken join run_partition using (run_id, partition_id)
    where taken.origin_run_id in (${readersOf(digest)})`;
}

const OF_WHOLE = sql`case when ordinal = ${GLOBAL_ORDINAL} then 'global'
  when ordinal < ${GLOBAL_ORDINAL} then 'parent' else 'rows' end`;

function wholeRuns(runs: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select run_id, partition_id, ${OF_WHOLE}
    from run_partition where run_id in (${runs})`;
}
