import type { Score } from '../domain/metric.ts';
import { outOfFoldRows, validationRows } from '../estimators/folds.ts';
import { registry } from '../estimators/registry.ts';
import {
  type Round,
  type RoundScores,
  type SearchInput,
  searchCandidates,
} from '../estimators/search.ts';
import type { Candidate, Spec } from '../spec/spec.ts';
import { BudgetClock, cutText } from './budget-clock.ts';
import { FitSite } from './fit-candidate.ts';
import { type FoldFit, fitFold } from './fit-fold.ts';
import {
  createPredictions,
  forgetLayerIn,
  type Predictions,
  writeLayerInto,
} from './predictions.ts';
import { scoreCandidates } from './score-candidates.ts';
import type { SearchFacts } from './train-facts.ts';
import type { TrainingData } from './training-data.ts';

/** One candidate on one fold after the other, up to the first that fails. */
export type Trial = {
  readonly candidate: Candidate;
  readonly folds: readonly FoldFit[];
  readonly failure?: string | undefined;
  /** Why the search gave it up. */
  readonly dropped?: string | undefined;
};

/** Tries candidates as the spec's search says, in this thread, and writes what they predict for the rows of each fold: those of the first repeat. */
export function searchPartition(
  data: TrainingData,
  predictions: Predictions,
): { readonly trials: readonly Trial[]; readonly search: SearchFacts | null } {
  const { spec, winners } = data.args;
  const clock = new BudgetClock(data.args, data.frame.rowCount);
  const fitting = new Fitting(data, predictions, clock);
  const rowCount = data.trainingRows('final').length;
  const searching = searchCandidates({
    ...searchInput(spec, data.text, rowCount),
    winners,
  });
  let next = searching.next();
  while (next.done !== true) next = searching.next(fitting.round(next.value));
  const trials = next.value.map(({ candidate, dropped }, place): Trial => {
    const { folds = [], failure, cut } = fitting.fits.get(place) ?? {};
    return { candidate, folds, failure, dropped: dropped ?? cut };
  });
  return { trials, search: searchFacts(spec, clock, trials) };
}

export function searchInput(spec: Spec, place: string, rowCount: number): SearchInput {
  const { candidates, tune, metric, seed } = spec;
  return { candidates, tune, metric, registry, seed, place, rowCount };
}

/** Null where there is no budget: then every search ends by itself. */
export function searchFacts(
  { tune }: Spec,
  clock: BudgetClock,
  trials: readonly Pick<Trial, 'dropped'>[],
): SearchFacts | null {
  if (tune.budget === undefined) return null;
  return clock.facts([...trials.keys()].filter((place) => trials[place]?.dropped === undefined));
}

type Fits = { folds: FoldFit[]; failure?: string; cut?: string };

/** Fits the trials of round after round; what sees all rows is kept. */
class Fitting {
  readonly fits = new Map<number, Fits>();
  readonly #data: TrainingData;
  readonly #predictions: Predictions;
  readonly #clock: BudgetClock;
  /** Kept where trials come one by one: what a fold prepares is shared by all of them. */
  readonly #sites = new Map<number, FitSite>();

  constructor(data: TrainingData, predictions: Predictions, clock: BudgetClock) {
    this.#data = data;
    this.#predictions = predictions;
    this.#clock = clock;
  }

  round({ trials, share, isScored }: Round): RoundScores {
    const { layers, width } = this.#predictions;
    const { rowCount } = this.#data.frame;
    const isWhole = share === 1;
    const predictions = isWhole ? this.#predictions : createPredictions(rowCount, layers, width);
    const fits = isWhole ? this.fits : new Map<number, Fits>();
    for (const { place } of trials) fits.set(place, { folds: [] });
    // Fold after fold, so that what a fold prepares is shared by its candidates and then let go.
    for (let fold = 0; fold < this.#data.args.spec.validate.folds; fold++) {
      const site = this.#site(fold, share);
      for (const { place, candidate } of trials)
        this.#fit({ site, fold, place, candidate }, fits.get(place) as Fits, predictions);
    }
    const places = trials.map(({ place }) => place);
    return {
      scores: isScored ? this.#scores(predictions, places) : [],
      isSpent: this.#clock.isSpent(),
    };
  }

  #fit(
    {
      site,
      fold,
      place,
      candidate,
    }: {
      readonly site: FitSite;
      readonly fold: number;
      readonly place: number;
      readonly candidate: Candidate;
    },
    fits: Fits,
    predictions: Predictions,
  ): void {
    if (fits.failure !== undefined || fits.cut !== undefined) return;
    const spentMs = fits.folds.reduce((sum, { fitMs }) => sum + fitMs, 0);
    if (predictions === this.#predictions && !this.#clock.mayGoOn(place, spentMs)) {
      this.#cut(place, fits);
      return;
    }
    const fit = fitFold(this.#data, site, candidate, fold);
    fits.folds.push(fit);
    if (fit.status === 'failed') fits.failure = fit.because;
    else writeLayerInto(fit.output, validationRows(this.#data.folds, fold), place, predictions);
  }

  /** Nothing is left of it, so that a replay, which never begins it, leaves the same. */
  #cut(place: number, fits: Fits): void {
    fits.cut = cutText(this.#data.args.spec.tune.budget?.candidate);
    fits.folds = [];
    forgetLayerIn(this.#predictions, place);
  }

  #site(fold: number, share: number): FitSite {
    const { tune } = this.#data.args.spec;
    const isOneByOne = share === 1 && (tune.method === 'tpe' || tune.budget !== undefined);
    if (!isOneByOne) return new FitSite(this.#data, fold, share);
    const site = this.#sites.get(fold) ?? new FitSite(this.#data, fold);
    this.#sites.set(fold, site);
    return site;
  }

  #scores(predictions: Predictions, places: readonly number[]): readonly Score[] {
    const rows = outOfFoldRows(this.#data.folds);
    return scoreCandidates(this.#data.truth, predictions, rows, places);
  }
}
