import { sql } from 'kysely';
import { FITTED } from '../../../domain/run.ts';
import { IN_TRAIL, type Invariant, TOUCHED } from './invariant.ts';

const STEP = sql`s.run_id || ' ' || s.stage || ' ' || s.scope || ' ' || s.batch`;

/** Runs, their steps and the attempts at them, against the trail and what was announced. */
export const INVARIANTS_OF_RUNS: readonly Invariant[] = [
  {
    name: 'ended-runs-in-trail',
    what: 'runs that have ended without an event that says so',
    remedy: TOUCHED,
    offenders: sql`
      select id::text from run
      where status not in ('PENDING', 'RUNNING') and id in ${IN_TRAIL}
        and not exists (select from audit_event where action = 'run.status'
          and target ->> 'run' = run.id::text and after ->> 'status' = run.status)`,
  },
  {
    name: 'steps-in-trail',
    what: 'steps without an event of their own, or with more than one',
    remedy: TOUCHED,
    offenders: sql`
      select ${STEP} as id from step s
      left join (select (target ->> 'step')::bigint as id, count(*) as times from audit_event
        where action = 'step.recorded' group by 1) as told on told.id = s.id
      -- Features and selection are told with the training.
      where stage not in ('features', 'select') and times is distinct from 1
        and run_id in ${IN_TRAIL}`,
  },
  {
    name: 'end-of-trail',
    what: 'ends of the trail that are not where its events end',
    remedy: TOUCHED,
    offenders: sql`
      select 'event ' || seq as id from audit_head
      where seq <> (select count(*) from audit_event) or hash <> coalesce(
        (select hash from audit_event order by audit_event.seq desc limit 1), hash)`,
  },
  {
    name: 'announced-ends',
    what: 'runs whose end was not announced as it is, or before it came',
    remedy: TOUCHED,
    offenders: sql`
      select run.id::text from run
      join outbox begun on begun.run_id = run.id and begun.stage = '' and begun.event = 'START'
      left join outbox ended on ended.run_id = run.id and ended.stage = '' and ended.event <> 'START'
      where ended.id < begun.id or ended.event is distinct from case run.status
        when 'SUCCEEDED' then 'COMPLETE' when 'PARTIAL' then 'COMPLETE'
        when 'FAILED' then 'FAIL' when 'CANCELLED' then 'ABORT' end`,
  },
  {
    name: 'one-success',
    what: 'steps without an attempt that succeeded, or with more than one',
    remedy: TOUCHED,
    offenders: sql`
      select ${STEP} as id from step s
      left join step_attempt a on a.step_id = s.id and a.outcome = 'SUCCEEDED'
      group by s.id having count(a.id) <> 1`,
  },
  {
    name: 'fenced-attempts',
    what: 'steps with an attempt that is newer than the newest they know of',
    remedy: TOUCHED,
    offenders: sql`
      select distinct ${STEP} as id from step s
      join step_attempt a on a.step_id = s.id and a.activity_id = s.activity_id
      where a.attempt > s.attempt`,
  },
  {
    name: 'attempts-in-order',
    what: 'steps whose attempts before the one that succeeded are not all on record',
    remedy: TOUCHED,
    offenders: sql`
      select ${STEP} as id from step s
      join step_attempt done on done.step_id = s.id and done.outcome = 'SUCCEEDED'
      left join step_attempt earlier on earlier.step_id = s.id
        and earlier.activity_id = done.activity_id and earlier.attempt < done.attempt
      where s.stage not in ('features', 'select')
      group by s.id, done.id having count(distinct earlier.attempt) <> done.attempt - 1`,
  },
  {
    name: 'whole-runs',
    what: 'runs that have ended well and lack a training, a choice, their totals or their report',
    remedy: TOUCHED,
    offenders: sql`
      select id::text from run where status in ('SUCCEEDED', 'PARTIAL') and (
        not exists (select from run_totals where run_id = run.id)
        or not exists (select from run_report where run_id = run.id)
        or id in (select part.run_id from run_partition part
          left join training on training.run_id = part.run_id
            and training.partition_id = part.partition_id
          where decision in (${sql.join(FITTED)}) and training.run_id is null)
        or id in (select part.run_id from run_partition part
          left join choice on choice.run_id = part.run_id and choice.partition_id = part.partition_id
          where part.ordinal <> -1 and choice.run_id is null))`,
  },
  {
    name: 'status-as-chosen',
    what: 'runs whose status is another one than that of their partitions together',
    remedy: TOUCHED,
    offenders: sql`
      select run.id::text from run
      join (select t.run_id, count(*) as partitions,
          count(*) filter (where t.status in ('failed', 'skipped')) as unanswered
        from choice t join run_partition part using (run_id, partition_id)
        where part.ordinal >= 0 group by t.run_id) as chosen on chosen.run_id = run.id
      where case run.status when 'SUCCEEDED' then unanswered > 0
        when 'PARTIAL' then unanswered = 0 or unanswered = partitions else false end`,
  },
  {
    name: 'same-rows',
    what: 'runs that repeat another one on other rows than it read',
    remedy: TOUCHED,
    offenders: sql`
      select run.id::text from run
      join run_snapshot own on own.run_id = run.id
      join run_snapshot origin on origin.run_id = run.origin_run_id
      where run.mode in ('retry', 'reproduce') and own.snapshot_id <> origin.snapshot_id`,
  },
  {
    name: 'names-stand',
    what: 'names that stand for a run that is deleted, of another experiment, or without chosen models',
    remedy: 'Give the name to another run with `partita promote`.',
    offenders: sql`
      select experiment.name || '@' || alias.alias || ' (' || alias.run_id || ')' as id
      from alias join experiment on experiment.id = alias.experiment_id
      where exists (select from deleted_run where deleted_run.run_id = alias.run_id)
        or not exists (select from run_totals where run_totals.run_id = alias.run_id)
        or not exists (select from run
          where run.id = alias.run_id and run.experiment_id = alias.experiment_id)`,
  },
  {
    name: 'deleted-runs-ended',
    what: 'runs that are deleted and go on',
    remedy: 'End them with `partita cancel`.',
    offenders: sql`
      select run.id::text from deleted_run join run on run.id = deleted_run.run_id
      where run.status in ('PENDING', 'RUNNING')`,
  },
];
