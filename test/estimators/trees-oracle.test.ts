import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Model, Target } from '../../src/estimators/estimator.ts';
import { findEstimator } from '../../src/estimators/registry.ts';
import { classes, matrixOf, rowsOf, type Table, values } from '../support/tables.ts';

type Fixture = {
  readonly train: number;
  readonly columns: readonly (readonly number[])[];
  readonly numbers: readonly number[];
  readonly codes: readonly number[];
  readonly extraTrees: {
    readonly accuracy: number;
    readonly logLoss: number;
    readonly rmse: number;
  };
};

/** Made by `make-trees.py` beside it. */
const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/sklearn/trees.json', import.meta.url), 'utf8'),
) as Fixture;

const everyRow = fixture.numbers.map((_, i) => i);
const head = everyRow.slice(0, fixture.train);
const tail = everyRow.slice(fixture.train);
const x = matrixOf(fixture.columns);

type Score = (model: Model, test: Table) => number;

/** The score on the second half of the table after a fit on the first, averaged over seeds. */
function heldOut(
  id: string,
  y: Target,
  score: Score,
  { parameters = {}, seeds = [1n] }: { parameters?: JsonObject; seeds?: readonly bigint[] } = {},
): number {
  const estimator = findEstimator(id);
  if (estimator === undefined) throw new RangeError(`No estimator ${id}.`);
  const train = rowsOf({ x, y }, head);
  const test = rowsOf({ x, y }, tail);
  const scores = seeds.map((seed) =>
    score(estimator.fit(train.x, train.y, estimator.parameters.parse(parameters), { seed }), test),
  );
  return mean(scores);
}

// 700 held-out rows: models of one kind and quality differ by a few percent of the loss.
describe('extra trees score as those of scikit-learn do', () => {
  const theirs = fixture.extraTrees;
  const seeds = [1n, 2n, 3n];

  it('on classes', () => {
    const codes = classes(fixture.codes);
    expect(heldOut('extra_trees', codes, accuracy, { seeds })).toBeGreaterThan(
      theirs.accuracy - 0.02,
    );
    expect(heldOut('extra_trees', codes, logLoss, { seeds })).toBeLessThan(theirs.logLoss * 1.03);
  });

  it('on numbers', () => {
    const ours = heldOut('extra_trees', values(fixture.numbers), rmse, { seeds });
    expect(ours).toBeLessThan(theirs.rmse * 1.03);
  });
});

const rmse: Score = (model, test) => Math.sqrt(mean(errorsOf(model, test).map((e) => e ** 2)));

const accuracy: Score = (model, { x: rows, y }) => {
  if (y.kind !== 'classes') throw new RangeError('Not classes.');
  return mean(Array.from(model.predict(rows), (code, i) => Number(code === y.codes[i])));
};

const logLoss: Score = (model, { x: rows, y }) => {
  if (y.kind !== 'classes') throw new RangeError('Not classes.');
  const shares = model.predictProbabilities?.(rows) ?? new Float64Array(0);
  const width = y.classes.length;
  return mean(
    Array.from(y.codes, (code, i) => -Math.log(Math.max(1e-15, shares[i * width + code] ?? 0))),
  );
};

/** truth − prediction */
function errorsOf(model: Model, { x: rows, y }: Table): number[] {
  if (y.kind !== 'values') throw new RangeError('Not values.');
  const predicted = model.predict(rows);
  return Array.from(y.values, (value, i) => value - (predicted[i] as number));
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}
