import type { ColumnType, Generated } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import type { Json } from '../../domain/json.ts';
import type { Stage } from '../../domain/run.ts';
import type { JudgedColumn } from '../../partition/drift/drift-facts.ts';
import type { JudgedScore } from '../../partition/drift/judge-drift.ts';
import type { AuditRole } from '../audit-store.ts';
import type { Announcement } from '../outbox-store.ts';
import type { PartitionDrift } from '../run-records.ts';

/** The tables of what people and runs have changed. */
export type LedgerTables = {
  readonly audit_event: AuditEventTable;
  readonly audit_head: AuditHeadTable;
  readonly alias_event: AliasEventTable;
  /** A view: the newest event of each. */
  readonly alias: AliasEventTable;
  readonly quarantine_event: QuarantineEventTable;
  /** A view: what is in quarantine now. */
  readonly quarantine: QuarantineEventTable;
  readonly annotation: AnnotationTable;
  readonly run_deletion_event: RunDeletionEventTable;
  /** A view: runs that were deleted and not restored. */
  readonly deleted_run: RunDeletionEventTable;
  readonly outbox: OutboxTable;
  readonly drift: DriftTable;
  readonly drift_score: DriftScoreTable;
};

export type DefaultNow = ColumnType<string, never, never>;

type DriftTable = {
  readonly run_id: string;
  readonly partition_id: string;
  readonly text: string;
  readonly status: PartitionDrift['status'];
  readonly columns: ColumnType<readonly JudgedColumn[], unknown, never>;
};

/** Of those that got worse. */
type DriftScoreTable = {
  readonly run_id: string;
  readonly partition_id: string;
  readonly found: ColumnType<JudgedScore, unknown, never>;
};

/** What the chain adds to an event, its trigger does. */
type AuditEventTable = {
  readonly seq: ColumnType<number, never, never>;
  readonly at: DefaultNow;
  readonly request_id: string | null;
  readonly actor: string;
  readonly role: AuditRole;
  readonly action: string;
  readonly target: ColumnType<{ readonly [name: string]: string }, string, never>;
  readonly status: number | null;
  readonly before: ColumnType<Json, string | null, never>;
  readonly after: ColumnType<Json, string | null, never>;
  readonly reason: string | null;
};
type AliasEventTable = {
  readonly seq: Generated<number>;
  readonly experiment_id: number;
  readonly alias: string;
  readonly run_id: string;
  readonly kind: 'promote' | 'rollback';
  readonly actor: string;
  readonly reason: string | null;
  readonly at: DefaultNow;
};
type QuarantineEventTable = {
  readonly seq: Generated<number>;
  readonly kind: 'quarantine' | 'release';
  readonly subject: 'model' | 'rows' | 'snapshot' | 'partition';
  readonly digest: Digest | null;
  readonly experiment_id: number | null;
  readonly partition: string | null;
  readonly actor: string;
  readonly reason: string;
  readonly at: DefaultNow;
};
type AnnotationTable = {
  readonly seq: Generated<number>;
  readonly run_id: string | null;
  readonly model_digest: Digest | null;
  readonly kind: 'note' | 'tag' | 'untag';
  readonly name: string | null;
  readonly text: string;
  readonly actor: string;
  readonly at: DefaultNow;
};
type RunDeletionEventTable = {
  readonly seq: Generated<number>;
  readonly run_id: string;
  readonly kind: 'delete' | 'restore' | 'purge';
  readonly actor: string;
  readonly reason: string | null;
  readonly at: DefaultNow;
};
type OutboxTable = {
  readonly id: Generated<number>;
  readonly run_id: string;
  readonly stage: Stage | '';
  readonly event: Announcement['event'];
  readonly at: string;
  readonly told_at: string | null;
  readonly refusal: string | null;
};
type AuditHeadTable = { readonly seq: number };
