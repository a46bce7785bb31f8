import { digestBytes } from '../../src/frame/digest.ts';

const PLACE = '.* asset_type=a';

/** Each invariant with what breaks it alone in a run, and whom it then names. */
export const CORRUPTIONS: readonly (readonly [
  name: string,
  change: (run: string, partition: string) => string,
  names: RegExp,
])[] = [
  [
    'ended-runs-in-trail',
    (run) => `update audit_event set after = '{"status":"FAILED"}' where action = 'run.status'
      and target ->> 'run' = '${run}' and after ->> 'status' = 'SUCCEEDED'`,
    /^019f/,
  ],
  [
    'steps-in-trail',
    (run) => `update audit_event set action = 'step.forged' where target ->> 'run' = '${run}'
      and target ->> 'stage' = 'train'`,
    / train own 0$/,
  ],
  ['end-of-trail', () => 'update audit_head set seq = seq + 1', /^event \d+$/],
  [
    'announced-ends',
    (run) => `delete from outbox where run_id = '${run}' and stage = '' and event = 'COMPLETE'`,
    /^019f/,
  ],
  [
    'one-success',
    (run) => `update step_attempt set outcome = 'LOST' where outcome = 'SUCCEEDED'
      and step_id in (select id from step where run_id = '${run}' and stage = 'profile')`,
    / profile own 0$/,
  ],
  [
    'fenced-attempts',
    (run) => `update step set attempt = 1 where run_id = '${run}' and stage = 'train'`,
    / train own 0$/,
  ],
  [
    'attempts-in-order',
    (run) => `delete from step_attempt where attempt = 1
      and step_id in (select id from step where run_id = '${run}' and stage = 'train')`,
    / train own 0$/,
  ],
  ['whole-runs', (run) => `delete from run_report where run_id = '${run}'`, /^019f/],
  [
    'status-as-chosen',
    (run, partition) => `update choice set status = 'failed', model_digest = null, verdict = null
      where run_id = '${run}' and partition_id = '${partition}'`,
    /^019f/,
  ],
  [
    'same-rows',
    (run) => `insert into object (digest, kind) values ('${digestBytes('other')}', 'snapshot');
      insert into snapshot (digest, schema_digest, row_count, partition_count)
        select '${digestBytes('other')}', schema_digest, row_count, partition_count from snapshot;
      insert into snapshot_partition select max(snapshot.id) over (), partition_id, ordinal, text,
        part.digest, row_start, part.row_count from snapshot_partition part, snapshot
        where snapshot.digest = '${digestBytes('other')}';
      update profile set snapshot_id = (select max(id) from snapshot) where run_id = '${run}';
      update run_snapshot set snapshot_id = (select max(id) from snapshot) where run_id = '${run}'`,
    /^019f/,
  ],
  [
    'names-stand',
    (run) =>
      `insert into run_deletion_event (run_id, kind, actor) values ('${run}', 'delete', 'nobody')`,
    /@champion \(019f/,
  ],
  [
    'deleted-runs-ended',
    () => `insert into run_deletion_event (run_id, kind, actor)
      select id, 'delete', 'nobody' from run where status = 'RUNNING' limit 1`,
    /^019f/,
  ],
  [
    'whole-snapshots',
    () => 'update snapshot_partition set ordinal = 7 where ordinal = 2',
    /^sha256/,
  ],
  [
    'planned-as-read',
    (run, partition) => `update run_partition set row_count = 1
      where run_id = '${run}' and partition_id = '${partition}'`,
    /^019f/,
  ],
  [
    'whole-batches',
    (run) => `update batch set partition_ids = array_append(partition_ids, 'nobody')
      where run_id = '${run}' and stage = 'evaluate'`,
    / nobody \(evaluate\)$/,
  ],
  [
    'planned-batches',
    (run) => `delete from batch where run_id = '${run}' and stage = 'profile'`,
    / profile 0$/,
  ],
  [
    'one-fit-per-key',
    (run) => `update run_partition set training_key = '${digestBytes('one')}'
      where training_key is not null and run_id not in ('${run}')
        and run_id not in (select run_id from training where origin_run_id is not null)`,
    / sha256:/,
  ],
  [
    'one-model-per-key',
    (_, partition) => `insert into object_location (digest, pack_digest, byte_offset, byte_length)
        select '${digestBytes('html')}', pack_digest, 0, 1 from model limit 1;
      update model set digest = '${digestBytes('html')}' where partition_id = '${partition}'
        and run_id = (select id from run where status = 'RUNNING')`,
    /^sha256/,
  ],
  [
    'models-of-trainings',
    (run, partition) => `update candidate set is_best = not is_best where number < 2
      and run_id = '${run}' and partition_id = '${partition}'`,
    new RegExp(PLACE),
  ],
  [
    'reused-models',
    (_, partition) => `update run_partition set training_key = '${digestBytes('another')}'
      where partition_id = '${partition}'
        and run_id in (select run_id from training where origin_run_id is not null)`,
    new RegExp(PLACE),
  ],
  [
    'one-selection-per-key',
    (_, partition) => `update fold_selection set document = '{"folds":[],"shipped":{}}'
      where partition_id = '${partition}'
        and run_id = (select id from run where status = 'RUNNING')`,
    /^sha256/,
  ],
  [
    'one-selection-per-key',
    (_, partition) => `update fold_selection
      set document = replace(document::text, '[["engine_rpm"],', '[["shift"],')::json
      where partition_id = '${partition}'
        and run_id = (select id from run where status = 'RUNNING')`,
    /^sha256/,
  ],
  [
    'reused-selections',
    (_, partition) => `update run_partition set selection_key = '${digestBytes('another')}'
      where partition_id = '${partition}'
        and run_id in (select run_id from fold_selection where origin_run_id is not null)`,
    new RegExp(PLACE),
  ],
  [
    'known-answers',
    (
      run,
      partition,
    ) => `update choice set model_digest = '${digestBytes('html')}', verdict = 'global'
      where run_id = '${run}' and partition_id = '${partition}'`,
    new RegExp(PLACE),
  ],
  [
    'own-answers',
    (run, partition) => `update choice set model_digest = (select digest from model
        where run_id = '${run}' and partition_id <> '${partition}' limit 1)
      where run_id = '${run}' and partition_id = '${partition}'`,
    new RegExp(PLACE),
  ],
  [
    'drift-of-all',
    (run, partition) => `update drift set status = 'gone' where run_id = '${run}'
      and partition_id = '${partition}'`,
    new RegExp(PLACE),
  ],
  [
    'members-in-packs',
    () => `update object set byte_size = 50 where kind = 'model_pack'`,
    /^sha256/,
  ],
];
