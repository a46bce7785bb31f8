import type { Digest } from '../domain/digest.ts';
import type { AliasChange } from './registry-store.ts';

/** What became of a run that nobody wants any more. `purge`: its bytes were collected, for good. */
export type Deletion = {
  readonly runId: string;
  readonly kind: 'delete' | 'purge';
  readonly actor: string;
  readonly reason: string | null;
  readonly at: string;
};

/** A file, or a pattern of files, as a spec names it. */
export type NamedFile = { readonly path: string; readonly baseFolder: string };

/** What must stay, as of one moment. */
export type Reachable = {
  readonly objects: ReadonlySet<Digest>;
  /** Every object of the record, kept or not; what is stored besides may be another database's. */
  readonly known: ReadonlySet<Digest>;
  /** Files that specs of kept runs read, as they name them. */
  readonly sources: readonly NamedFile[];
  /** Files that specs of purged runs read. */
  readonly purgedSources: readonly NamedFile[];
  readonly purged: ReadonlySet<string>;
  /** When the oldest run that goes on was asked for: what was written since may be its own, not recorded yet. */
  readonly runningSince: Date | null;
};

/** Which runs are deleted, and what those that are not reach. The record itself keeps every row. */
export interface RetentionStore {
  /** Throws `Failure('conflict')` while the run goes on, and where a name answers with it. The same again is a no-op. */
  remove(runId: string, change: AliasChange): Promise<Deletion>;
  /** Throws `Failure('not-found')` where it is not deleted, `Failure('conflict')` once its bytes were collected. */
  restore(runId: string, change: AliasChange): Promise<void>;
  deletions(): Promise<readonly Deletion[]>;
  /** Runs whose bytes may go: deleted by `deletedBy`, to the millisecond, and before any run that goes on was asked for. */
  purgeable(deletedBy: Date): Promise<readonly string[]>;
  /** From here on nothing brings them back; a run that was restored meanwhile is left out. Names those that are purged. */
  purge(runIds: readonly string[], change: AliasChange): Promise<readonly string[]>;
  /** The name under which this database counts on objects: another server, or another database of it, has another. */
  owner(): Promise<string>;
  /** `without`: runs that count as purged already. */
  reachable(without: readonly string[]): Promise<Reachable>;
}
