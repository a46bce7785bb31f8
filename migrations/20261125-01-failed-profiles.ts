import { type Kysely, sql } from 'kysely';

/** A partition whose profile failed says so: until now its rows only looked as if they had no target. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table run_partition
      drop constraint run_partition_decision_check,
      drop constraint run_partition_reason_check,
      add constraint run_partition_decision_check
        check (decision in ('train', 'global', 'skip', 'merge', 'fail')),
      add constraint run_partition_reason_check
        check (case decision
          when 'train' then reason is null
          when 'fail' then reason in ('timeout', 'out_of_memory', 'thread_died', 'error')
          else reason in ('too_small', 'single_class', 'constant_target', 'no_target') end);
  `.execute(db);
}
