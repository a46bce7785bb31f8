import { validationRows } from '../estimators/folds.ts';
import { FitSite } from './fit-candidate.ts';
import { type FoldFit, fitFold } from './fit-fold.ts';
import { type Predictions, writeLayerInto } from './predictions.ts';
import { rowsOfRepeat } from './repeats.ts';
import type { Trial } from './search-partition.ts';
import type { TrainingData } from './training-data.ts';

/**
 * Fits what the search has left on every fold of the other repeats; a candidate that fails there has failed. `others`: the
 * rows dealt to the folds of each, made when they are wanted.
 */
export function fitRepeats(
  trials: readonly Trial[],
  others: readonly (() => TrainingData)[],
  predictions: Predictions,
): readonly Trial[] {
  const fits = trials.map(({ folds, failure }) => ({ folds: [...folds], failure }));
  others.forEach((training, i) => {
    const data = training();
    const { rowCount } = data.frame;
    for (let fold = 0; fold < data.args.spec.validate.folds; fold++) {
      const site = new FitSite(data, fold);
      const rows = rowsOfRepeat(validationRows(data.folds, fold), i + 1, rowCount);
      trials.forEach(({ candidate, dropped }, place) => {
        const one = fits[place] as { folds: FoldFit[]; failure: string | undefined };
        if (dropped !== undefined || one.failure !== undefined) return;
        const fit = fitFold(data, site, candidate, fold);
        one.folds.push(fit);
        if (fit.status === 'failed') one.failure = fit.because;
        else writeLayerInto(fit.output, rows, place, predictions);
      });
    }
  });
  return trials.map((trial, place) => ({ ...trial, ...fits[place] }));
}
