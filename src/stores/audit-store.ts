/** One thing that was asked of the system, or how it was answered. */
export type NewAuditEvent = {
  /** Joins what was asked and how it was answered. */
  readonly requestId: string;
  readonly actor: string;
  readonly role: 'viewer' | 'editor' | 'admin';
  /** `POST /runs/{run}/cancel`. */
  readonly action: string;
  readonly target: { readonly [name: string]: string };
  /** Null: asked; else how it was answered. */
  readonly status: number | null;
};

export type AuditEvent = NewAuditEvent & { readonly id: number; readonly at: string };

/** Who changed what. Events are added and never changed. */
export interface AuditStore {
  append(event: NewAuditEvent): Promise<void>;
  /** The newest first; with a smaller id than `before`. */
  list(page: { readonly before?: number; readonly limit: number }): Promise<readonly AuditEvent[]>;
}
