import type { Digest } from '../../domain/digest.ts';
import type { Scope } from '../../domain/run.ts';
import type { SideScores } from '../../partition/evaluate-facts.ts';

type OfPartition = { readonly run_id: string; readonly partition_id: string };

/** The tables of models that answer for a partition together. */
export type BlendTables = {
  readonly blend: OfPartition & {
    readonly digest: Digest;
    readonly without_fold: readonly number[];
    readonly scores: SideScores;
  };
  readonly blend_part: OfPartition & {
    readonly number: number;
    readonly rung: Scope;
    readonly model_digest: Digest;
    readonly weight: number;
  };
};
