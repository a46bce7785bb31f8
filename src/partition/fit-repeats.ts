import { validationRows } from '../estimators/folds.ts';
import { FitSite } from './fit-candidate.ts';
import { type FoldFit, fitFold } from './fit-fold.ts';
import { type Predictions, writeLayerInto } from './predictions.ts';
import type { Trial } from './search-partition.ts';
import type { TrainingData } from './training-data.ts';

/** One repeat more: its rows dealt to other folds, made when it is wanted, and where its predictions go. */
export type Repeat = { readonly training: () => TrainingData; readonly predictions: Predictions };

/** Fits what the search has left on every fold of the other repeats; a candidate that fails there has failed. */
export function fitRepeats(trials: readonly Trial[], repeats: readonly Repeat[]): readonly Trial[] {
  const fits = trials.map(({ folds, failure }) => ({ folds: [...folds], failure }));
  for (const { training, predictions } of repeats) {
    const data = training();
    for (let fold = 0; fold < data.args.spec.validate.folds; fold++) {
      const site = new FitSite(data, fold);
      const rows = validationRows(data.folds, fold);
      trials.forEach(({ candidate, dropped }, place) => {
        const one = fits[place] as { folds: FoldFit[]; failure: string | undefined };
        if (dropped !== undefined || one.failure !== undefined) return;
        const fit = fitFold(data, site, candidate, fold);
        one.folds.push(fit);
        if (fit.status === 'failed') one.failure = fit.because;
        else writeLayerInto(fit.output, rows, place, predictions);
      });
    }
  }
  return trials.map((trial, place) => ({ ...trial, ...fits[place] }));
}
