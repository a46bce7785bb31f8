import { candidateCount } from './ensemble-layer.ts';
import type { RankArgs } from './facts.ts';
import type { PartitionData } from './partition-function.ts';
import { outputWidth, predictionsFromBytes, predictionsToBytes } from './predictions.ts';
import {
  foldsOfRepeats,
  repeatsOf,
  splitRepeats,
  stackFolds,
  stackRepeats,
  stackTruth,
  storedLayers,
} from './repeats.ts';
import { type Truth, truthOf } from './truth.ts';

/** What is scored and compared: rows with their folds, stored predictions, and what is true. */
export type JudgedData = {
  readonly data: PartitionData & { readonly folds: Uint8Array };
  readonly truth: Truth;
};

/**
 * The data as it is, or, under `validate.repeats`, with a copy of its rows for each repeat. Every input holds stored
 * predictions of the rows. `data.frame` of copies has no columns: `truth` has all that is asked of them.
 */
export function judgedData(data: PartitionData, args: RankArgs): JudgedData {
  const { frame } = data;
  const dealt = foldsOfRepeats(data, args.spec);
  const [folds] = dealt;
  const truth = truthOf(frame, args, folds);
  const repeats = repeatsOf(args.spec);
  if (repeats === 1) return { data: { ...data, folds }, truth };
  const layers = storedLayers(candidateCount(args.spec), repeats);
  const inputs = [...data.inputs].map(([name, bytes]) => {
    const stored = predictionsFromBytes(bytes, layers, outputWidth(args.classes));
    return [name, predictionsToBytes(stackRepeats(splitRepeats(stored, repeats)))] as const;
  });
  return {
    data: {
      ...data,
      frame: { rowCount: frame.rowCount * repeats, columns: [] },
      folds: stackFolds(dealt, args.spec.validate.folds),
      inputs: new Map(inputs),
    },
    truth: stackTruth(truth, frame.rowCount, repeats),
  };
}
