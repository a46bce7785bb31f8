import type { RunChanges, RunComparison } from './compare-runs.ts';

/** What another result may come from, the plainest first. */
export type DifferenceCause = 'data' | 'code' | 'environment' | 'non-determinism';

export type Reproduction = {
  /** Null: nothing was fitted, because the rows are not what the run read. */
  readonly runId: string | null;
  readonly origin: string;
  readonly isReproduced: boolean;
  readonly partitions: number;
  /** The first difference in the order of the work, with what it comes from; null: there is none. */
  readonly first: RunComparison['first'];
  readonly cause: DifferenceCause | null;
  /** What was not the same this time, whether or not it made a difference. */
  readonly changed: RunChanges;
};
