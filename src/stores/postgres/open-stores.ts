import type { AnnotationStore } from '../annotation-store.ts';
import type { AuditStore } from '../audit-store.ts';
import type { BookmarkStore } from '../bookmark-store.ts';
import type { IntegrityStore } from '../integrity-store.ts';
import type { LineageStore } from '../lineage-store.ts';
import type { OutboxStore } from '../outbox-store.ts';
import type { OverviewStore } from '../overview-store.ts';
import type { QuarantineStore } from '../quarantine-store.ts';
import type { RegistryStore } from '../registry-store.ts';
import type { RetentionStore } from '../retention-store.ts';
import type { RunFactsStore } from '../run-facts.ts';
import type { RunStore } from '../run-store.ts';
import { connectDatabase } from './connect.ts';
import { createPostgresIntegrityStore } from './integrity/postgres-integrity-store.ts';
import { createPostgresAnnotationStore } from './postgres-annotation-store.ts';
import { createPostgresAuditStore } from './postgres-audit-store.ts';
import { createPostgresBookmarkStore } from './postgres-bookmark-store.ts';
import { createPostgresLineageStore } from './postgres-lineage-store.ts';
import { createPostgresOutboxStore } from './postgres-outbox-store.ts';
import { createPostgresOverviewStore } from './postgres-overview-store.ts';
import { createPostgresQuarantineStore } from './postgres-quarantine-store.ts';
import { createPostgresRegistryStore } from './postgres-registry-store.ts';
import { createPostgresRetentionStore } from './postgres-retention-store.ts';
import { createPostgresRunFactsStore } from './postgres-run-facts-store.ts';
import { createPostgresRunStore } from './postgres-run-store.ts';

export type PostgresStores = {
  readonly runs: RunStore;
  readonly facts: RunFactsStore;
  readonly overview: OverviewStore;
  readonly lineage: LineageStore;
  readonly audit: AuditStore;
  readonly registry: RegistryStore;
  readonly quarantine: QuarantineStore;
  readonly annotations: AnnotationStore;
  readonly retention: RetentionStore;
  readonly bookmarks: BookmarkStore;
  readonly outbox: OutboxStore;
  readonly integrity: IntegrityStore;
};

/** Everything that is remembered in one database, over one pool of connections; connects at the first question. */
export function openPostgresStores(url: string): {
  readonly stores: PostgresStores;
  readonly close: () => Promise<void>;
} {
  const database = connectDatabase({ url, application: 'partita' });
  return {
    stores: {
      runs: createPostgresRunStore(database),
      facts: createPostgresRunFactsStore(database),
      overview: createPostgresOverviewStore(database),
      lineage: createPostgresLineageStore(database),
      audit: createPostgresAuditStore(database),
      registry: createPostgresRegistryStore(database),
      quarantine: createPostgresQuarantineStore(database),
      annotations: createPostgresAnnotationStore(database),
      retention: createPostgresRetentionStore(database),
      bookmarks: createPostgresBookmarkStore(database),
      outbox: createPostgresOutboxStore(database),
      integrity: createPostgresIntegrityStore(database),
    },
    close: () => database.destroy(),
  };
}
