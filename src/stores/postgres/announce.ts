import { type Kysely, sql } from 'kysely';
import { FITTED, isTerminal, type RunStatus, STAGES, type Stage } from '../../domain/run.ts';
import type { Announcement } from '../outbox-store.ts';
import type { Database } from './database.ts';

/** In which order stages follow each other; those of one level are one call of the engine. */
const LEVEL: { readonly [stage in Stage]: number } = {
  snapshot: 0,
  profile: 1,
  condition: 2,
  features: 3,
  select: 3,
  train: 3,
  evaluate: 4,
  choose: 5,
  report: 6,
};

/** Their one step ends them; the others have ended where one of the next level is recorded. */
const OF_ONE_STEP: ReadonlySet<Stage> = new Set<Stage>([
  'snapshot',
  'condition',
  'choose',
  'report',
]);

/** Stage (empty: the run), and what became of it. */
type News = { readonly stage: Stage | ''; readonly event: Announcement['event'] };

/** What a step's record tells besides: the stages before have ended, and its own has begun, or ended too. */
export async function announceStep(
  db: Kysely<Database>,
  runId: string,
  stage: Stage,
): Promise<void> {
  const begun = LEVEL[stage] + (OF_ONE_STEP.has(stage) ? 1 : 0);
  const ended = Array.from({ length: begun }, (_, level) => [
    ...ofLevel(level, 'START'),
    ...ofLevel(level, 'COMPLETE'),
  ]);
  await announce(db, runId, [...ended.flat(), ...ofLevel(begun, 'START')]);
}

/** A run that begins, or ends: what of it was under way has ended with it. */
export async function announceRun(
  db: Kysely<Database>,
  runId: string,
  status: RunStatus,
): Promise<void> {
  const started: News = { stage: '', event: 'START' };
  if (!isTerminal(status)) return announce(db, runId, [started, ...ofLevel(0, 'START')]);
  const event = endOf(status);
  const open = await openLevel(db, runId);
  await announce(db, runId, [
    started,
    ...(open === null ? [] : await endOfLevel(db, runId, open, event)),
    { stage: '', event },
  ]);
}

function endOf(status: RunStatus): Announcement['event'] {
  if (status === 'CANCELLED') return 'ABORT';
  return status === 'FAILED' ? 'FAIL' : 'COMPLETE';
}

/** It may have failed between two stages: then it is the one that was to follow that failed. */
async function endOfLevel(
  db: Kysely<Database>,
  runId: string,
  level: number,
  event: Announcement['event'],
): Promise<readonly News[]> {
  if (event === 'COMPLETE' || !(await isRecorded(db, runId, level))) return ofLevel(level, event);
  const next = level + 1;
  return [...ofLevel(level, 'COMPLETE'), ...ofLevel(next, 'START'), ...ofLevel(next, event)];
}

function ofLevel(level: number, event: Announcement['event']): readonly News[] {
  return STAGES.filter((stage) => LEVEL[stage] === level).map((stage) => ({ stage, event }));
}

/**
 * In this order, each once: a second beginning, or a second end, changes nothing. Times are those of the recorded attempts;
 * where there are none yet, now.
 */
async function announce(db: Kysely<Database>, runId: string, news: readonly News[]): Promise<void> {
  const stages = news.map(({ stage }) => stage);
  const events = news.map(({ event }) => event);
  await sql`
    insert into outbox (run_id, stage, event, at)
    select ${runId}::uuid, stage, event, coalesce(
      (select case event when 'START' then min(started_at) else max(ended_at) end
        from step join step_attempt on step_id = step.id
        where run_id = ${runId} and step.stage = news.stage and outcome = 'SUCCEEDED'),
      clock_timestamp())
    from unnest(${stages}::text[], ${events}::text[]) with ordinality as news (stage, event, place)
    where not exists (select from outbox known where known.run_id = ${runId}
      and known.stage = news.stage and (known.event = 'START') = (news.event = 'START'))
    order by place
    on conflict do nothing`.execute(db);
}

/** The level that has begun and not ended. */
async function openLevel(db: Kysely<Database>, runId: string): Promise<number | null> {
  const { rows } = await sql<{ stage: Stage }>`
    select stage from outbox where run_id = ${runId} and stage <> ''
    group by stage having count(*) = 1`.execute(db);
  const [open] = rows;
  return open === undefined ? null : LEVEL[open.stage];
}

/** Whether every planned batch of a level has its step, and everything that was to be trained its training. */
async function isRecorded(db: Kysely<Database>, runId: string, level: number): Promise<boolean> {
  const stage = STAGES.findLast((one) => LEVEL[one] === level);
  const { rows } = await sql<{ isRecorded: boolean }>`
    with planned as (select number from batch where run_id = ${runId} and stage = ${stage})
    select exists (select from planned)
      and not exists (select from planned where not exists (select from step
        where run_id = ${runId} and stage = ${stage} and scope = 'own' and batch = number))
      and (${stage} <> 'train' or not exists (select from run_partition part
        where run_id = ${runId} and decision = any(${FITTED}::text[]) and not exists (select from training
          where training.run_id = part.run_id and training.partition_id = part.partition_id)))
      as "isRecorded"`.execute(db);
  return rows[0]?.isRecorded ?? false;
}
