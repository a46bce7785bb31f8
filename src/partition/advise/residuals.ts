import { seededSample } from '../../features/seeded-order.ts';
import { seedOf } from '../../frame/digest.ts';
import { nestedRows } from '../nested-choice.ts';
import type { Side } from '../side-scores.ts';
import type { AdviserTable } from './adviser-table.ts';
import type { TestRows } from './difference-test.ts';
import { testBasis } from './test-basis.ts';

/** Multiplications that the permutation test may take: a few seconds. */
const MOST_WORK = 2e9;
const LEAST_ROWS = 500;
/** Of more classes the most frequent speak for all. */
const MAX_OUTPUTS = 6;

/** What is tested: the model without partition, the columns that it does not see, and how often residuals are dealt anew. */
type Tested = {
  readonly without: Side;
  readonly hidden: readonly string[];
  readonly repeats: number;
};

/** Out-of-fold rows with what the model without partition gets wrong; fewer of them where that many repeats would take long. */
export function testRows(table: AdviserTable, { without, hidden, repeats }: Tested): TestRows {
  const nested = nestedRows(without, table.folds);
  const columns = outputColumns(table, nested.rows);
  const predictedWidth = nested.output.length / Math.max(1, nested.rows.length);
  const { values, origins } = testBasis(table, nested.rows, hidden);
  const width = origins.length;
  const most = Math.floor(MOST_WORK / (width * columns.length * repeats));
  const every = Int32Array.from({ length: nested.rows.length }, (_, place) => place);
  const seed = seedOf(table.spec.seed, 'advise', 'test rows');
  const places = seededSample(every, Math.max(LEAST_ROWS, most), seed);
  const basis = new Float64Array(places.length * width);
  const residuals = new Float64Array(places.length * columns.length);
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number;
    const row = nested.rows[place] as number;
    basis.set(values.subarray(place * width, (place + 1) * width), i * width);
    columns.forEach((column, k) => {
      const predicted = nested.output[place * predictedWidth + column] as number;
      const missed = truthOf(table, row, column) - predicted;
      residuals[i * columns.length + k] = weightOf(table, row) * missed;
    });
  }
  return {
    basis: { values: basis, origins },
    residuals,
    outputs: columns.length,
    rows: places.map((place) => nested.rows[place] as number),
  };
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
