import { describe, expect, it } from 'vitest';
import { predictionsFromBytes } from '../../src/partition/predictions.ts';
import type { ExplainArgs, ScoreArgs } from '../../src/partition/score-facts.ts';
import { modelInput } from '../../src/partition/score-rows.ts';
import { byWeight, doublesPerRow } from '../../src/partition/top-contributions.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { machineFrame, machineSpec, partitionData, run, STATUSES } from '../support/machines.ts';

const frame = machineFrame({ car: 150 });
const NUMBER: Partial<SpecInput> = {
  target: { column: 'power', task: 'regression' },
  columns: { id: 'reading', drop: ['status'] },
};

function trainedModel(algorithm: SpecInput['algorithms'], change: Partial<SpecInput> = {}) {
  const spec = machineSpec({ algorithms: algorithm, ...change });
  const { task } = spec.target;
  const classes = task === 'classification' ? STATUSES : [];
  const data = partitionData(frame, spec);
  const trained = run('train', data, { spec, task, classes, scope: 'own' });
  return { bytes: trained.blobs.get('model') as Uint8Array, args: { task, classes } as ScoreArgs };
}

type Trained = ReturnType<typeof trainedModel>;

/** Every row: what is explained, and what it adds up to. */
function explained(
  models: readonly Trained[],
  weights: readonly number[],
  explain: ExplainArgs = { columns: 2 },
) {
  const [{ args }] = models as [Trained];
  const ranges = [{ start: 0, count: frame.rowCount }];
  const data = {
    partition: { id: 'p', text: 'p', ranges },
    frame,
    rowHashes: new Uint8Array(),
    inputs: new Map(models.map(({ bytes }, i) => [modelInput(i), bytes])),
  };
  const { facts, blobs } = run('score', data, { ...args, weights, explain });
  const read = (name: string, width: number) =>
    predictionsFromBytes(blobs.get(name) as Uint8Array, 1, width).values;
  const width = doublesPerRow(explain.columns);
  const values = read('contributions', width);
  const rows = Array.from({ length: values.length / width }, (_, row) => {
    const [code = 0, base = 0, other = 0, ...named] = values.subarray(
      row * width,
      (row + 1) * width,
    );
    const shares = named.filter((_, i) => i % 2 === 1);
    const places = named.filter((_, i) => i % 2 === 0);
    const known = shares.filter((share) => !Number.isNaN(share));
    const total = known.reduce((sum, share) => sum + share, base + other);
    return { code, shares, places, total };
  });
  const output = read('predictions', Math.max(1, args.classes.length));
  return { facts, rows, output };
}

describe('what moved a prediction', () => {
  it('is told by the columns that the model takes, engineered ones by themselves, and adds up', () => {
    const model = trainedModel([{ gradient_boosting: { rounds: 15 } }], {
      ...NUMBER,
      time: 'moment',
      validate: { scheme: 'shuffled' },
      features: { engineer: [{ lag: { columns: ['rpm'], steps: [1] } }] },
    });
    const { facts, rows, output } = explained([model], [1]);
    expect(facts.explained).toEqual({
      scale: 'value',
      columns: expect.arrayContaining(['rpm', 'rpm_lag_1', 'load', 'site']),
    });
    rows.forEach(({ code, shares, total }, row) => {
      expect(code).toBe(-1);
      expect(Math.abs(shares[0] as number)).toBeGreaterThanOrEqual(Math.abs(shares[1] as number));
      expect(total).toBeCloseTo(output[row] as number, 9);
    });
  });

  it('has the features of a text as one column', () => {
    const model = trainedModel(['ridge'], NUMBER);
    const { facts } = explained([model], [1]);
    expect(facts.explained).toMatchObject({ columns: ['rpm', 'load', 'site'] });
  });

  it('is of the predicted one of several classes, by its share of the trees', () => {
    const model = trainedModel([{ random_forest: { trees: 10 } }]);
    const { facts, rows, output } = explained([model], [1]);
    expect(facts.explained).toMatchObject({ scale: 'probability' });
    rows.forEach(({ code, total }, row) => {
      const own = output.subarray(3 * row, 3 * row + 3);
      expect(own[code]).toBe(Math.max(...own));
      expect(total).toBeCloseTo(own[code] as number, 6);
    });
  });

  it('is averaged where two models answer together, whatever their scales', () => {
    const two = [trainedModel(['logistic']), trainedModel([{ random_forest: { trees: 10 } }])];
    const { facts, rows, output } = explained(two, [0.25, 0.75]);
    expect(facts.explained).toMatchObject({ scale: 'probability' });
    rows.forEach(({ code, total }, row) => {
      expect(total).toBeCloseTo(output[3 * row + code] as number, 6);
    });
  });

  it('names fewer columns where there are fewer', () => {
    const model = trainedModel(['ridge'], NUMBER);
    const { rows } = explained([model], [1], { columns: 9 });
    for (const { places } of rows) expect(places.slice(3).every(Number.isNaN)).toBe(true);
  });

  it('is not told by an algorithm that can not say', () => {
    const { facts, rows } = explained([trainedModel([{ knn: { k: 3 } }])], [1]);
    expect([facts.explained, rows]).toEqual([{ because: 'knn' }, []]);
  });
});

describe('of two classes', () => {
  const isActive = {
    ...frame,
    columns: frame.columns.map((column) =>
      column.name === 'status' && column.kind === 'category'
        ? {
            ...column,
            levels: ['active', 'other'],
            codes: column.codes.map((code) => (column.levels[code] === 'active' ? 0 : 1)),
          }
        : column,
    ),
  };

  it('the positive one is explained, the odds against the other way round', () => {
    const spec = machineSpec({ algorithms: ['logistic'] });
    const task = 'classification' as const;
    const classes = ['active', 'other'];
    const data = partitionData(isActive, spec);
    const { blobs } = run('train', data, { spec, task, classes, scope: 'own' });
    const inputs = new Map([['model', blobs.get('model') as Uint8Array]]);
    const totals = ['other', 'active'].map((positive) => {
      const args = { task, classes, explain: { columns: 1, positive } };
      const told = run('score', { ...data, inputs }, args);
      expect(told.facts.explained).toMatchObject({ scale: 'log_odds' });
      const values = predictionsFromBytes(
        told.blobs.get('contributions') as Uint8Array,
        1,
        doublesPerRow(1),
      ).values;
      const output = predictionsFromBytes(told.blobs.get('predictions') as Uint8Array, 1, 2).values;
      return Array.from({ length: 150 }, (_, row) => {
        const [code = 0, base = 0, other = 0, , share = 0] = values.subarray(5 * row, 5 * row + 5);
        const p = output[2 * row + code] as number;
        expect(base + other + share).toBeCloseTo(Math.log(p / (1 - p)), 8);
        return base + other + share;
      });
    });
    totals[0]?.forEach((total, row) => expect(total).toBeCloseTo(-(totals[1]?.[row] ?? 0), 12));
  });
});

describe('the weight of a share', () => {
  it('has no sign, and the first of equals comes first', () => {
    expect(byWeight(Float64Array.of(1, -3, 3, 0))).toEqual([1, 2, 0, 3]);
  });
});
