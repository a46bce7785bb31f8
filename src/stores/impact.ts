import type { Digest } from '../domain/digest.ts';
import type { RunStatus } from '../domain/run.ts';

/** What data or models are asked about: anything with a digest, or every run's partition of that text. */
export type Subject =
  | { readonly kind: ObjectKind; readonly digest: Digest }
  | {
      readonly kind: 'partition';
      readonly text: string;
      /** Null: of every experiment. */
      readonly experiment: string | null;
    };

/** Of the objects that have a digest, in the words of the record. */
export type ObjectKind =
  | 'rows'
  | 'snapshot'
  | 'snapshot_file'
  | 'folds'
  | 'features'
  | 'model'
  | 'model_pack'
  | 'prediction_pack'
  | 'report'
  | 'blend';

/**
 * How it reached a model: the model is what was asked about; it was trained on the rows; the rows were merged with others
 * for it; it is the model of their parent; or it is the model without partition of a run that read them.
 */
export type Reach = 'itself' | 'rows' | 'union' | 'parent' | 'global';

export type TouchedModel = {
  readonly runId: string;
  readonly experiment: string;
  readonly partition: string;
  readonly model: Digest;
  readonly reach: Reach;
  /** The run that fitted it, where this one took it over. */
  readonly origin: string | null;
  /** Partitions of the run for which it is the chosen answer. */
  readonly answers: number;
};

export type TouchedRun = {
  readonly runId: string;
  readonly experiment: string;
  readonly status: RunStatus;
  readonly createdAt: string;
  readonly models: number;
  readonly answers: number;
};

/** A name whose run answers with a touched model now. */
export type TouchedAlias = {
  readonly experiment: string;
  readonly alias: string;
  readonly runId: string;
  readonly answers: number;
};

/** Everything downstream of something that turned out bad. Lists hold at most 1,000 entries, the newest runs first. */
export type Impact = {
  readonly subject: Subject;
  readonly runs: readonly TouchedRun[];
  readonly models: readonly TouchedModel[];
  readonly aliases: readonly TouchedAlias[];
  readonly counts: { readonly runs: number; readonly models: number; readonly answers: number };
};
