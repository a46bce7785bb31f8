import { Failure } from '../domain/failure.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { compareScores, type Metric, type Score } from '../domain/metric.ts';
import { canonicalJson, seedOf } from '../frame/digest.ts';
import type { Estimator } from './estimator.ts';
import type { Space } from './tpe.ts';

/** An algorithm with every one of its parameters. */
export type Candidate = {
  readonly algorithm: string;
  readonly parameters: JsonObject;
  /**
   * Left out but for the search `tpe`: `parameters` are those that the user fixed, and each partition proposes the others
   * from what its candidates before scored. Numbers the proposals of one algorithm.
   */
  readonly proposal?: number;
};

/** More parameter sets than this of one algorithm are refused. */
const MAX_GRID = 1000;

/** How parameters that the user left open are tried. */
export type Tune = {
  readonly method: 'none' | 'grid' | 'random' | 'halving' | 'tpe';
  /** Parameter sets per algorithm, the defaults among them (all methods but grid). */
  readonly trials: number;
  /** Seconds. A search under a budget tries its candidates one by one. */
  readonly budget?: Budget | undefined;
};

/** Seconds of fitting and predicting: of one candidate of one partition, of one partition, of all models of a run together. */
export type Budget = {
  readonly candidate?: number | undefined;
  readonly partition?: number | undefined;
  readonly run?: number | undefined;
};

/** The search `tpe` knows nothing before so many of its trials, drawn at random. */
const DRAWN_SHARE = 1 / 3;

export type CandidatesInput = {
  /** What a user asks for, with the parameters that they set. */
  readonly algorithms: readonly Candidate[];
  readonly tune: Tune;
  readonly seed: number;
  /** Every algorithm there is, the simplest first. */
  readonly registry: readonly Estimator[];
};

/**
 * Every candidate of a spec, the simplest algorithm first, none twice: `grid` tries all values of the open parameters'
 * search space, `random` and `halving` the defaults and `trials − 1` other points of it, drawn without replacement from
 * `seed`; `tpe` a third of them, and leaves the others to be proposed.
 * Throws `RangeError` on an algorithm that the registry lacks and zod's error on parameters that it refuses.
 */
export function expandAlgorithms(input: CandidatesInput): readonly Candidate[] {
  const { algorithms, registry } = input;
  const unknown = algorithms.find(({ algorithm }) => !registry.some(({ id }) => id === algorithm));
  if (unknown !== undefined) throw new RangeError(`No algorithm "${unknown.algorithm}".`);
  const candidates = registry.flatMap((estimator) =>
    algorithms
      .filter(({ algorithm }) => algorithm === estimator.id)
      .flatMap(({ parameters }) => expandOne(estimator, parameters, input)),
  );
  return [...new Map(candidates.map((one) => [canonicalJson(one), one])).values()];
}

/**
 * The place of the best score, `null` when no candidate has one. Scores within 1e-12 of the best so far tie, and the
 * earlier candidate wins: the simpler algorithm, as `expandAlgorithms` orders them.
 */
export function chooseBest(metric: Metric, scores: readonly Score[]): number | null {
  let best: number | null = null;
  for (const [i, score] of scores.entries()) {
    if (score.value === null) continue;
    const isBetter = best === null || compareScores(metric, score, scores[best] as Score) > 0;
    if (isBetter) best = i;
  }
  return best;
}

/** All places, the best score first; ties as they stand, missing scores last. */
export function orderByScore(metric: Metric, scores: readonly Score[]): readonly number[] {
  return [...scores.keys()].sort(
    (a, b) => compareScores(metric, scores[b] as Score, scores[a] as Score) || a - b,
  );
}

/** The parameters of an estimator that the user left open, by name, with the values of its search space. */
export function openSpace({ space }: Estimator, fixed: JsonObject): Space {
  return Object.entries(space)
    .filter(([name, values]) => !Object.hasOwn(fixed, name) && values.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function expandOne(
  estimator: Estimator,
  fixed: JsonObject,
  { tune, seed }: CandidatesInput,
): readonly Candidate[] {
  const { id, parameters: schema } = estimator;
  const open = openSpace(estimator, fixed);
  const size = open.reduce((product, [, values]) => product * values.length, 1);
  const candidateAt = (point: number): Candidate => ({
    algorithm: id,
    parameters: schema.parse({ ...fixed, ...pointOf(open, point) }),
  });
  const asAsked = { algorithm: id, parameters: schema.parse(fixed) };
  const drawn = (count: number): readonly Candidate[] => {
    const place = [id, canonicalJson(fixed)];
    const points = drawPoints(size, count, (i) => seedOf(seed, 'tune', ...place, i));
    const isNew = (one: Candidate): boolean => canonicalJson(one) !== canonicalJson(asAsked);
    return [asAsked, ...points.map(candidateAt).filter(isNew)].slice(0, count);
  };
  switch (tune.method) {
    case 'none':
      return [asAsked];
    case 'grid':
      if (size > MAX_GRID)
        throw new Failure(
          'limit-exceeded',
          `The grid of ${id} has ${size} points, more than ${MAX_GRID}; set some of its parameters or use tune.method random.`,
        );
      return Array.from({ length: size }, (_, point) => candidateAt(point));
    case 'random':
    case 'halving':
      return drawn(tune.trials);
    case 'tpe': {
      const given = drawn(Math.ceil(tune.trials * DRAWN_SHARE));
      const proposals = Math.min(tune.trials, size) - given.length;
      return [
        ...given,
        ...Array.from({ length: Math.max(0, proposals) }, (_, i) => ({
          algorithm: id,
          parameters: fixed,
          proposal: i + 1,
        })),
      ];
    }
  }
}

/** Values of the open parameters at a point of their grid, counted with the last parameter fastest. */
function pointOf(open: Space, point: number): JsonObject {
  let rest = point;
  const chosen = open.toReversed().map(([name, values]): [string, Json] => {
    const value = values[rest % values.length] as Json;
    rest = Math.floor(rest / values.length);
    return [name, value];
  });
  return Object.fromEntries(chosen.reverse());
}

/** Up to `count` different numbers below `size`, in drawn order (Floyd's sampling, then a fixed order by draw). */
function drawPoints(
  size: number,
  count: number,
  random: (draw: number) => bigint,
): readonly number[] {
  const drawn = new Set<number>();
  for (let top = Math.max(0, size - count); top < size; top++) {
    const point = Number(random(top) % BigInt(top + 1));
    drawn.add(drawn.has(point) ? top : point);
  }
  return [...drawn];
}
