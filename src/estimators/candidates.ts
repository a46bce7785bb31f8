import { Failure } from '../domain/failure.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { compareScores, type Metric, type Score } from '../domain/metric.ts';
import { canonicalJson, seedOf } from '../frame/digest.ts';
import type { Estimator } from './estimator.ts';

/** An algorithm with every one of its parameters. */
export type Candidate = { readonly algorithm: string; readonly parameters: JsonObject };

/** More parameter sets than this of one algorithm are refused. */
const MAX_GRID = 1000;

/** How parameters that the user left open are tried. */
export type Tune = {
  readonly method: 'none' | 'grid' | 'random';
  /** Parameter sets per algorithm, the defaults among them (random search). */
  readonly trials: number;
};

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
 * search space, `random` the defaults and `trials − 1` other points of it, drawn without replacement from `seed`.
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

function expandOne(
  { id, parameters: schema, space }: Estimator,
  fixed: JsonObject,
  { tune, seed }: CandidatesInput,
): readonly Candidate[] {
  const open = Object.entries(space)
    .filter(([name, values]) => !Object.hasOwn(fixed, name) && values.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const size = open.reduce((product, [, values]) => product * values.length, 1);
  const candidateAt = (point: number): Candidate => ({
    algorithm: id,
    parameters: schema.parse({ ...fixed, ...pointOf(open, point) }),
  });
  const asAsked = { algorithm: id, parameters: schema.parse(fixed) };
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
    case 'random': {
      const place = [id, canonicalJson(fixed)];
      const points = drawPoints(size, tune.trials, (i) => seedOf(seed, 'tune', ...place, i));
      const isNew = (one: Candidate): boolean => canonicalJson(one) !== canonicalJson(asAsked);
      return [asAsked, ...points.map(candidateAt).filter(isNew)].slice(0, tune.trials);
    }
  }
}

/** Values of the open parameters at a point of their grid, counted with the last parameter fastest. */
function pointOf(open: readonly (readonly [string, readonly Json[]])[], point: number): JsonObject {
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
