import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withKernels } from '../../src/kernels/kernels.ts';

type Problem = {
  readonly rows: number;
  readonly columns: number;
  readonly count: number;
  readonly k: number;
  readonly seed: number;
  /** Rows that come at a time. */
  readonly block: number;
};

/** Few different values, so that many distances tie. */
function tableOf(cells: number, seed: number): Float64Array {
  return Float64Array.from({ length: cells }, (_, i) => (i * (seed + 3) + (i >> 3) * 5) % 7);
}

function nearest({ rows, columns, count, k, seed, block }: Problem) {
  const x = tableOf(rows * columns, seed);
  const queries = tableOf(count * columns, seed + 1);
  const found = withKernels(
    () => {},
    (kernels) => {
      const [to, distances] = [kernels.reserve(count * k * 4), kernels.reserveDoubles(count * k)];
      kernels.doublesAt(distances, count * k).fill(Number.POSITIVE_INFINITY);
      const asked = kernels.calls.packQueries(kernels.put(queries), count, columns);
      for (let first = 0; first < rows; first += block) {
        const part = Math.min(block, rows - first);
        const cells = Float64Array.from(
          { length: part * columns + 3 },
          (_, i) => x[Math.floor(i / part) * rows + first + (i % part)] ?? Number.NaN,
        );
        kernels.calls.meetRows(
          kernels.put(cells),
          part,
          first,
          columns,
          asked,
          count,
          k,
          to,
          distances,
        );
      }
      const numbers = [...kernels.integersAt(to, count * k)];
      return numbers.map((row, i) => ({
        row,
        distance: kernels.doublesAt(distances, count * k)[i],
      }));
    },
  );
  const expected = Array.from({ length: count }, (_, q) =>
    Array.from({ length: rows }, (_row, row) => {
      let distance = 0;
      for (let f = 0; f < columns; f++)
        distance += ((x[f * rows + row] as number) - (queries[f * count + q] as number)) ** 2;
      return { row, distance };
    })
      .sort((a, b) => a.distance - b.distance || a.row - b.row)
      .slice(0, k),
  ).flat();
  return { found, expected };
}

it('the nearest rows are those that sorting all distances gives, the earlier first, in whatever blocks they come', () => {
  const problem = fc
    .record({
      rows: fc.integer({ min: 1, max: 13 }),
      columns: fc.integer({ min: 1, max: 5 }),
      count: fc.integer({ min: 0, max: 9 }),
      seed: fc.integer({ min: 0, max: 1000 }),
      block: fc.integer({ min: 1, max: 13 }),
    })
    .chain((shape) =>
      fc.record({ k: fc.integer({ min: 1, max: shape.rows }) }).map(({ k }) => ({ ...shape, k })),
    );
  fc.assert(
    fc.property(problem, (one) => {
      const { found, expected } = nearest(one);
      expect(found).toEqual(expected);
    }),
  );
  const { found, expected } = nearest({
    rows: 1003,
    columns: 6,
    count: 131,
    k: 9,
    seed: 2,
    block: 200,
  });
  expect(found).toEqual(expected);
});
