import type { StructField } from '../../../frame/arrow-structs.ts';
import type { SnapshotColumn } from '../../../sources/snapshot.ts';
import type { KeyColumn } from '../source/prepare-args.ts';
import type { PackedModels } from './packed-models.ts';

/** Name of the function over rows that puts the rows of a partition together. */
export const PLACE = 'place';
/** Name of the function over rows that predicts. */
export const SCORE = 'score';

/** How the columns that models are given stand among those that arrive: plain JSON. */
export type PlaceArgs = {
  /** As training read them; one for each of the command's columns. */
  readonly trained: readonly Pick<SnapshotColumn, 'name' | 'kind' | 'holds'>[];
  /** Where they arrive. */
  readonly places: readonly number[];
  readonly timezone: string;
  /** Key columns of the run, in order; their places are among `trained`. */
  readonly by: readonly string[];
  readonly keys: readonly KeyColumn[];
  /** So many of the arriving columns, the first ones, pass through. */
  readonly kept: number;
};

export type ScoreArgs = PlaceArgs & {
  readonly classes: readonly string[];
  /** Whether an interval is told with each prediction. */
  readonly hasIntervals: boolean;
  /** Rows come partition after partition, and a row's features are made of those before it in its partition. */
  readonly looksBack: boolean;
  readonly models: PackedModels;
};

/** What `place` adds: rows of one partition have one text; behind it the order that rows without a time are in. */
export const PLACE_FIELDS = [
  { name: '__partition', type: 'string' },
  { name: '__high', type: 'bigint' },
  { name: '__low', type: 'bigint' },
] as const;

/** What `score` adds, in this order. */
export function answerFields({
  classes,
  hasIntervals,
}: Pick<ScoreArgs, 'classes' | 'hasIntervals'>): readonly StructField[] {
  const bounds = hasIntervals ? ['lower', 'upper'] : [];
  return [
    { name: 'prediction', type: classes.length === 0 ? 'double' : 'string' },
    ...classes.map((label) => ({ name: `p:${label}`, type: 'double' as const })),
    ...bounds.map((name) => ({ name, type: 'double' as const })),
    { name: 'model', type: 'string' },
    { name: 'rung', type: 'string' },
    { name: 'reason', type: 'string' },
  ];
}
