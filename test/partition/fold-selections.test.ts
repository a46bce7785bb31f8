import { describe, expect, it } from 'vitest';
import type { PartitionResult, TraceStep } from '../../src/partition/partition-function.ts';
import type { FoldSelections } from '../../src/partition/selection-facts.ts';
import type { TrainArgs, TrainResult } from '../../src/partition/train-facts.ts';
import type { Spec, SpecInput } from '../../src/spec/spec.ts';
import { machineFrame, machineSpec, partitionData, run, STATUSES } from '../support/machines.ts';

/** Columns are selected once for all algorithms: what one training has selected another one is fitted on. */

const frame = machineFrame({ car: 150, bus: 90 });
const BEFORE = ['baseline', 'logistic'];
const AFTER = ['decision_tree', { random_forest: { trees: 5 } }];

function argsOf(spec: Spec, foldSelections?: FoldSelections): TrainArgs {
  const { task } = spec.target;
  return { spec, task, classes: STATUSES, scope: 'own', ...(foldSelections && { foldSelections }) };
}

/** How a training of all rows went, and for which fits it selected columns. */
function trained(spec: Spec, foldSelections?: FoldSelections) {
  const fits: string[] = [];
  const trace = ({ name }: TraceStep) => {
    if (name.startsWith('select ')) fits.push(name);
  };
  const data = partitionData(frame, spec);
  const result = run('train', data, argsOf(spec, foldSelections), { trace });
  return { ...saidOf(result), fits };
}

function saidOf({ facts, blobs }: PartitionResult<TrainResult>) {
  const { foldSelections, ...rest } = facts;
  const said: unknown = JSON.parse(
    JSON.stringify(rest, (key, value: unknown) => (key === 'fitMs' ? 0 : value)),
  );
  return { foldSelections, said, model: rest.model, blobs };
}

const engineer = [{ lag: { columns: ['rpm', 'load'], steps: [1] } }];
const wishesOf = (changes: Partial<SpecInput>): Partial<SpecInput> => ({
  time: 'moment',
  validate: { scheme: 'stratified' },
  ...changes,
});

describe('a training with what was selected for other algorithms', () => {
  it.each([
    ['mutual_information', { features: { engineer, select: { method: 'mutual_information' } } }],
    ['anova', { features: { engineer, select: { method: 'anova', keep: 2 } } }],
    ['l1', { features: { engineer, select: { method: 'l1', keep: 2 } } }],
    ['importance', { features: { engineer, select: { method: 'importance', keep: 3 } } }],
    ['correlation', { features: { engineer, select: { method: 'correlation', threshold: 0.1 } } }],
    [
      'recursive_elimination, searched by halving',
      {
        features: { engineer, select: { method: 'recursive_elimination', keep: 2 } },
        tune: { method: 'halving', trials: 4 },
      },
    ],
    [
      'anova, tuned, refitted on every row, in two repeats, averaged',
      {
        features: { engineer, select: { method: 'anova', keep: 2 } },
        tune: { method: 'random', trials: 3 },
        validate: { scheme: 'stratified', refit: 'all', repeats: 2 },
        ensemble: {},
      },
    ],
  ] satisfies readonly (readonly [string, Partial<SpecInput>])[])(
    'selects nothing itself, and gives the bytes and facts of one that does: %s',
    (_name, changes) => {
      const specOf = (algorithms: SpecInput['algorithms']) =>
        machineSpec({ ...wishesOf(changes), algorithms });
      const before = trained(specOf(BEFORE));
      expect(before.fits.length).toBeGreaterThan(3);
      const apart = trained(specOf(AFTER));
      expect(apart.fits.length).toBe(before.fits.length);
      expect(apart.foldSelections).toEqual(before.foldSelections);
      const together = trained(specOf(AFTER), before.foldSelections);
      expect(together.fits).toEqual([]);
      expect(together.said).toEqual(apart.said);
      expect(together.blobs).toEqual(apart.blobs);
      expect(together.foldSelections).toBeUndefined();
    },
  );

  it('gives the same in parts, none of which selects', () => {
    const spec = machineSpec({
      ...wishesOf({ features: { engineer, select: { method: 'anova', keep: 2 } } }),
      algorithms: AFTER,
    });
    const data = partitionData(frame, spec);
    const { foldSelections, model } = trained(spec);
    const [candidate] = spec.candidates;
    if (candidate === undefined || model === null) throw new Error('Nothing was trained.');
    const fits: string[] = [];
    const context = { trace: ({ name }: TraceStep) => void fits.push(name) };
    const parts = (args: TrainArgs) => ({
      fold: run('train-fold', data, { ...args, candidate, fold: 1, share: 1 }, context),
      refit: run('refit', data, { ...args, candidate, adjustments: [] }, context),
    });
    const alone = parts(argsOf(spec));
    expect(fits).toContain('select (fold 1)');
    fits.length = 0;
    const given = parts(argsOf(spec, foldSelections));
    expect(fits.filter((name) => name.startsWith('select '))).toEqual([]);
    expect(fits).toContain('engineer');
    expect(given.fold.blobs).toEqual(alone.fold.blobs);
    expect(given.refit.blobs).toEqual(alone.refit.blobs);
    expect(given.refit.facts).toEqual(alone.refit.facts);
  });

  it('sees the columns that it was given, whatever it would have selected', () => {
    const spec = machineSpec({
      features: { select: { method: 'mutual_information', keep: 1 } },
      algorithms: ['logistic'],
    });
    const folds = Array.from({ length: 3 }, () => ['load']);
    const shipped = { method: 'mutual_information', kept: ['load'], dropped: [] };
    const { model, fits } = trained(spec, { folds, shipped });
    expect(trained(spec).model?.features).not.toEqual(['load']);
    expect([model?.features, fits]).toEqual([['load'], []]);
  });

  it('selects itself where the earlier one had come to no fit', () => {
    const spec = machineSpec({ features: { select: { method: 'anova', keep: 1 } } });
    const { foldSelections, said } = trained(spec);
    if (foldSelections === undefined) throw new Error('Nothing was selected.');
    const [, ...others] = foldSelections.folds;
    const again = trained(spec, { ...foldSelections, folds: [[], ...others] });
    expect(again.fits).toEqual(['select (fold 0)']);
    expect(again.said).toEqual(said);
  });

  it('is told of none where some fits have selected nothing: all candidates had failed before', () => {
    const hopeless = (validate: SpecInput['validate']) =>
      trained({
        ...machineSpec({ features: { select: { method: 'anova', keep: 1 } }, validate }),
        candidates: [{ algorithm: 'nonsense', parameters: {} }],
      });
    const whole = hopeless({ scheme: 'stratified' });
    expect(whole.model).toBeNull();
    expect(whole.foldSelections?.folds.map(({ length }) => length)).toEqual([1, 1, 1]);
    for (const changes of [{ repeats: 2 }, { refit: 'all' }] as const)
      expect(hopeless({ scheme: 'stratified', ...changes }).foldSelections).toBeUndefined();
  });

  it('is told of none where the spec asks for none', () => {
    expect(trained(machineSpec({ algorithms: BEFORE })).foldSelections).toBeUndefined();
  });
});
