import { expect, it } from 'vitest';
import { eachRowBlock } from '../../src/estimators/row-blocks.ts';
import { withKernels } from '../../src/kernels/kernels.ts';

const shapes = [
  [0, 3],
  [1, 1],
  [7, 0],
  [300, 4],
  [20_000, 3],
  [1001, 100],
  [30, 20_000],
] as const;

it.each(shapes)('%d rows of %d columns come once each, in their order', (rowCount, columns) => {
  const data = Float64Array.from({ length: rowCount * columns }, (_, i) => i);
  const seen = new Float64Array(data.length);
  let next = 0;
  withKernels(
    () => {},
    (kernels) =>
      eachRowBlock(kernels, { data, rowCount }, ({ at, first, rowCount: count }) => {
        expect(first).toBe(next);
        next += count;
        const cells = kernels.doublesAt(at, count * columns);
        for (let f = 0; f < columns; f++)
          seen.set(cells.subarray(f * count, (f + 1) * count), f * rowCount + first);
      }),
  );
  expect(next).toBe(rowCount);
  expect(Buffer.compare(Buffer.from(seen.buffer), Buffer.from(data.buffer))).toBe(0);
});
