import { type Kysely, sql } from 'kysely';

/** What a training was made of, under one key: a later run takes over what has the same key instead of fitting it again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table code_version
      -- What fits models: the bundle of the partition functions, kernels included. Null: recorded before it was known.
      add column partition_bundle_digest digest;

    alter table run
      add column mode text not null default 'fresh' check (mode in ('fresh', 'retry', 'reproduce')),
      add column origin_run_id uuid references run,
      -- False: everything is fitted again, whatever is at hand.
      add column reuse boolean not null default true,
      -- Which partitions of the origin a retry fits again.
      add column again json,
      add constraint run_origin check ((mode = 'fresh') = (origin_run_id is null)),
      add constraint run_again check ((mode = 'retry') = (again is not null));
    create index run_by_origin on run (origin_run_id) where origin_run_id is not null;

    alter table run_partition
      -- Over everything that its training depends on; null where nothing is trained.
      add column training_key digest;
    create index run_partition_by_training_key on run_partition (training_key)
      where training_key is not null;

    alter table training
      -- The run that fitted it; null: this one.
      add column origin_run_id uuid,
      add constraint training_origin
        foreign key (origin_run_id, partition_id) references training (run_id, partition_id);
  `.execute(db);
}
