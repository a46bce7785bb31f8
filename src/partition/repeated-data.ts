import type { RankArgs } from './part-facts.ts';
import type { PartitionData } from './partition-function.ts';
import { foldsOfRepeats, repeatsOf, stackFolds, stackTruth } from './repeats.ts';
import { type Truth, truthOf } from './truth.ts';

/** What is scored and compared: rows with their folds, stored predictions, and what is true. */
export type JudgedData = {
  readonly data: PartitionData & { readonly folds: Uint8Array };
  readonly truth: Truth;
};

/**
 * The data as it is, or, under `validate.repeats`, with a copy of its rows for each repeat. Inputs stay as
 * they are: predictions are stored once and read as of copies. `data.frame` of copies has no columns: `truth` has all that
 * is asked of them.
 */
export function judgedData(data: PartitionData, args: RankArgs): JudgedData {
  const { frame } = data;
  const dealt = foldsOfRepeats(data, args.spec);
  const [folds] = dealt;
  const truth = truthOf(frame, args, folds);
  const repeats = repeatsOf(args.spec);
  if (repeats === 1) return { data: { ...data, folds }, truth };
  return {
    data: {
      ...data,
      frame: { rowCount: frame.rowCount * repeats, columns: [] },
      folds: stackFolds(dealt, args.spec.validate.folds),
    },
    truth: stackTruth(truth, frame.rowCount, repeats),
  };
}
