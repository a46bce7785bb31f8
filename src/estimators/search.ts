import { isLowerBetter, type Metric, type Score } from '../domain/metric.ts';
import { canonicalJson, seedOf } from '../frame/digest.ts';
import { type Candidate, openSpace, orderByScore, type Tune } from './candidates.ts';
import type { Estimator } from './estimator.ts';
import { proposePoint } from './tpe.ts';
import { uniformDraws } from './uniform-draws.ts';

/** One candidate that is fitted on every fold; `place`: its number in the spec. */
export type Trial = { readonly place: number; readonly candidate: Candidate };
/** Trials of a round are fitted on this share of each fold's training rows, 1 = all of them. */
export type Round = {
  readonly trials: readonly Trial[];
  readonly share: number;
  /** False = nobody asks for the scores. */
  readonly isScored: boolean;
};
/** The pooled score of each trial of a round that is scored; `isSpent`: no budget is left for another round. */
export type RoundScores = { readonly scores: readonly Score[]; readonly isSpent: boolean };

/** How the search left a candidate of the spec; `dropped`: why it was not fitted on all rows of all folds. */
export type Searched = { readonly candidate: Candidate; readonly dropped: string | null };

export type SearchInput = {
  readonly candidates: readonly Candidate[];
  readonly tune: Tune;
  readonly metric: Metric;
  readonly registry: readonly Estimator[];
  readonly seed: number;
  /** Names the partition: each has its own chance. */
  readonly place: string;
  /** Rows that a model is trained on, about. */
  readonly rowCount: number;
  /** What to try early, the best first: the winner of each algorithm on other rows. */
  readonly winners?: readonly Candidate[] | undefined;
};

/** Successive halving keeps one candidate in so many, and takes so many times the rows. */
const KEPT = 3;
/** Fewer training rows than this tell nothing. */
const LEAST_ROWS = 50;

/**
 * Which candidates are fitted, round after round, given what the rounds before scored: everything that decides it without
 * fitting anything, so that whoever fits (one thread, or many) searches alike. Candidates that stand first are the
 * simplest: the first is always tried, whatever the budget.
 */
export function searchCandidates(
  asked: SearchInput,
): Generator<Round, readonly Searched[], RoundScores> {
  const input = { ...asked, candidates: admitWinners(asked) };
  switch (input.tune.method) {
    case 'none':
    case 'grid':
    case 'random':
      return tryAll(input);
    case 'halving':
      return halve(input);
    case 'tpe':
      return propose(input);
  }
}

/** A winner that is no candidate yet takes the place of the first proposal that may be it. */
function admitWinners({ candidates, winners = [] }: SearchInput): readonly Candidate[] {
  const admitted = [...candidates];
  for (const winner of winners) {
    if (admitted.some((one) => one.proposal === undefined && isSame(one, winner))) continue;
    const place = admitted.findIndex(
      (slot) => slot.proposal !== undefined && isSearchOf(winner, slot),
    );
    if (place >= 0) admitted[place] = winner;
  }
  return admitted;
}

function isSame(a: Candidate, b: Candidate): boolean {
  return a.algorithm === b.algorithm && canonicalJson(a.parameters) === canonicalJson(b.parameters);
}

type Searching = Generator<Round, readonly Searched[], RoundScores>;

/** All at once; under a budget one by one, the first of every algorithm before the second of any. */
function* tryAll(input: SearchInput): Searching {
  const trials = input.candidates.map((candidate, place) => ({ place, candidate }));
  const tried = yield* tryTrials(trials, input, false);
  return input.candidates.map((candidate, place) => ({
    candidate,
    dropped: tried.has(place) ? null : NOT_TRIED,
  }));
}

const NOT_SCORED: Score = { value: null, because: 'Nobody asked for it.' };
const NOT_TRIED = 'It was not tried: the budget of tune.budget was spent.';

/** Places and scores (null where they are not asked for) of those that the budget allowed. */
function* tryTrials(
  trials: readonly Trial[],
  { tune, winners = [] }: SearchInput,
  isScored: boolean,
): Generator<Round, ReadonlyMap<number, Score>, RoundScores> {
  const scores = new Map<number, Score>();
  const rounds =
    tune.budget === undefined ? [trials] : inTurns(trials, winners).map((one) => [one]);
  for (const round of rounds) {
    if (round.length === 0) continue;
    const found = yield { trials: round, share: 1, isScored };
    round.forEach(({ place }, i) => scores.set(place, found.scores[i] ?? NOT_SCORED));
    if (found.isSpent) break;
  }
  return scores;
}

/** The simplest is always tried; then come winners, in their order, and the others. */
function inTurns(trials: readonly Trial[], winners: readonly Candidate[]): readonly Trial[] {
  const rankOf = ({ candidate }: Trial): number => {
    const rank = winners.findIndex((winner) => isSame(winner, candidate));
    return rank < 0 ? winners.length : rank;
  };
  const [first, ...others] = roundRobin(trials);
  const ranked = others.map((trial) => ({ trial, rank: rankOf(trial) }));
  const ordered = ranked.toSorted((a, b) => a.rank - b.rank).map(({ trial }) => trial);
  return first === undefined ? [] : [first, ...ordered];
}

function roundRobin(trials: readonly Trial[]): readonly Trial[] {
  const turns = groupsOf(trials).flatMap((group) => group.map((trial, turn) => ({ trial, turn })));
  return turns
    .sort((a, b) => a.turn - b.turn || a.trial.place - b.trial.place)
    .map(({ trial }) => trial);
}

/** Candidates of one algorithm compete with each other. */
function groupsOf(trials: readonly Trial[]): readonly (readonly Trial[])[] {
  const groups = new Map<string, Trial[]>();
  for (const trial of trials) {
    const { algorithm } = trial.candidate;
    groups.set(algorithm, [...(groups.get(algorithm) ?? []), trial]);
  }
  return [...groups.values()];
}

/**
 * Successive halving (Jamieson and Talwalkar 2016) within each algorithm: all its candidates on few rows of every fold, the
 * best third of them on three times as many, until those that are left have all rows. Small partitions begin with more.
 */
function* halve(input: SearchInput): Searching {
  const trials = input.candidates.map((candidate, place) => ({ place, candidate }));
  const dropped = new Map<number, string>();
  let groups = groupsOf(trials);
  for (const share of sharesOf(groups, input.rowCount)) {
    const competing = groups.filter((group) => group.length > 1).flat();
    const found = yield { trials: competing, share, isScored: true };
    const scores = new Map(competing.map(({ place }, i) => [place, found.scores[i] as Score]));
    if (found.isSpent) break;
    groups = groups.map((group) => {
      if (group.length === 1) return group;
      const ranked = orderByScore(
        input.metric,
        group.map(({ place }) => scores.get(place) as Score),
      ).map((i) => group[i] as Trial);
      const kept = ranked.slice(0, Math.ceil(group.length / KEPT));
      for (const { place } of ranked.slice(kept.length))
        dropped.set(place, droppedText(scores.get(place) as Score, kept.length, group, share));
      return kept.toSorted((a, b) => a.place - b.place);
    });
  }
  const left = groups.flat().toSorted((a, b) => a.place - b.place);
  const tried = yield* tryTrials(left, input, false);
  return input.candidates.map((candidate, place) => ({
    candidate,
    dropped: tried.has(place) ? null : (dropped.get(place) ?? NOT_TRIED),
  }));
}

/** Shares of the rows before the last round: so many that the largest group gets down to few, none of too few rows. */
function sharesOf(groups: readonly (readonly Trial[])[], rowCount: number): readonly number[] {
  const largest = Math.max(...groups.map((group) => group.length));
  const shares: number[] = [];
  for (let left = largest, share = 1 / KEPT; left > 1; left = Math.ceil(left / KEPT), share /= KEPT)
    if (share * rowCount >= LEAST_ROWS) shares.unshift(share);
  return shares;
}

function droppedText(score: Score, kept: number, group: readonly Trial[], share: number): string {
  const part = `1 in ${Math.round(1 / share)} training rows`;
  const best = kept === 1 ? 'the best' : `among the best ${kept}`;
  return `It was not ${best} of ${group.length} on ${part}${score.value === null ? '' : `, with ${Number(score.value.toPrecision(4))}`}.`;
}

/** The candidates that are given, then proposal after proposal for each algorithm, from what its others scored. */
function* propose(input: SearchInput): Searching {
  const { candidates, metric } = input;
  const given = candidates.map((candidate, place) => ({ place, candidate }));
  const searched = new Map<number, Candidate>();
  const scores = new Map(
    yield* tryTrials(
      given.filter(({ candidate }) => candidate.proposal === undefined),
      input,
      true,
    ),
  );
  const losses = (place: number): number | null => {
    const value = scores.get(place)?.value ?? null;
    return value === null || isLowerBetter(metric) ? value : -value;
  };
  const isKnown = (place: number): boolean => scores.has(place);
  const slots = roundRobin(given.filter(({ candidate }) => candidate.proposal !== undefined));
  let isSpent = scores.size < given.length - slots.length;
  for (const { place, candidate } of slots) {
    if (isSpent) break;
    const observed = given
      .filter((one) => isKnown(one.place) && isSearchOf(one.candidate, candidate))
      .map((one) => ({
        parameters: (searched.get(one.place) ?? one.candidate).parameters,
        loss: losses(one.place),
      }));
    const proposed = proposalOf(candidate, observed, input);
    if (proposed === null) continue;
    searched.set(place, proposed);
    const trials = [{ place, candidate: proposed }];
    const found = yield { trials, share: 1, isScored: true };
    scores.set(place, found.scores[0] as Score);
    isSpent = found.isSpent;
  }
  return candidates.map((candidate, place) => ({
    candidate: searched.get(place) ?? candidate,
    dropped: isKnown(place) ? null : isSpent ? NOT_TRIED : 'Every point of its space was tried.',
  }));
}

/** Of the same algorithm, with the same parameters that the user fixed. */
function isSearchOf(one: Candidate, slot: Candidate): boolean {
  return (
    one.algorithm === slot.algorithm &&
    Object.entries(slot.parameters).every(
      ([name, value]) => canonicalJson(one.parameters[name] ?? null) === canonicalJson(value),
    )
  );
}

/** The slot with all its parameters; null where every point of its space was tried. */
function proposalOf(
  slot: Candidate,
  observed: Parameters<typeof proposePoint>[1],
  { registry, seed, place }: SearchInput,
): Candidate | null {
  const { algorithm, parameters: fixed, proposal = 0 } = slot;
  const estimator = registry.find(({ id }) => id === algorithm);
  if (estimator === undefined) throw new RangeError(`No algorithm "${algorithm}".`);
  const chance = seedOf(seed, 'tpe', place, algorithm, canonicalJson(fixed), proposal);
  const point = proposePoint(openSpace(estimator, fixed), observed, uniformDraws(chance));
  if (point === null) return null;
  return { algorithm, parameters: estimator.parameters.parse({ ...fixed, ...point }) };
}
