import { fitIsolation, isolationScores } from '../../estimators/isolation-forest.ts';
import { seedOf } from '../../frame/digest.ts';
import type { MapArgs } from '../../spec/map.ts';
import { idsOf } from './columns.ts';
import { filledMatrix } from './filled-matrix.ts';
import { partitionFunction } from './row-function.ts';

/** One row for each row: how alone it is among those of its partition, and whether that makes it an anomaly. */
export const isolation = partitionFunction({
  output: { row: 'integer', id: 'text', score: 'number', is_anomaly: 'boolean' },
  apply(partition, args: MapArgs<'isolation_forest'>) {
    const x = filledMatrix(partition, args.columns);
    const seed = seedOf(args.seed, 'isolation_forest', partition.text);
    const forest = fitIsolation(x, args, { seed, poll: () => undefined });
    const ids = idsOf(partition, args.id);
    return Array.from(isolationScores(forest, x), (score, row) => ({
      row,
      id: ids[row] ?? null,
      score,
      is_anomaly: score > forest.threshold,
    }));
  },
});
