import type { Digest } from '../domain/digest.ts';
import type { AliasChange } from './registry-store.ts';

/** What people say of a run, or of a model wherever it is. */
export type Annotated =
  | { readonly kind: 'run'; readonly runId: string }
  | { readonly kind: 'model'; readonly model: Digest };

export type Note = { readonly text: string; readonly actor: string; readonly at: string };
/** A name with a value (empty: the name says it all); the newest value stands. */
export type Tag = Note & { readonly name: string };

export type Annotations = {
  readonly of: Annotated;
  /** The oldest first. */
  readonly notes: readonly Note[];
  /** By name. */
  readonly tags: readonly Tag[];
};

export type Annotation =
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'tag'; readonly name: string; readonly text: string }
  | { readonly kind: 'untag'; readonly name: string };

/** Notes and tags: added, never changed; a tag that is taken off stays on record. */
export interface AnnotationStore {
  /** A run's id, `EXPERIMENT@ALIAS`, a model's digest, or the beginning of one. Throws `Failure('not-found')`, `Failure('usage')`. */
  annotated(text: string): Promise<Annotated>;
  annotate(of: Annotated, annotation: Annotation, by: AliasChange): Promise<Annotations>;
  annotations(of: Annotated): Promise<Annotations>;
}
