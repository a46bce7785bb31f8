import { type Kysely, sql } from 'kysely';
import { STAGES } from '../../domain/run.ts';
import type { RunStore } from '../run-store.ts';
import type { Database } from './database.ts';

/** From the first attempt's start to the last one's end; `features` and `select` happen inside `train`. */
export function timingQueries(db: Kysely<Database>): Pick<RunStore, 'timings'> {
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
          coalesce(round(1000 * extract(epoch from
            coalesce(ended_at, clock_timestamp()) - started_at)), 0)::bigint`.as('ms'),
        )
        .executeTakeFirstOrThrow();
      const stages = STAGES.flatMap((stage) => {
        const ms = byStage.get(stage);
        return ms === undefined ? [] : [[stage, ms] as const];
      });
      return { total, ...Object.fromEntries(stages) };
    },
  };
}

/** A worker's clock starts the span and the server's ends it: skew must not make it negative. */
function millisecondsBetween(start: string, end: string) {
  return sql<number>`
    greatest(0, round(1000 * extract(epoch from
      max(${sql.ref(end)}) - min(${sql.ref(start)}))))::bigint`.as('ms');
}
