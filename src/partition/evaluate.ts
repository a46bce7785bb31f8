import { blendErrors } from './blend-errors.ts';
import type { EvaluateArgs, EvaluateFacts } from './evaluate-facts.ts';
import { ownAgainst } from './own-against.ts';
import type { PartitionData, PartitionResult } from './partition-function.ts';
import { plotFacts } from './plots.ts';
import { judgedData } from './repeated-data.ts';
import { type Side, sideOf, sideScores } from './side-scores.ts';

/** Own and global scores on identical rows, their comparison, and what a report draws (`EvaluateFacts`). */
export function evaluate(
  stored: PartitionData,
  args: EvaluateArgs,
): PartitionResult<EvaluateFacts> {
  const { data, truth } = judgedData(stored, args);
  const { folds } = data;
  const own = sideOf(data, 'own', args);
  const global = sideOf(data, 'global', args);
  const parent = sideOf(data, 'parent', args);
  const shown = own ?? global;
  const errorsAgainst = (other: Side | null) =>
    args.isBlended === true &&
    own !== null &&
    other !== null && { errors: blendErrors(truth, own, other, folds) };
  const facts: EvaluateFacts = {
    own: own && sideScores(truth, own, folds),
    global: global && sideScores(truth, global, folds),
    comparison: own && global && ownAgainst(truth, own, global, folds),
    plots: shown && plotFacts(truth, shown, folds),
    ...errorsAgainst(global),
    ...(parent !== null && {
      parent: {
        scores: sideScores(truth, parent, folds),
        comparison: own && ownAgainst(truth, own, parent, folds),
        ...errorsAgainst(parent),
      },
    }),
  };
  return { facts, blobs: new Map() };
}
