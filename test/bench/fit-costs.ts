/**
 * `npm run bench -- fit-costs [--algorithms knn,svm] [--sizes 300x5,3000x20] [--seconds 0.2]`: what `partita plan` says
 * that a fit costs, beside what it does cost here. Prints measured ÷ modelled time by size, their geometric mean, and
 * the nanoseconds per unit of work that `src/operations/fit-cost.ts` would hold for this machine.
 */
import { parseArgs } from 'node:util';
import { registry } from '../../src/estimators/registry.ts';
import { fitCostMs, nanosecondsOf } from '../../src/operations/fit-cost.ts';
import { casesOf, type KernelCase } from './kernel-cases.ts';
import { type KernelTable, makeTable } from './kernel-data.ts';
import { measureOurs } from './measure-kernel.ts';

const { values } = parseArgs({
  options: {
    algorithms: { type: 'string' },
    sizes: { type: 'string', default: '200x5,1000x10,5000x20,5000x5' },
    seconds: { type: 'string', default: '0.2' },
  },
});

const seconds = Number(values.seconds);
const sizes = values.sizes.split(',').map((size) => size.split('x').map(Number));
const tables = new Map<string, KernelTable>();
const asked = values.algorithms?.split(',') ?? registry.map(({ id }) => id);

console.log(['algorithm', ...values.sizes.split(','), 'mean', 'ns'].join('\t'));
for (const one of casesOf(registry, asked)) {
  const ratios = sizes.map(([rows = 0, columns = 0]) => ratioOf(one, rows, columns));
  const known = ratios.filter((ratio) => ratio !== null);
  const mean = Math.exp(known.reduce((sum, ratio) => sum + Math.log(ratio), 0) / known.length);
  const ns = nanosecondsOf(one.estimator.id) * mean;
  const shown = [...ratios.map((ratio) => ratio?.toFixed(2) ?? ''), mean.toFixed(2)];
  console.log([one.name, ...shown, ns.toPrecision(2)].join('\t'));
}

/** Measured ÷ modelled time of a fit and the prediction of as many rows; null where the algorithm takes fewer. */
function ratioOf(one: KernelCase, rows: number, columns: number): number | null {
  if (rows > (one.estimator.supports.maxRows ?? Infinity)) return null;
  const name = `${one.task} ${rows} ${columns}`;
  const table = tables.get(name) ?? makeTable({ rows, columns, task: one.task, seed: 42 });
  tables.set(name, table);
  const { fitMs, rowMicros } = measureOurs(one, table, seconds);
  const size = { rows, features: columns, classes: one.task === 'classification' ? 3 : 0 };
  const modelled = fitCostMs({ algorithm: one.estimator.id, parameters: one.parameters }, size);
  return (fitMs + (rowMicros * rows) / 1000) / modelled;
}
