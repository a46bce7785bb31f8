import { describe, expect, it } from 'vitest';
import { isFailure } from '../../src/domain/failure.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';
import { refusal, soleProblem } from './refusals.ts';
import { MINIMAL, minimalWith, regressionWith } from './spec-texts.ts';

const parse = (text: string) => parseSpec(text, { fileName: 'sales.yaml' });

describe('a spec of the least', () => {
  it('has every default decided for classification', () => {
    const { spec, warnings } = parse(MINIMAL);
    expect(spec).toMatchObject({
      metric: 'macro_f1',
      partition: { by: ['store'], min_rows: 50, on_small: 'global', max: 10_000 },
      validate: { scheme: 'stratified', holdout: 0.2, folds: 3, refit: 'training' },
      global: { enabled: true, include_partition: true },
      seed: 7,
    });
    expect(spec.candidates.map(({ algorithm }) => algorithm)).toEqual([
      'baseline',
      'logistic',
      'random_forest',
      'gradient_boosting',
    ]);
    expect(warnings).toEqual([]);
  });

  it('has every default decided for regression', () => {
    const { spec } = parse(regressionWith(''));
    expect(spec.metric).toBe('rmse');
    expect(spec.validate.scheme).toBe('shuffled');
    expect(spec.candidates[1]?.algorithm).toBe('ridge');
  });

  it('splits by time when a time is declared, by group when a group is', () => {
    expect(parse(minimalWith('time: day')).spec.validate.scheme).toBe('time');
    expect(parse(minimalWith('validate: { group: customer }')).spec.validate.scheme).toBe('group');
  });

  it('names every parameter of every candidate', () => {
    const { spec } = parse(minimalWith('algorithms: [{ random_forest: { trees: 7 } }]'));
    const [candidate] = spec.candidates;
    expect(candidate?.parameters).toMatchObject({ trees: 7 });
    expect(Object.keys(candidate?.parameters ?? {}).length).toBeGreaterThan(1);
  });

  it('holds no line for editors', () => {
    const json = JSON.stringify({ $schema: './experiment.v1.json', version: 1, name: 'x' });
    const whole = json.replace(
      '"x"',
      '"x","data":{"source":{"kind":"csv","path":"a.csv"}},"partition":{"by":"s"},"target":{"column":"y","task":"regression"}',
    );
    expect(parseSpec(whole, { fileName: 'x.json' }).spec).not.toHaveProperty('$schema');
  });
});

describe('a spec with errors', () => {
  it('names an unknown key with its line and the nearest known one', () => {
    const problem = soleProblem(minimalWith('features:\n  selct: { method: none }'));
    expect(problem).toMatchObject({ path: ['features', 'selct'], place: { line: 8, column: 3 } });
    expect(problem.message).toContain('Did you mean `select`?');
  });

  it('suggests `partition` for `partiton` and misses the required key', () => {
    const { message, kind } = refusal(MINIMAL.replace('partition:', 'partiton:'));
    expect(kind).toBe('invalid-spec');
    expect(message).toContain('sales.yaml:5:1: partiton: Unknown key. Did you mean `partition`?');
    expect(message).toContain('partition: Missing.');
  });

  it('lists all errors at once, in the order of the file', () => {
    const { problems } = refusal(
      regressionWith(
        [
          'metric: roc_auc',
          'algorithms: [randm_forest]',
          'validate: { folds: 0, holdout: 1 }',
          'seed: 1.5',
        ].join('\n'),
      ),
    );
    expect(problems.map(({ path }) => path.join('.'))).toEqual([
      'metric',
      'algorithms.0',
      'validate.folds',
      'validate.holdout',
      'seed',
    ]);
    expect(problems.map(({ place }) => place?.line)).toEqual([7, 8, 9, 9, 10]);
  });

  it('says the value, what is allowed and the nearest text', () => {
    const { message } = soleProblem(
      minimalWith('partition_: 1').replace('partition_: 1', 'metric: acuracy'),
    );
    expect(message).toMatch(
      /^"acuracy" is not allowed\. Did you mean `accuracy`\? Expected one of/,
    );
  });

  it.each([
    ['roc_auc', 'regression', '`roc_auc` is no metric of regression'],
    ['rmse', 'classification', '`rmse` is no metric of classification'],
  ])('refuses the metric %s for %s', (metric, task, message) => {
    const text = minimalWith(`metric: ${metric}`).replace('classification', task);
    expect(soleProblem(text).message).toContain(message);
  });

  it.each([
    ['algorithms: []', 'at least 1'],
    ['validate: { folds: 0 }', 'a whole number from 2 to 20'],
    ['validate: { holdout: 0 }', 'a number above 0 below 1'],
    ['validate: { holdout: 1 }', 'a number above 0 below 1'],
    ['seed: -1', 'a whole number from 0'],
    ['global: { enabled: sometimes }', '`true` or `false`'],
    ['engine: { threads: 0 }', '`auto`, or a whole number from 1 to 1024'],
    ['engine: { kind: dask }', '`local`, `spark`'],
    ['engine: { kind: spark }', 'engine.remote: sc://host:port'],
    ['engine: { kind: spark, remote: localhost }', 'sc://host:port'],
    ['engine: { kind: spark, remote: "sc://far:1/;token=x" }', '${env:SPARK_REMOTE}'],
    ['engine: { runtime: { archive: a, image: /b } }', 'either `archive` or `image`'],
    ['engine: { runtime: { image: relative } }', '/'],
  ])('refuses `%s` and says what is allowed', (line, allowed) => {
    expect(soleProblem(minimalWith(line)).message).toContain(allowed);
  });

  it('finds the kind of source that was meant', () => {
    const { message } = soleProblem(MINIMAL.replace('kind: csv', 'kind: cvs'));
    expect(message).toContain('Did you mean `csv`?');
  });

  it('explains the source of the named kind only', () => {
    const problem = soleProblem(
      MINIMAL.replace('path:', 'pat:').replace('pat: sales.csv', 'path: a.csv, delimeter: ";"'),
    );
    expect(problem.path).toEqual(['data', 'source', 'delimeter']);
    expect(problem.message).toContain('Did you mean `delimiter`?');
  });

  it('suggests the engineering step that was meant', () => {
    const problem = soleProblem(minimalWith('features: { engineer: [{ calender: day }] }'));
    expect(problem.path).toEqual(['features', 'engineer', 0, 'calender']);
    expect(problem.message).toContain('Did you mean `calendar`?');
  });

  it('explains the engineering step that was chosen', () => {
    const text = 'time: day\nfeatures: { engineer: [{ rolling: { column: a, window: 1 } }] }';
    const problem = soleProblem(minimalWith(text));
    expect(problem.path).toEqual(['features', 'engineer', 0, 'rolling', 'window']);
    expect(problem.message).toContain('a whole number from 2 to 10000');
  });

  it('wants a table or a query, not both', () => {
    const both = MINIMAL.replace(
      'kind: csv, path: sales.csv',
      'kind: postgres, table: a, query: b',
    );
    expect(soleProblem(both).message).toBe('Give either `table` or `query`.');
  });

  it('refuses a list or a text instead of a map', () => {
    expect(soleProblem('- 1\n- 2').message).toContain('Expected a map with `version`');
    expect(soleProblem('hello').message).toContain('"hello" is not allowed');
    expect(soleProblem('').message).toContain('Expected a map with `version`');
  });

  it('counts what it does not list', () => {
    const lines = Array.from({ length: 60 }, (_, i) => `wrong${i}: 1`).join('\n');
    const { message, problems } = refusal(minimalWith(lines));
    expect(problems).toHaveLength(60);
    expect(message).toContain('60 errors');
    expect(message).toContain('… and 10 more.');
  });
});

describe('algorithms', () => {
  it('suggests the nearest known one and lists those of the task', () => {
    const { message } = soleProblem(minimalWith('algorithms: [randm_forest]'));
    expect(message).toContain(
      '`randm_forest` is no known algorithm. Did you mean `random_forest`?',
    );
    expect(message).toContain('`logistic`');
    expect(message).not.toContain('`ridge`');
  });

  it('refuses those of the other task', () => {
    const { message } = soleProblem(regressionWith('algorithms: [logistic]'));
    expect(message).toContain('`logistic` does classification, not regression.');
  });

  it('checks parameters by the algorithm, with their place', () => {
    const text = minimalWith(
      'algorithms:\n  - random_forest: { trees: 0 }\n  - logistic: { penalti: 1 }',
    );
    const { problems } = refusal(text);
    expect(problems.map(({ path }) => path)).toEqual([
      ['algorithms', 0, 'random_forest', 'trees'],
      ['algorithms', 1, 'logistic', 'penalti'],
    ]);
    expect(problems[0]).toMatchObject({ place: { line: 8, column: 29 } });
    expect(problems[0]?.message).toMatch(/^0 is not allowed\. Expected a whole number from 1/);
    expect(problems[1]?.message).toContain('Unknown key.');
  });

  it('wants one algorithm per entry, once', () => {
    const two = 'algorithms: [{ logistic: {}, random_forest: {} }]';
    expect(soleProblem(minimalWith(two)).message).toContain('one algorithm per entry');
    const twice = 'algorithms: [logistic, logistic]';
    expect(soleProblem(minimalWith(twice)).message).toBe('This entry is here twice.');
  });
});

describe('tuning', () => {
  const tuned = (tune: string, overrides = {}) =>
    parseSpec(minimalWith(`algorithms: [random_forest]\ntune: ${tune}`), {
      fileName: 'sales.yaml',
      overrides,
    }).spec;

  it('adds candidates that the seed draws, also one that the caller sets', () => {
    const drawn = tuned('{ method: random, trials: 4 }');
    expect(drawn.candidates).toHaveLength(4);
    expect(tuned('{ method: random, trials: 4 }').candidates).toEqual(drawn.candidates);
    const other = tuned('{ method: random, trials: 4 }', { seed: 8 });
    expect(other.seed).toBe(8);
    expect(other.candidates).not.toEqual(drawn.candidates);
  });
});

describe('secrets', () => {
  const withUrl = (url: string) =>
    MINIMAL.replace('kind: csv, path: sales.csv', `kind: postgres, table: t, url: '${url}'`);

  it('refuses a literal password with advice and never repeats it', () => {
    const text = MINIMAL.replace(
      'kind: csv, path: sales.csv',
      'kind: postgres, table: t, password: hunter2',
    );
    const { message } = refusal(text);
    expect(message).toContain('A spec holds no secrets.');
    expect(message).toContain('${env:SOURCE_URL}');
    expect(message).not.toContain('hunter2');
  });

  it.each(['postgres://ann:hunter2@db/sales', 'host=db password=hunter2'])(
    'refuses the url %s and never repeats it',
    (url) => {
      const { message } = refusal(withUrl(url));
      expect(message).toContain('${env:');
      expect(message).not.toContain('hunter2');
    },
  );

  it('refuses a password inside any other text', () => {
    const { message } = refusal(MINIMAL.replace('sales.csv', 'https://ann:hunter2@host/sales.csv'));
    expect(message).toContain('This URL holds a password.');
    expect(message).not.toContain('hunter2');
  });

  it('names a variable that is not set', () => {
    const text = withUrl('${env:SOURCE_URL}');
    const check = (isSet: boolean) => () =>
      parseSpec(text, { fileName: 'sales.yaml', hasVariable: () => isSet });
    expect(check(false)).toThrow('The environment variable SOURCE_URL is not set.');
    expect(check(true)().spec.data.source).toMatchObject({ url: '${env:SOURCE_URL}' });
  });
});

describe('every refusal', () => {
  it('is a failure of the kind that the exit code is keyed by', () => {
    const error = refusal('{');
    expect(isFailure(error)).toBe(true);
    expect(error.kind).toBe('invalid-spec');
  });
});
