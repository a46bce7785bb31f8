import type { ColumnType, Generated } from 'kysely';
import type { Json } from '../../domain/json.ts';
import type { AuditRole } from '../audit-store.ts';

/** The tables of what people and runs have changed. */
export type LedgerTables = {
  readonly audit_event: AuditEventTable;
  readonly audit_head: AuditHeadTable;
  readonly alias_event: AliasEventTable;
  /** A view: the newest event of each. */
  readonly alias: AliasEventTable;
};

export type DefaultNow = ColumnType<string, never, never>;

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
type AuditHeadTable = { readonly seq: number };
