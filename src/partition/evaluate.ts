import type { EvaluateArgs, EvaluateFacts } from './facts.ts';
import { ownAgainstGlobal } from './own-against-global.ts';
import type { PartitionData, PartitionResult } from './partition-function.ts';
import { plotFacts } from './plots.ts';
import { sideOf, sideScores } from './side-scores.ts';
import { truthOf } from './truth.ts';

/** Own and global scores on identical rows, their comparison, and what a report draws (`EvaluateFacts`). */
export function evaluate(data: PartitionData, args: EvaluateArgs): PartitionResult<EvaluateFacts> {
  const { folds } = data;
  if (folds === undefined) throw new RangeError('Evaluation needs the folds of its rows.');
  const truth = truthOf(data.frame, args, folds);
  const own = sideOf(data, 'own', args);
  const global = sideOf(data, 'global', args);
  const shown = own ?? global;
  const facts: EvaluateFacts = {
    own: own && sideScores(truth, own, folds),
    global: global && sideScores(truth, global, folds),
    comparison: own && global && ownAgainstGlobal(truth, own, global, folds),
    plots: shown && plotFacts(truth, shown, folds),
  };
  return { facts, blobs: new Map() };
}
