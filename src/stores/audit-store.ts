import type { Json } from '../domain/json.ts';

/** `system`: what a run does by itself. */
export type AuditRole = 'viewer' | 'editor' | 'admin' | 'system';

/** One thing that was asked of the system, how it was answered, or what became of it. */
export type NewAuditEvent = {
  /** Joins what was asked and how it was answered; absent where nothing was asked over HTTP. */
  readonly requestId?: string | null;
  readonly actor: string;
  readonly role: AuditRole;
  /** `POST /runs/{run}/cancel`, `run.cancel`, `step.recorded` … */
  readonly action: string;
  readonly target: { readonly [name: string]: string };
  /** How it was answered over HTTP; null: asked, or nobody asked over HTTP. */
  readonly status?: number | null;
  readonly before?: Json;
  readonly after?: Json;
  readonly reason?: string | null;
};

/** What an event is about: a run at least. */
export type AboutRun = { readonly target: { readonly run: string } };

export type AuditEvent = {
  /** Its place in the chain. */
  readonly id: number;
  readonly at: string;
  readonly requestId: string | null;
  readonly actor: string;
  readonly role: AuditRole;
  readonly action: string;
  readonly target: { readonly [name: string]: string };
  readonly status: number | null;
  readonly before: Json;
  readonly after: Json;
  readonly reason: string | null;
};

/** The end of the chain: who keeps it elsewhere can tell later whether anything before it was touched. */
export type AuditHead = {
  readonly seq: number;
  /** Hex. */
  readonly hash: string;
};

/** An event as it was hashed: `hash` = SHA-256 over `prev` and the payload's UTF-8 bytes. */
export type ChainEntry = AuditHead & { readonly prev: string; readonly payload: string };

/** Something in the record that is not as it was written. */
export type AuditFinding = {
  readonly kind: 'event' | 'gap' | 'tail' | 'row' | 'run' | 'document' | 'checkpoint';
  /** One sentence that names the place. */
  readonly message: string;
  readonly seq?: number;
  readonly table?: string;
  readonly row?: string;
};

export type AuditVerdict = {
  readonly head: AuditHead;
  readonly events: number;
  /** Rows that the events vouch for. */
  readonly rows: number;
  /** Steps and runs that are older than the chain: nobody vouches for them. */
  readonly unvouched: number;
  /** At most 100. */
  readonly findings: readonly AuditFinding[];
};

export type AuditFilter = {
  readonly actor?: string | undefined;
  /** How it begins: `run.`, `POST /runs`. */
  readonly action?: string | undefined;
  /** What it was done to, or how that begins: an id, a name. */
  readonly subject?: string | undefined;
  /** ISO 8601: not before then. */
  readonly since?: string | undefined;
  /** ISO 8601: before then. */
  readonly until?: string | undefined;
};

/** Who changed what. Events are added and never changed. */
export interface AuditStore {
  append(event: NewAuditEvent): Promise<void>;
  /** Adds nothing where an event with the same action and target stands. */
  appendOnce(event: NewAuditEvent & AboutRun): Promise<void>;
  /** The newest first, of those that every part of the filter is true of; with a smaller id than `before`. */
  list(
    page: AuditFilter & { readonly before?: number | undefined; readonly limit: number },
  ): Promise<readonly AuditEvent[]>;
  head(): Promise<AuditHead>;
  /** The whole chain in its order, in pages. */
  entries(): AsyncIterable<ChainEntry>;
  /** Recomputes every hash of the chain, and of every row that an event vouches for. Reads all of the record. */
  verify(): Promise<AuditVerdict>;
}
