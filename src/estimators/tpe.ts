import type { Json, JsonObject } from '../domain/json.ts';

/** A finite space: the values of each parameter, numbers in ascending order. */
export type Space = readonly (readonly [parameter: string, values: readonly Json[]])[];

/** A point that was tried; `loss` null = it failed. Lower is better. */
export type Observation = { readonly parameters: JsonObject; readonly loss: number | null };

/** Share of the observations that count as good, and how many at least. */
const GOOD_SHARE = 0.25;
/** How much a neighbouring value speaks for a value. */
const NEIGHBOUR = 0.3;
/** Weight of knowing nothing, spread over all values of a parameter. */
const PRIOR = 1;
/** Points drawn from what is good, of which the most promising is proposed. */
const DRAWS = 24;

/**
 * The next point to try: a tree-structured Parzen estimator (Bergstra et al. 2011) over a finite space. Per parameter, the
 * values of the best quarter of the observations and of the others make two densities; of points drawn from the first,
 * the one where it exceeds the second most is proposed. Never one that was observed; null when there is none left.
 * `random`: numbers in [0, 1), the only source of chance.
 */
export function proposePoint(
  space: Space,
  observed: readonly Observation[],
  random: () => number,
): JsonObject | null {
  const places = observed.map(({ parameters }) => placesOf(space, parameters));
  const taken = new Set(places.filter((point) => !point.includes(-1)).map(String));
  const size = space.reduce((product, [, values]) => product * values.length, 1);
  if (taken.size >= size) return null;
  const order = observed
    .map(({ loss }, i) => ({ loss: loss ?? Number.POSITIVE_INFINITY, i }))
    .sort((a, b) => (a.loss === b.loss ? a.i - b.i : a.loss - b.loss))
    .map(({ i }) => i);
  const goodCount = Math.max(1, Math.ceil(GOOD_SHARE * observed.length));
  const densityOf = (members: readonly number[]) =>
    space.map(([, values], p) =>
      density(
        values,
        members.map((i) => places[i]?.[p] as number),
      ),
    );
  const good = densityOf(order.slice(0, goodCount));
  const bad = densityOf(order.slice(goodCount));
  let best: { readonly point: readonly number[]; readonly gain: number } | null = null;
  for (let draw = 0; draw < DRAWS; draw++) {
    const point = good.map((weights) => drawFrom(weights, random()));
    if (taken.has(String(point))) continue;
    const gain = point.reduce(
      (product, place, p) => (product * (good[p]?.[place] as number)) / (bad[p]?.[place] as number),
      1,
    );
    if (best === null || gain > best.gain) best = { point, gain };
  }
  return pointOf(space, best?.point ?? firstFree(space, taken, random));
}

/** A probability per value: its observations, a share of those of its neighbours where values have an order, and the prior. */
function density(values: readonly Json[], places: readonly number[]): readonly number[] {
  const isOrdered = values.every((value) => typeof value === 'number' || value === null);
  const weights = values.map(() => PRIOR / values.length);
  const add = (place: number, weight: number): void => {
    if (place >= 0 && place < weights.length) weights[place] = (weights[place] as number) + weight;
  };
  for (const place of places) {
    add(place, 1);
    if (!isOrdered) continue;
    add(place - 1, NEIGHBOUR);
    add(place + 1, NEIGHBOUR);
  }
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function drawFrom(weights: readonly number[], at: number): number {
  let sum = 0;
  for (const [place, weight] of weights.entries()) {
    sum += weight;
    if (at < sum) return place;
  }
  return weights.length - 1;
}

/** Where everything that was drawn is known: the first free point from a random one on. */
function firstFree(
  space: Space,
  taken: ReadonlySet<string>,
  random: () => number,
): readonly number[] {
  const size = space.reduce((product, [, values]) => product * values.length, 1);
  const start = Math.floor(random() * size);
  for (let step = 0; step < size; step++) {
    const point = placesAt(space, (start + step) % size);
    if (!taken.has(String(point))) return point;
  }
  throw new RangeError('Every point of the space is taken.');
}

function placesAt(space: Space, number: number): readonly number[] {
  let rest = number;
  return space
    .toReversed()
    .map(([, values]) => {
      const place = rest % values.length;
      rest = Math.floor(rest / values.length);
      return place;
    })
    .reverse();
}

/** −1 for a value that is not in the space, such as a default: it is known, but no neighbour of anything. */
function placesOf(space: Space, parameters: JsonObject): readonly number[] {
  return space.map(([name, values]) =>
    values.findIndex((value) => JSON.stringify(value) === JSON.stringify(parameters[name])),
  );
}

function pointOf(space: Space, places: readonly number[]): JsonObject {
  return Object.fromEntries(
    space.map(([name, values], p): [string, Json] => [name, values[places[p] as number] as Json]),
  );
}
