import { chiSquareTail } from '../map/distributions.ts';
import { kolmogorovSmirnov } from '../map/ks-test.ts';
import { type BinCounts, bordersOf, stabilityIndex } from '../map/psi.ts';
import type { Distribution } from './distribution.ts';
import type { ColumnDrift } from './drift-facts.ts';
import { fisherExact } from './fisher-exact.ts';

/** Bins of the stability index, cut at quantiles of the reference. */
const BINS = 10;
/** Steps of the exact distribution of the Kolmogorov–Smirnov distance: some milliseconds. */
const KS_POINTS = 1e6;
/** A level is frequent where that many rows of it are expected in either sample (Cochran 1954). */
const FREQUENT = 5;

/** Compares two samples of one column; `undefined` where they are of different kinds. */
export function compareColumns(
  reference: Distribution,
  current: Distribution,
): ColumnDrift | undefined {
  if (reference.kind === 'number' && current.kind === 'number')
    return { ...compareNumbers(reference, current), ...what(reference, current) };
  if (reference.kind === 'category' && current.kind === 'category')
    return { ...compareLevels(reference, current), ...what(reference, current) };
  return undefined;
}

function what(
  reference: Distribution,
  current: Distribution,
): Pick<ColumnDrift, 'column' | 'kind' | 'missing'> {
  const [before, now] = [rowsOf(reference), rowsOf(current)];
  const share = (missing: number, rows: number) => (rows === 0 ? 0 : missing / rows);
  const isTested = reference.missing + current.missing > 0 && before > 0 && now > 0;
  return {
    column: reference.name,
    kind: reference.kind,
    missing: {
      reference: share(reference.missing, before),
      current: share(current.missing, now),
      pValue: isTested
        ? fisherExact(
            { hits: reference.missing, size: before },
            { hits: current.missing, size: now },
          )
        : null,
    },
  };
}

type Compared = Pick<ColumnDrift, 'psi' | 'distance' | 'pValue'>;
type Numbers = Extract<Distribution, { readonly kind: 'number' }>;
type Levels = Extract<Distribution, { readonly kind: 'category' }>;

function compareNumbers(reference: Numbers, current: Numbers): Compared {
  const [before, now] = [reference.sorted, current.sorted];
  const borders = before.length === 0 ? [] : bordersOf(before, BINS);
  const [binsBefore, binsNow] = [binCounts(before, borders), binCounts(now, borders)];
  const bins = binsBefore.map((count, i) => ({
    reference: count,
    current: binsNow[i] as number,
  }));
  const { psi } = stabilityIndex([...bins, ...missingBin(reference, current)]);
  if (before.length === 0 || now.length === 0) return { psi, distance: null, pValue: null };
  const { statistic, pValue } = kolmogorovSmirnov(before, now, KS_POINTS);
  return { psi, distance: statistic, pValue };
}

/** How many of the sorted values lie below the first border, between it and the second, and so on. */
function binCounts(sorted: Float64Array, borders: readonly number[]): readonly number[] {
  const below = [...borders.map((border) => placeOf(sorted, border)), sorted.length];
  return below.map((count, i) => count - (below[i - 1] ?? 0));
}

/** Values that are smaller. */
function placeOf(sorted: Float64Array, border: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < border) low = middle + 1;
    else high = middle;
  }
  return low;
}

function missingBin(reference: Distribution, current: Distribution): readonly BinCounts[] {
  if (reference.missing + current.missing === 0) return [];
  return [{ reference: reference.missing, current: current.missing }];
}

/** Rare levels are one bin: by themselves they would differ between any two samples. */
function compareLevels(reference: Levels, current: Levels): Compared {
  const { frequent, rare } = divideLevels(reference, current);
  const bins = [...frequent, ...(rare.reference + rare.current > 0 ? [rare] : [])];
  const { psi } = stabilityIndex([...bins, ...missingBin(reference, current)]);
  const total = totalOf(bins);
  if (total.reference === 0 || total.current === 0) return { psi, distance: null, pValue: null };
  const distance =
    bins.reduce(
      (sum, bin) => sum + Math.abs(bin.reference / total.reference - bin.current / total.current),
      0,
    ) / 2;
  const tests = [...frequentTest(frequent), ...rareTest(rare, total)];
  // Two looks at one column: Bonferroni.
  const pValue = tests.length === 0 ? null : Math.min(1, Math.min(...tests) * tests.length);
  return { psi, distance, pValue };
}

function divideLevels(
  reference: Levels,
  current: Levels,
): { readonly frequent: readonly BinCounts[]; readonly rare: BinCounts } {
  const [before, now] = [rowsOf(reference), rowsOf(current)];
  const smaller = Math.min(before, now) / Math.max(1, before + now);
  const levels = new Set([...reference.counts.keys(), ...current.counts.keys()]);
  const frequent: BinCounts[] = [];
  let rare: BinCounts = { reference: 0, current: 0 };
  // In one order, so that sums have one value.
  for (const level of [...levels].sort()) {
    const bin = {
      reference: reference.counts.get(level) ?? 0,
      current: current.counts.get(level) ?? 0,
    };
    if ((bin.reference + bin.current) * smaller >= FREQUENT) frequent.push(bin);
    else rare = totalOf([rare, bin]);
  }
  return { frequent, rare };
}

/** χ² of homogeneity: how the frequent levels are divided. */
function frequentTest(bins: readonly BinCounts[]): readonly number[] {
  if (bins.length < 2) return [];
  const total = totalOf(bins);
  const rows = total.reference + total.current;
  if (total.reference === 0 || total.current === 0) return [];
  const statistic = bins.reduce((sum, bin) => {
    const share = (bin.reference + bin.current) / rows;
    const part = (count: number, size: number) => (count - share * size) ** 2 / (share * size);
    return sum + part(bin.reference, total.reference) + part(bin.current, total.current);
  }, 0);
  return [chiSquareTail(statistic, bins.length - 1)];
}

/** How many rows have a rare level at all; nothing to tell where all have, or none. */
function rareTest(rare: BinCounts, total: BinCounts): readonly number[] {
  const rows = rare.reference + rare.current;
  if (rows === 0 || rows === total.reference + total.current) return [];
  return [
    fisherExact(
      { hits: rare.reference, size: total.reference },
      { hits: rare.current, size: total.current },
    ),
  ];
}

function totalOf(bins: readonly BinCounts[]): BinCounts {
  return bins.reduce(
    (sum, bin) => ({
      reference: sum.reference + bin.reference,
      current: sum.current + bin.current,
    }),
    { reference: 0, current: 0 },
  );
}

function rowsOf(distribution: Distribution): number {
  if (distribution.kind === 'number') return distribution.missing + distribution.sorted.length;
  let rows = distribution.missing;
  for (const count of distribution.counts.values()) rows += count;
  return rows;
}
