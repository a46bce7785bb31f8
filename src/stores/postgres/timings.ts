import { type JoinBuilder, type Kysely, sql } from 'kysely';
import { STAGES } from '../../domain/run.ts';
import type { RunStore } from '../run-store.ts';
import type { Database } from './database.ts';

/** From the first attempt's start to the last one's end; `features` and `select` happen inside `train`. */
export function timingQueries(db: Kysely<Database>): Pick<RunStore, 'timings' | 'fitTimes'> {
  return {
    async timings(runId) {
      const spans = await db
        .selectFrom('step')
        .innerJoin('step_attempt', 'step_attempt.step_id', 'step.id')
        .where('step.run_id', '=', runId)
        .where('step.stage', 'not in', ['features', 'select'])
        .groupBy('step.stage')
        .select([
          'step.stage',
          millisecondsBetween('step_attempt.started_at', 'step_attempt.ended_at'),
        ])
        .execute();
      const byStage = new Map(spans.map(({ stage, ms }) => [stage, ms]));
      const { ms: total } = await db
        .selectFrom('run')
        .where('id', '=', runId)
        .select(
          sql<number>`
          greatest(0, round(1000 * extract(epoch from
            coalesce(ended_at, clock_timestamp()) - started_at)))::bigint`.as('ms'),
        )
        .executeTakeFirstOrThrow();
      const stages = STAGES.flatMap((stage) => {
        const ms = byStage.get(stage);
        return ms === undefined ? [] : [[stage, ms] as const];
      });
      return { total, ...Object.fromEntries(stages) };
    },

    async fitTimes(limit) {
      return db
        .selectFrom('candidate')
        .innerJoin('run_partition', samePartition('run_partition'))
        .innerJoin('selection', samePartition('selection'))
        .innerJoin('training', samePartition('training'))
        .leftJoin('fold_selection', (join) =>
          join
            .on(
              'fold_selection.run_id',
              '=',
              sql`coalesce(training.origin_run_id, training.run_id)`,
            )
            .onRef('fold_selection.partition_id', '=', 'candidate.partition_id'),
        )
        .innerJoin('run_plan', 'run_plan.run_id', 'candidate.run_id')
        .innerJoin('parameters', 'parameters.digest', 'candidate.parameters_digest')
        .innerJoin('run', 'run.id', 'candidate.run_id')
        .innerJoin('spec', 'spec.digest', 'run.spec_digest')
        .where('candidate.status', '=', 'ok')
        .orderBy('candidate.run_id', 'desc')
        .orderBy('candidate.partition_id')
        .orderBy('candidate.number')
        .limit(limit)
        .select([
          'candidate.algorithm',
          'parameters.document as parameters',
          'run_partition.row_count as rows',
          sql<number>`greatest(1, cardinality(selection.kept))`.as('features'),
          sql<number>`json_array_length(run_plan.classes)`.as('classes'),
          sql<number>`(spec.document #>> '{validate,folds}')::integer
            * coalesce((spec.document #>> '{validate,repeats}')::integer, 1)`.as('folds'),
          sql<number>`case spec.document #>> '{forecast,strategy}' when 'direct'
            then (spec.document #>> '{forecast,horizon}')::integer else 1 end`.as('models'),
          'candidate.fit_ms as fitMs',
          sql<string>`candidate.run_id || '/' || candidate.partition_id`.as('training'),
          'training.ms as trainMs',
          sql<boolean>`selection.method <> 'none' and fold_selection.origin_run_id is null`.as(
            'isSelecting',
          ),
        ])
        .execute();
    },
  };
}

function samePartition<Table extends 'run_partition' | 'selection' | 'training'>(table: Table) {
  return (join: JoinBuilder<Database, 'candidate' | Table>) =>
    join
      .on(sql.ref(`${table}.run_id`), '=', sql.ref('candidate.run_id'))
      .on(sql.ref(`${table}.partition_id`), '=', sql.ref('candidate.partition_id'));
}

/** A worker's clock starts the span and the server's ends it: skew must not make it negative. */
function millisecondsBetween(start: string, end: string) {
  return sql<number>`
    greatest(0, round(1000 * extract(epoch from
      max(${sql.ref(end)}) - min(${sql.ref(start)}))))::bigint`.as('ms');
}
