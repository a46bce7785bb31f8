/** A linear map from data to pixels. */
export type Scale = (value: number) => number;

export function linearScale(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
): Scale {
  const span = high - low || 1;
  return (value) => Math.round((from + ((value - low) / span) * (to - from)) * 100) / 100;
}

/** About `count` round numbers (1, 2, 5 × 10ⁿ) inside the range. */
export function ticks(low: number, high: number, count: number): readonly number[] {
  if (!(high > low)) return [low];
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step =
    [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw) ?? raw;
  const result: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high + step * 1e-9; i++)
    result.push(i === 0 ? 0 : i * step);
  return result;
}

export function extent(values: readonly number[]): readonly [number, number] {
  return values.reduce<readonly [number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}
