import { Failure } from '../src/domain/failure.ts';
import type { Score } from '../src/domain/metric.ts';
import type { Outcome } from '../src/engines/engine.ts';
import { allTrainingRows, validationRows } from '../src/estimators/folds.ts';
import { type Round, searchCandidates } from '../src/estimators/search.ts';
import { BudgetClock, cutText } from '../src/partition/budget-clock.ts';
import {
  bestCandidate,
  failedRefit,
  refitPart,
  withEnsemble,
} from '../src/partition/candidate-facts.ts';
import { candidateCount } from '../src/partition/ensemble-layer.ts';
import type { FoldFacts, FoldPart, RankFacts, RefitFacts } from '../src/partition/part-facts.ts';
import { isSelecting } from '../src/partition/place-selections.ts';
import {
  createPredictions,
  forgetLayerIn,
  ofRepeat,
  outputWidth,
  type Predictions,
  predictionsFromBytes,
  predictionsToBytes,
} from '../src/partition/predictions.ts';
import { foldsOfRepeats, repeatsOf, rowsOfRepeat } from '../src/partition/repeats.ts';
import { searchFacts, searchInput } from '../src/partition/search-partition.ts';
import type {
  CandidateFacts,
  SearchFacts,
  TrainArgs,
  TrainResult,
} from '../src/partition/train-facts.ts';
import type { ObjectStore } from '../src/stores/object-store.ts';
import type { PackMember } from '../src/stores/objects/pack.ts';
import {
  foldFactsOf,
  isWhole,
  type JoinedTrial,
  joinCandidates,
  joinFoldSelections,
  joinSelection,
  writePartInto,
} from './joined-parts.ts';
import { PartsTasks, type TasksOver, type TasksScope } from './parts-tasks.ts';

/** A fit of the candidate at that place. */
type PlacedPart = { readonly place: number; readonly part: FoldPart };

/** What the folds say of a candidate in one round; `cut`: that its budget was spent. */
type RoundFit = { folds: FoldFacts[]; cut?: string };

type Refit = Outcome<RefitFacts> & { readonly kind: 'ok' };

/** Whose model is trained in parts. */
export type PartsOf = TasksOver & {
  readonly args: TrainArgs;
  /** Of its rows, those of one repeat after those of another. */
  readonly folds: Uint8Array;
  /** Rows that are trained on at most. */
  readonly maxRows: number;
};

/** What became of all parts; `isWhole`: none failed, so that `train` would have said the same. */
export type JoinedTraining = { readonly ms: number; readonly log: string } & (
  | {
      readonly kind: 'trained';
      readonly facts: TrainResult & { readonly best: number };
      readonly model: Uint8Array;
      readonly predictions: Uint8Array;
      readonly isWhole: boolean;
    }
  | { readonly kind: 'failed'; readonly candidates: readonly CandidateFacts[] }
);

/** What `train` does, in parts that threads share: every candidate on every fold, their ranking, the best one's refit. */
export class PartsTraining {
  readonly #of: PartsOf;
  readonly #objects: ObjectStore;
  readonly #tasks: PartsTasks;
  readonly #args: TrainArgs;

  constructor(of: PartsOf, scope: TasksScope & { readonly objects: ObjectStore }) {
    this.#of = of;
    this.#args = of.args;
    this.#objects = scope.objects;
    this.#tasks = new PartsTasks(of, scope);
  }

  async train(): Promise<JoinedTraining> {
    const { spec, classes } = this.#args;
    const stored = this.#of.folds;
    const repeats = repeatsOf(spec);
    const rowCount = stored.length / repeats;
    const folds = foldsOfRepeats({ frame: { rowCount, columns: [] }, folds: stored }, spec);
    const layers = candidateCount(spec) + 1;
    // All that is predicted of the table stands here once, whatever comes from the fits.
    const written = createPredictions(rowCount, layers, outputWidth(classes), repeats);
    const { trials: searched, search } = await this.#search(folds[0], written);
    const trials = await this.#repeat(searched, folds, written);
    const { ranking, predictions } = await this.#rank(written);
    const ranked = withEnsemble(joinCandidates(trials, ranking), ranking);
    const { candidates, refitted } = await this.#refitBest(ranked, ranking);
    const spent = { ms: this.#tasks.ms, log: this.#tasks.log };
    if (refitted === null) return { ...spent, kind: 'failed', candidates };
    const { best, refit } = refitted;
    writePartInto(refit, everyRow(rowCount), layers - 1, predictions);
    const { columns, foldSelections: _, ...made } = refit.facts;
    const selection = joinSelection({ selection: made.selection, columns }, searched);
    const foldSelections = joinFoldSelections(refit.facts, trials, repeats * spec.validate.folds);
    const model = refit.blobs.get('model');
    if (model === undefined) throw new Error('A refit gave no model.');
    const { bestWithout } = ranking;
    return {
      ...spent,
      kind: 'trained',
      facts: {
        ...made,
        selection,
        candidates,
        search,
        best,
        bestWithout,
        ...(isSelecting(this.#args) && { foldSelections }),
      },
      model,
      predictions: predictionsToBytes(predictions),
      isWhole: trials.every(isWhole) && candidates.every(({ status }) => status !== 'failed'),
    };
  }

  /** As `searchPartition` does it, the trials of a round side by side; into the first repeat. */
  async #search(
    folds: Uint8Array,
    predictions: Predictions,
  ): Promise<{ readonly trials: readonly JoinedTrial[]; readonly search: SearchFacts | null }> {
    const { spec } = this.#args;
    const clock = new BudgetClock(this.#args, folds.length);
    const rowCount = Math.min(this.#of.maxRows, allTrainingRows(folds).length);
    const { winners } = this.#args;
    const searching = searchCandidates({
      ...searchInput(spec, this.#of.partition.text, rowCount),
      winners,
    });
    const fits = new Map<number, RoundFit>();
    let next = searching.next();
    while (next.done !== true) {
      const round = next.value;
      const { layers, width } = predictions;
      const into = round.share === 1 ? predictions : createPredictions(folds.length, layers, width);
      const fitted = await this.#fitRound(round, { folds, predictions: into, clock });
      if (round.share === 1) for (const [place, one] of fitted) fits.set(place, one);
      const places = round.trials.map(({ place }) => place);
      const scores = round.isScored ? await this.#score(into, places) : [];
      next = searching.next({ scores, isSpent: clock.isSpent() });
    }
    const trials = next.value.map(({ candidate, dropped }, place) => {
      const { folds: said = [], cut } = fits.get(place) ?? {};
      return { candidate, folds: said, dropped: dropped ?? cut };
    });
    return { trials, search: searchFacts(spec, clock, trials) };
  }

  /**
   * All candidates on all folds side by side. Under a budget of a candidate its first fold comes alone and says whether
   * the others are begun: `train`, which fits fold after fold, would give up the same ones.
   */
  async #fitRound(
    { trials, share }: Round,
    into: {
      readonly folds: Uint8Array;
      readonly predictions: Predictions;
      readonly clock: BudgetClock;
    },
  ): Promise<ReadonlyMap<number, RoundFit>> {
    const { validate, tune } = this.#args.spec;
    const every = Array.from({ length: validate.folds }, (_unused, fold) => fold);
    const fits = new Map(trials.map(({ place }): [number, RoundFit] => [place, { folds: [] }]));
    const fit = async (some: Round['trials'], folds: readonly number[]) => {
      const parts = some.flatMap(({ place, candidate }) =>
        folds.map((fold) => ({ place, part: { candidate, fold, share } })),
      );
      await this.#fitParts(parts, ({ place, part: { fold } }, outcome) => {
        const result = foldFactsOf(outcome);
        (fits.get(place) as RoundFit).folds[fold] = result;
        if (result.status === 'ok')
          writePartInto(outcome, validationRows(into.folds, fold), place, into.predictions);
      });
    };
    if (share < 1 || tune.budget?.candidate === undefined) {
      await fit(trials, every);
      return fits;
    }
    const going = (some: Round['trials'], before: number) =>
      some.filter(({ place }) => {
        const one = fits.get(place) as RoundFit;
        if (one.folds.some(({ status }) => status === 'failed')) return false;
        const ms = one.folds.slice(0, before).reduce((sum, { fitMs }) => sum + fitMs, 0);
        if (into.clock.mayGoOn(place, ms)) return true;
        fits.set(place, { folds: [], cut: cutText(tune.budget?.candidate) });
        forgetLayerIn(into.predictions, place);
        return false;
      });
    const begun = going(trials, 0);
    await fit(begun, every.slice(0, 1));
    const rest = going(begun, 1);
    await fit(rest, every.slice(1));
    going(rest, every.length - 1);
    return fits;
  }

  /** What the search has left, on the folds of the other repeats. */
  async #repeat(
    trials: readonly JoinedTrial[],
    folds: readonly Uint8Array[],
    predictions: Predictions,
  ): Promise<readonly JoinedTrial[]> {
    const { folds: count } = this.#args.spec.validate;
    const parts = [...trials.entries()].flatMap(([place, trial]) =>
      isWhole(trial)
        ? Array.from({ length: count * (folds.length - 1) }, (_unused, i) => {
            const repeat = 1 + Math.floor(i / count);
            return {
              place,
              part: { candidate: trial.candidate, fold: i % count, share: 1, repeat },
            };
          })
        : [],
    );
    if (parts.length === 0) return trials;
    const facts = trials.map((trial) => [...trial.folds]);
    await this.#fitParts(parts, ({ place, part: { fold, repeat = 0 } }, outcome) => {
      const result = foldFactsOf(outcome);
      (facts[place] as FoldFacts[])[repeat * count + fold] = result;
      const own = folds[repeat] as Uint8Array;
      const rows = rowsOfRepeat(validationRows(own, fold), repeat, own.length);
      if (result.status === 'ok') writePartInto(outcome, rows, place, predictions);
    });
    return trials.map((trial, place) => ({ ...trial, folds: facts[place] as FoldFacts[] }));
  }

  /** Every outcome is told as it comes and let go then: all of them together would be the predictions once more. */
  async #fitParts(
    parts: readonly PlacedPart[],
    tell: (part: PlacedPart, outcome: Outcome<FoldFacts>) => void,
  ): Promise<void> {
    // The last algorithms of the registry's order are the costliest: they start first.
    const ordered = parts.toReversed();
    const tasks = ordered.map(({ part }) => ({ ...this.#tasks.task(), part }));
    const call = { name: 'train-fold', args: this.#args, tasks } as const;
    await this.#tasks.each(call, (outcome) => tell(ordered[outcome.task] as PlacedPart, outcome));
  }

  async #score(predictions: Predictions, places: readonly number[]): Promise<readonly Score[]> {
    const stored = await this.#put(predictionsToBytes(ofRepeat(predictions, 0)));
    const inputs = [{ name: 'predictions', ...stored }];
    const tasks = [{ ...this.#tasks.task(), inputs, part: { places } }];
    const [outcome] = await this.#tasks.all({ name: 'score-trials', args: this.#args, tasks });
    if (outcome?.kind !== 'ok')
      throw new Failure('run-failed', `Scoring candidates failed: ${outcome?.message}`);
    return outcome.facts.scores;
  }

  /** The ranking, and the predictions as it left them: adjusted, where the spec asks for it. */
  async #rank(
    predictions: Predictions,
  ): Promise<{ readonly ranking: RankFacts; readonly predictions: Predictions }> {
    const stored = await this.#put(predictionsToBytes(predictions));
    const inputs = [{ name: 'predictions', ...stored }];
    const tasks = [{ ...this.#tasks.task(), inputs }];
    const [outcome] = await this.#tasks.all({ name: 'rank', args: this.#args, tasks });
    if (outcome?.kind !== 'ok')
      throw new Failure('run-failed', `Ranking the candidates failed: ${outcome?.message}`);
    const adjusted = outcome.blobs.get('predictions');
    const { layers, width, repeats } = predictions;
    return {
      ranking: outcome.facts,
      predictions:
        adjusted === undefined
          ? predictions
          : predictionsFromBytes(adjusted.slice(), layers, width, repeats),
    };
  }

  /** The best candidate that can also be fitted on all training rows; those that can't are marked. */
  async #refitBest(
    ranked: readonly CandidateFacts[],
    ranking: RankFacts,
  ): Promise<{
    readonly candidates: readonly CandidateFacts[];
    readonly refitted: { readonly best: number; readonly refit: Refit } | null;
  }> {
    const candidates = [...ranked];
    for (;;) {
      const best = bestCandidate(this.#args.spec.metric, candidates);
      if (best === null) return { candidates, refitted: null };
      const part = refitPart(candidates, best, ranking);
      const tasks = [{ ...this.#tasks.task(), part }];
      const [refit] = await this.#tasks.all({ name: 'refit', args: this.#args, tasks });
      if (refit?.kind === 'ok') return { candidates, refitted: { best, refit } };
      candidates[best] = failedRefit(candidates[best] as CandidateFacts, `${refit?.message}`);
    }
  }

  async #put(bytes: Uint8Array): Promise<PackMember> {
    return { pack: await this.#objects.put(bytes), offset: 0, length: bytes.length };
  }
}

function everyRow(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}
