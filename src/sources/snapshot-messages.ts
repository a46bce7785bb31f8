import type { FailureKind } from '../domain/failure.ts';
import type { MadeSnapshot } from './make-snapshot.ts';
import type { SnapshotProgress } from './snapshot-request.ts';

/** Exit code of a process that saw its own memory pass the limit. */
export const OVER_MEMORY = 77;

/** What the process that makes a snapshot tells; it is told one `SnapshotRequest`. */
export type SnapshotMessage =
  | { readonly kind: 'progress'; readonly progress: SnapshotProgress }
  | { readonly kind: 'made'; readonly made: MadeSnapshot }
  | {
      readonly kind: 'failed';
      /** Null: a bug, told with its stack. */
      readonly failure: FailureKind | null;
      readonly message: string;
      readonly stack?: string;
    };
