import { seededSample } from '../../features/seeded-order.ts';
import { seedOf } from '../../frame/digest.ts';
import { rowsThat } from '../../frame/frame.ts';
import { nestedRows } from '../nested-choice.ts';
import type { Side } from '../side-scores.ts';
import type { AdviserTable } from './adviser-table.ts';
import type { TestRows } from './difference-test.ts';
import { type TestBasis, testBasis } from './test-basis.ts';

/** Multiplications that the permutation test may take: a few seconds. */
const MOST_WORK = 2e9;
const LEAST_ROWS = 500;
/** Of more classes the most frequent speak for all. */
const MAX_OUTPUTS = 6;

/** A model without partition, and the columns that it does not see. */
export type Blind = { readonly without: Side; readonly hidden: readonly string[] };

/**
 * Out-of-fold rows with what each model without partition gets wrong, the same rows for all of them; fewer where so many
 * repeats (how often residuals are dealt anew, all models together) would take long.
 */
export function testRows(
  table: AdviserTable,
  models: readonly Blind[],
  repeats: number,
): readonly TestRows[] {
  const every = rowsOfAll(table, models);
  const columns = outputColumns(table, every);
  const bases = models.map(({ hidden }) => testBasis(table, every, hidden));
  const widest = bases.reduce((most, { origins }) => Math.max(most, origins.length), 1);
  const most = Math.floor(MOST_WORK / (widest * columns.length * repeats));
  const seed = seedOf(table.spec.seed, 'advise', 'test rows');
  const all = Int32Array.from(every, (_, place) => place);
  const places = seededSample(all, Math.max(LEAST_ROWS, most), seed);
  const rows = places.map((place) => every[place] as number);
  return models.map(({ without }, model) => ({
    basis: basisAt(places, bases[model] as TestBasis),
    residuals: residualsOf(table, without, { rows, columns }),
    outputs: columns.length,
    rows,
  }));
}

/** Rows that every one of the models predicts, ascending. */
function rowsOfAll({ folds }: AdviserTable, models: readonly Blind[]): Int32Array {
  const counts = new Int32Array(folds.length);
  for (const { without } of models)
    for (const row of nestedRows(without, folds).rows) counts[row] = (counts[row] as number) + 1;
  const every = Int32Array.from(folds, (_, row) => row);
  return rowsThat(every, (row) => counts[row] === models.length);
}

function basisAt(places: Int32Array, { values, origins }: TestBasis): TestBasis {
  const width = origins.length;
  const taken = new Float64Array(places.length * width);
  places.forEach((place, i) => {
    taken.set(values.subarray(place * width, (place + 1) * width), i * width);
  });
  return { values: taken, origins };
}

/** rows × columns of the output, row-major; the rows ascend, and the model predicts them all. */
function residualsOf(
  table: AdviserTable,
  without: Side,
  { rows, columns }: { readonly rows: Int32Array; readonly columns: readonly number[] },
): Float64Array {
  const nested = nestedRows(without, table.folds);
  const width = nested.output.length / Math.max(1, nested.rows.length);
  const residuals = new Float64Array(rows.length * columns.length);
  let place = 0;
  rows.forEach((row, i) => {
    while (nested.rows[place] !== row) place++;
    columns.forEach((column, k) => {
      const missed =
        truthOf(table, row, column) - (nested.output[place * width + column] as number);
      residuals[i * columns.length + k] = weightOf(table, row) * missed;
    });
  });
  return residuals;
}

/** Classes whose residuals are looked at: of two either says all; of a number its only one. */
function outputColumns({ target }: AdviserTable, rows: Int32Array): readonly number[] {
  if (target.kind === 'values') return [0];
  const counts = new Int32Array(target.classes.length);
  for (let i = 0; i < rows.length; i++) {
    const code = target.codes[rows[i] as number] as number;
    counts[code] = (counts[code] as number) + 1;
  }
  const present = [...counts.keys()].filter((code) => (counts[code] as number) > 0);
  const frequent = present.sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  return frequent.slice(0, frequent.length === 2 ? 1 : MAX_OUTPUTS);
}

function truthOf({ target }: AdviserTable, row: number, column: number): number {
  if (target.kind === 'values') return target.values[row] as number;
  return target.codes[row] === column ? 1 : 0;
}

function weightOf({ weights }: AdviserTable, row: number): number {
  return weights === undefined ? 1 : (weights[row] as number);
}
