import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../src/spec/parse-spec.ts';
import { refusal, soleProblem } from './refusals.ts';
import { MINIMAL, minimalWith, regressionWith } from './spec-texts.ts';

const warningsOf = (text: string) => parseSpec(text, { fileName: 'sales.yaml' }).warnings;

describe('fields that contradict each other', () => {
  it('on_small: shrink weighs by one cross-validation, and takes no repeats', () => {
    const shrunk = minimalWith('validate: { repeats: 2 }').replace('by:', 'on_small: shrink, by:');
    const { path, message } = soleProblem(shrunk);
    expect(path).toEqual(['validate', 'repeats']);
    expect(message).toContain('Remove `repeats`, or set another `partition.on_small`.');
  });

  it('ties: pooled needs the model without partition', () => {
    const tied = minimalWith('global: { enabled: false }').replace(
      'by:',
      'ties: pooled, on_small: skip, by:',
    );
    const { path, message } = soleProblem(tied);
    expect(path).toEqual(['partition', 'ties']);
    expect(message).toContain('Set `global.enabled: true`, or remove `ties`.');
  });

  it('on_small: global needs the model without partition', () => {
    const problem = soleProblem(minimalWith('global: { enabled: false }'));
    expect(problem.path).toEqual(['partition', 'on_small']);
    expect(problem.message).toContain('Set `global.enabled: true`');
    const skipped = minimalWith('global: { enabled: false }').replace('by:', 'on_small: skip, by:');
    expect(warningsOf(skipped)).toEqual([]);
  });

  it('parents are of the first columns of a key of several, and compared with the model without partition', () => {
    const keyed = (partition: string) =>
      minimalWith('').replace(/partition: .*/, `partition: ${partition}`);
    const problemOf = (partition: string) => soleProblem(keyed(partition));
    const alone = problemOf('{ by: store, parents: store }');
    expect(alone.path).toEqual(['partition', 'parents']);
    expect(alone.message).toContain('A key of one column, `store`, has no parents.');
    expect(alone.place?.line).toBeGreaterThan(0);
    for (const parents of ['store', '[region, store]', '[store, region]', 'town'])
      expect(problemOf(`{ by: [region, store], parents: ${parents} }`).message).toContain(
        'is not how the key begins, of which a column must be left. Write `[region]`.',
      );
    expect(problemOf('{ by: [land, region, store], parents: region }').message).toContain(
      'Write `[land]` or `[land, region]`.',
    );
    const off = keyed('{ by: [region, store], parents: region, on_small: skip }');
    expect(soleProblem(`${off}\nglobal: { enabled: false }`).message).toContain(
      'Parents are compared with the model without partition, which is off.',
    );
    expect(warningsOf(keyed('{ by: [region, store], parents: [region] }'))).toEqual([]);
  });

  it('a warm start needs the model without partition', () => {
    const tune = 'tune: { method: tpe, warm_start: true }';
    const off = minimalWith(`${tune}\nglobal: { enabled: false }`);
    expect(soleProblem(off.replace('by:', 'on_small: skip, by:')).message).toContain(
      'It begins with what the model without partition found, which is off.',
    );
    expect(warningsOf(minimalWith(tune))).toEqual([]);
  });

  it.each([
    ['validate: { scheme: time }', '`time` needs the column in `time`.'],
    [
      'validate: { gap: 7d }',
      '`gap` belongs to the time scheme, and this is stratified. Set `validate.scheme: time`, or remove it.',
    ],
    [
      'metric: roc_auc\nprobabilities: { threshold: tuned }',
      'No threshold can be tuned for `roc_auc`.',
    ],
    [
      'tune: { method: random, warm_start: true }',
      '`random` without a budget tries all its candidates in every partition.',
    ],
    [
      'time: at\nvalidate: { repeats: 2 }',
      'The time scheme has one order of rows: there is nothing to repeat.',
    ],
    ['validate: { repeats: 20, folds: 20 }', '20 repeats of 20 folds are more than 250 folds.'],
    [
      'tune: { method: random, budget: { run: 60 } }\nvalidate: { repeats: 2 }',
      '`tune.budget` buys one cross-validation',
    ],
    ['validate: { scheme: group }', '`group` needs the column in `validate.group`.'],
    ['features: { select: { method: none, keep: 3 } }', '`none` does not rank columns.'],
    ['features: { select: { method: anova, threshold: 1 } }', '`anova` has no threshold.'],
    ['data_: 1\nfeatures: {}', 'Did you mean `data`?'],
    ['columns: { drop: [sold] }', '`sold` is also in `columns.drop`.'],
    ['columns: { weight: store }', '`store` already has another role.'],
    ['columns: { id: sold }', '`sold` is the target.'],
    ['time: sold', '`sold` already has another role.'],
    ['intervals: {}', 'A class has no interval'],
    ['time: day\ncolumns: { types: { day: text } }', '`time` needs a timestamp or a number.'],
  ])('refuses `%s`', (lines, message) => {
    expect(soleProblem(minimalWith(lines)).message).toContain(message);
  });

  it.each([
    ['', 'A forecast needs to know how far it looks ahead'],
    [
      'time: day\nforecast: { horizon: 7, strategy: direct, lags: [5, 3] }',
      'Use `strategy: recursive`, or add a lag from 7.',
    ],
    [
      'time: day\nforecast: { horizon: 101, strategy: direct }',
      'trains a model for each row ahead, 100 at most, not 101',
    ],
    ['forecast: { horizon: 7 }', 'name the column that orders the rows in `time`'],
    [
      'time: day\nforecast: { horizon: 7 }\nvalidate: { scheme: shuffled }',
      'and shuffled mixes them',
    ],
    ['time: day\nforecast: { horizon: 7, known: [sold] }', '`sold` has another role'],
    [
      'time: day\nforecast: { horizon: 7 }\nfeatures: { engineer: [{ lag: { columns: [sold], steps: [9] } }] }',
      'name them in `forecast.lags`',
    ],
    [
      'time: day\nforecast: { horizon: 7 }\nmetric: accuracy',
      '`accuracy` is no metric of forecast',
    ],
    [
      'time: day\nforecast: { horizon: 7 }\nalgorithms: [logistic]',
      '`logistic` does classification, not forecast',
    ],
    [
      'time: day\nforecast: { horizon: 7 }\nintervals: { level: 2 }',
      'Expected a number from 0.5 below 1',
    ],
  ])('refuses a forecast with `%s`', (lines, message) => {
    const spec = minimalWith(lines).replace('classification', 'forecast');
    expect(soleProblem(spec).message).toContain(message);
  });

  it('only a forecast has a horizon, its metric and its baselines', () => {
    const path = (lines: string) => soleProblem(regressionWith(lines)).path;
    expect(path('time: day\nforecast: { horizon: 7 }')).toEqual(['forecast']);
    expect(path('metric: mase')).toEqual(['metric']);
    expect(path('algorithms: [drift]')).toEqual(['algorithms', 0]);
  });

  it('a forecast has its metric, its baselines and the lags that they carry on', () => {
    const text = minimalWith('time: day\nforecast: { horizon: 10, season: 7, strategy: direct }');
    const { spec, warnings } = parseSpec(text.replace('classification', 'forecast'), {
      fileName: 'sales.yaml',
    });
    expect(warnings).toEqual([]);
    expect(spec).toMatchObject({ metric: 'mase', validate: { scheme: 'time' } });
    const steps = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 21];
    expect(spec.forecast?.lags).toEqual(steps);
    expect(spec.features.engineer.at(-1)).toEqual({ lag: { columns: ['sold'], steps } });
    expect(spec.candidates.slice(0, 2)).toEqual([
      { algorithm: 'seasonal_naive', parameters: { column: 'sold_lag_14' } },
      { algorithm: 'drift', parameters: { column: 'sold_lag_10' } },
    ]);
  });

  it.each([
    ['horizon: 7, season: 7, lags: [1, 2, 3]', ['drift', 'ridge']],
    ['horizon: 7, season: 7, lags: [7, 14]', ['seasonal_naive', 'ridge']],
    ['horizon: 80, season: 7, strategy: direct, lags: [80, 81]', ['drift', 'ridge']],
  ])('a forecast with `%s` tries no algorithm whose lag it does not make', (lines, first) => {
    const text = minimalWith(`time: day\nforecast: { ${lines} }`);
    const { spec } = parseSpec(text.replace('classification', 'forecast'), { fileName: 'x.yaml' });
    const algorithms = [...new Set(spec.candidates.map(({ algorithm }) => algorithm))];
    expect(algorithms).toEqual([...first, 'random_forest', 'gradient_boosting']);
  });

  it('principal components leave no column that an algorithm could name', () => {
    const pca = 'features: { handle: { pca: 2 } }';
    const monotone = 'algorithms: [ridge, { gradient_boosting: { monotone: { price: rising } } }]';
    const problem = soleProblem(regressionWith(`${pca}\n${monotone}`));
    expect(problem.path).toEqual(['algorithms', 1]);
    expect(problem.message).toContain(
      '`gradient_boosting` reads `price`, and principal components',
    );
    expect(problem.place?.line).toBeGreaterThan(0);
    const forecast = (lines: string) =>
      minimalWith(`time: day\nforecast: { horizon: 7 }\n${lines}`).replace(
        'classification',
        'forecast',
      );
    expect(soleProblem(forecast(`${pca}\nalgorithms: [drift]`)).message).toContain(
      'Remove `features.handle.pca`',
    );
    const { spec } = parseSpec(forecast(pca), { fileName: 'x.yaml' });
    expect(spec.candidates[0]?.algorithm).toBe('ridge');
  });

  it.each([
    ['', 'Which label of `sold` marks an anomaly?'],
    ['features: { select: { method: anova } }', '`anova` looks at the labels'],
    ['features: { handle: { imbalance: over_sample } }', 'without their labels'],
    ['features: { handle: { encode: target } }', 'use `ordinal` or `frequency`'],
    ['probabilities: { calibrate: platt }', 'An anomaly has a score, not a probability'],
    ['ensemble: {}', 'The weights of an ensemble are learned from labels'],
    ['algorithms: [logistic]', '`logistic` does classification, not anomaly'],
  ])('refuses anomalies with `%s`', (lines, message) => {
    const positive = lines === '' ? '' : ', positive: yes';
    const spec = minimalWith(lines).replace('classification', `anomaly${positive}`);
    expect(soleProblem(spec).message).toContain(message);
  });

  it('a quantile has its metric, its learner and no interval', () => {
    const at = (lines: string) =>
      regressionWith(lines).replace('regression', 'regression, quantile: 0.9');
    const { spec } = parseSpec(at('algorithms: [baseline, gradient_boosting, ridge]'), {
      fileName: 'sales.yaml',
    });
    expect(spec.metric).toBe('pinball');
    expect(spec.candidates.map(({ parameters }) => parameters)).toMatchObject([
      { quantile: 0.9 },
      { alpha: 1 },
      { objective: 'quantile', quantile: 0.9 },
    ]);
    expect(soleProblem(at('metric: rmse')).message).toContain('Use `pinball`');
    expect(soleProblem(at('intervals: {}')).message).toContain('stands around the middle');
    const ofClasses = MINIMAL.replace('classification', 'classification, quantile: 0.9');
    expect(soleProblem(ofClasses).path).toEqual(['target', 'quantile']);
  });

  it.each([
    ['target_: 1', 'Did you mean `target`?'],
    ['features: { handle: { imbalance: over_sample } }', 'no classes to balance'],
    ['features: { select: { method: chi_square } }', 'use `anova`'],
    ['columns: { types: { sold: text } }', 'The target of a regression is a number.'],
    ['intervals: { level: 1 }', 'Expected a number from 0.5 below 1'],
  ])('refuses `%s` for a regression', (lines, message) => {
    expect(soleProblem(regressionWith(lines)).message).toContain(message);
  });

  it('a regression has no positive class', () => {
    const text = regressionWith('').replace('column: sold', 'column: sold, positive: yes');
    expect(soleProblem(text).message).toContain('no positive class');
  });

  it('bins belong to columns of the key and have ascending edges', () => {
    const bins = (text: string) => MINIMAL.replace('by: store', `by: store, bins: ${text}`);
    expect(soleProblem(bins('{ stor: { count: 3 } }')).message).toContain('Did you mean `store`?');
    expect(soleProblem(bins('{ store: { edges: [2, 1] } }')).message).toBe('Edges must ascend.');
    expect(warningsOf(bins('{ store: { edges: [1, 2] } }'))).toEqual([]);
  });

  it.each([
    'lag: { columns: [a], steps: [1] }',
    'rolling: { column: a, window: 3 }',
    'difference: { column: a }',
  ])('a step that looks back needs an order of rows: %s', (step) => {
    const problem = soleProblem(minimalWith(`features: { engineer: [{ ${step} }] }`));
    expect(problem.path).toEqual(['features', 'engineer', 0]);
    expect(problem.message).toContain('name the column in `time`');
  });

  it('no step may show the target, but its past in the time scheme', () => {
    const engineer = (step: string, more = '') =>
      minimalWith(`time: day\n${more}features: { engineer: [{ ${step} }] }`);
    const lag = 'lag: { columns: [sold], steps: [1] }';
    expect(soleProblem(engineer('ratio: [sold, a]')).message).toContain('would show the target');
    expect(soleProblem(engineer('rolling: { column: sold, window: 3 }')).message).toContain(
      'Only `lag` may',
    );
    expect(warningsOf(engineer(lag))).toEqual([]);
    expect(soleProblem(engineer(lag, 'validate: { scheme: shuffled }\n')).message).toContain(
      'Use `validate.scheme: time`.',
    );
  });

  it('new columns have names of their own', () => {
    const steps = (name: string) =>
      minimalWith(
        `features: { engineer: [{ expression: { name: x, formula: a + b } }, { expression: { name: ${name}, formula: a } }] }`,
      );
    expect(soleProblem(steps('x')).message).toBe('Two steps make a column `x`.');
    expect(soleProblem(steps('sold')).message).toContain("target's name");
    expect(warningsOf(steps('y'))).toEqual([]);
  });

  it.each([
    ['Europe/Berln', 'Did you mean `Europe/Berlin`?'],
    ['+02:00', 'Use an IANA name'],
  ])('%s is no time zone', (zone, hint) => {
    const text = MINIMAL.replace('data:', `data:\n  timezone: '${zone}'`);
    expect(soleProblem(text).message).toContain(hint);
  });

  it('are found where required fields are refused', () => {
    const text = minimalWith('metric: rmse\nalgorithms: [5, ridge]').replace('by: store', 'by: 5');
    const { problems } = refusal(text.replace('data:', 'data:\n  timezone: Mars/Olympus'));
    const paths = problems.map(({ path }) => path.join('.'));
    const among = ['algorithms.0', 'algorithms.1'];
    expect(paths).toEqual(['data.timezone', 'partition.by', 'metric', ...among]);
  });

  it('are found beside fields that the schema refuses', () => {
    const { problems } = refusal(minimalWith('seed: x\nvalidate: { scheme: time, folds: 99 }'));
    const paths = problems.map(({ path }) => path.join('.'));
    expect(paths).toEqual(['seed', 'validate.scheme', 'validate.folds']);
  });
});

describe('fields that are most likely a mistake', () => {
  const leaky =
    'time: day\nvalidate: { scheme: stratified }\nfeatures: { engineer: [{ lag: { columns: [a], steps: [1] } }] }';

  it('warn with their place', () => {
    const warnings = warningsOf(minimalWith(leaky));
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(
      /^sales\.yaml:9:24: features\.engineer\[0\]: `lag` reads earlier rows/,
    );
    expect(warnings[1]).toContain('validate.scheme');
  });

  it('stop a strict run', () => {
    const { problems } = refusal(minimalWith(`${leaky}\nstrict: true`));
    expect(problems).toHaveLength(2);
    expect(problems[0]?.message).toContain('`strict: true` makes this an error.');
  });
});
