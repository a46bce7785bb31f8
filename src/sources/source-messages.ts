import type { FailureKind } from '../domain/failure.ts';
import type { MadeSnapshot } from './make-snapshot.ts';
import type { Preview, PreviewRequest } from './preview.ts';
import type { SnapshotProgress, SnapshotRequest } from './snapshot-request.ts';

/** Exit codes of a process that saw itself pass a limit. */
export const OVER_MEMORY = 77;
export const OVER_DISK = 78;
/** Others need the rest of the disk. */
export const DISK_FULL = 79;

/** What a process that reads a source is told once. */
export type SourceTask =
  | { readonly kind: 'snapshot'; readonly request: SnapshotRequest }
  | { readonly kind: 'preview'; readonly request: PreviewRequest };

/** What comes of each kind of task. */
export type SourceResults = { readonly snapshot: MadeSnapshot; readonly preview: Preview };

/** What it tells. */
export type SourceMessage =
  | { readonly kind: 'progress'; readonly progress: SnapshotProgress }
  | { readonly kind: 'done'; readonly result: SourceResults[SourceTask['kind']] }
  | {
      readonly kind: 'failed';
      /** Null: a bug, told with its stack. */
      readonly failure: FailureKind | null;
      readonly message: string;
      readonly stack?: string;
    };
