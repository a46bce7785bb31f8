import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { catalogue } from '../../../src/spec/catalogue.ts';
import { readDocument } from '../../../src/spec/document.ts';
import { RANKING_METHODS, THRESHOLD_METHODS } from '../../../src/spec/features.ts';
import { specJsonSchema } from '../../../src/spec/json-schema.ts';
import { experiment } from '../../../src/spec/parse-spec.ts';
import type { SpecInput } from '../../../src/spec/spec.ts';
import { templates } from '../../../src/spec/templates/catalogue.ts';
import { withColumn, withQuestion } from '../../../src/web/app/pages/builder/asked-task.ts';
import {
  STAGE_LINKS,
  STAGES,
  stageNodes,
  stageOf,
} from '../../../src/web/app/pages/builder/canvas/stages.ts';
import type { SchemaNode } from '../../../src/web/app/pages/builder/schema-node.ts';

const at = (...path: string[]) => ({ path, place: null, message: 'is wrong', suggestion: null });

describe('the stages of an experiment', () => {
  it('answer for every field of a spec, each field by one stage', () => {
    const fields = Object.keys((specJsonSchema() as SchemaNode).properties ?? {});
    const owned = fields.map((field) => [field, stageOf([field])]);
    expect(Object.fromEntries(owned)).toEqual({
      $schema: 'report',
      version: 'report',
      name: 'report',
      data: 'source',
      partition: 'condition',
      target: 'snapshot',
      map: 'train',
      time: 'snapshot',
      forecast: 'snapshot',
      columns: 'snapshot',
      features: 'features',
      algorithms: 'train',
      tune: 'train',
      validate: 'evaluate',
      metric: 'choose',
      probabilities: 'choose',
      intervals: 'choose',
      ensemble: 'train',
      explain: 'evaluate',
      global: 'global',
      engine: 'report',
      seed: 'report',
      strict: 'report',
      limits: 'train',
    });
    expect(stageOf(['features', 'select', 'method'])).toBe('select');
    expect(stageOf(['features', 'handle', 'scale'])).toBe('features');
  });

  it('stand in an order in which each waits for earlier ones only', () => {
    const places = new Map<string, number>(STAGES.map(({ id }, i) => [id, i]));
    for (const { from, to } of STAGE_LINKS)
      expect(places.get(from), `${from} → ${to}`).toBeLessThan(places.get(to) ?? 0);
  });

  it('say what is still needed, what is wrong, and what is asked for', () => {
    const blank = stageNodes({ version: 1, name: 'x' }, []);
    expect(
      blank.filter(({ tone }) => tone === 'waiting').map(({ id, note }) => [id, note]),
    ).toEqual([
      ['source', 'which table?'],
      ['snapshot', 'predict what?'],
      ['condition', 'divided by?'],
    ]);
    const [first] = templates;
    const document = readDocument(first?.spec ?? '', 'template.yaml').value as JsonObject;
    const wrong = stageNodes(document, [at('validate', 'folds'), at('validate', 'holdout')]);
    expect(wrong.find(({ id }) => id === 'evaluate')).toMatchObject({
      tone: 'failed',
      note: '2 mistakes',
    });
    const without = stageNodes({ ...document, global: { enabled: false } }, []);
    expect(without.find(({ id }) => id === 'global')).toMatchObject({
      tone: 'waiting',
      note: 'left out',
    });
  });
});

describe('another task for the same column', () => {
  const column = (name: string, kind: 'number' | 'category' | 'time', counts: number[] = []) => ({
    name,
    kind,
    sourceType: 'x',
    missing: 0,
    distinct: 100,
    min: null,
    max: null,
    top: counts.map((count, i) => ({ value: `v${i}`, count })),
  });
  const known = {
    preview: {
      columns: [
        column('day', 'time'),
        column('sold', 'number'),
        column('returned', 'number'),
        column('state', 'category', [90, 10]),
      ],
    },
    catalogue: catalogue(),
  };
  const before: JsonObject = {
    version: 1,
    name: 'sales',
    data: { source: { kind: 'csv', path: 'sales.csv' } },
    partition: { by: 'store' },
    target: { column: 'sold', task: 'regression' },
    metric: 'mae',
    algorithms: ['baseline', 'ridge'],
    intervals: { level: 0.8 },
  };

  it('is a valid spec at once: a forecast knows its order and horizon', () => {
    const asked = withQuestion(before, { column: 'sold', task: 'forecast' }, known);
    expect(asked).toMatchObject({
      time: 'day',
      forecast: { horizon: 12 },
      intervals: { level: 0.8 },
      algorithms: ['baseline', 'ridge'],
    });
    expect(experiment(asked as SpecInput).spec.metric).toBe('mase');
  });

  it('keeps nothing of the old task: anomalies have neither horizon nor interval', () => {
    const forecast = withQuestion(before, { column: 'sold', task: 'forecast' }, known);
    const asked = withQuestion(forecast, { column: 'state', task: 'anomaly' }, known);
    expect(asked['target']).toEqual({ column: 'state', task: 'anomaly', positive: 'v1' });
    for (const gone of ['forecast', 'intervals', 'metric']) expect(asked).not.toHaveProperty(gone);
    expect(experiment(asked as SpecInput).spec.metric).toBe('roc_auc');
  });

  it('leaves anomalies nothing that is learned from labels, and all else', () => {
    const columns = { engineer: [{ log: 'sold' }] };
    for (const method of [...RANKING_METHODS, ...THRESHOLD_METHODS]) {
      const handle = { imbalance: 'class_weights', encode: 'target', scale: 'robust' };
      const labelled: JsonObject = {
        ...before,
        features: { ...columns, handle, select: { method } },
        ensemble: { size: 3 },
        explain: {},
      };
      const asked = withQuestion(labelled, { column: 'state', task: 'anomaly' }, known);
      const isBlind = THRESHOLD_METHODS.some((one) => one === method);
      expect(asked['features']).toEqual({
        ...columns,
        handle: { scale: 'robust' },
        ...(isBlind ? { select: { method } } : {}),
      });
      expect(asked).not.toHaveProperty('ensemble');
      expect(experiment(asked as SpecInput).spec.explain).toBeDefined();
    }
  });

  it('leaves a number nothing that counts classes, but what ranks columns for it', () => {
    const ofClasses = (method: string): JsonObject => ({
      ...before,
      features: { handle: { imbalance: 'over_sample' }, select: { method, keep: 2 } },
    });
    const asked = (method: string) =>
      withQuestion(ofClasses(method), { column: 'sold', task: 'regression' }, known);
    expect(asked('chi_square')).not.toHaveProperty('features');
    expect(asked('anova')['features']).toEqual({ select: { method: 'anova', keep: 2 } });
    for (const method of ['chi_square', 'anova'])
      expect(experiment(asked(method) as SpecInput).spec.target.task).toBe('regression');
  });

  it('of another column is still a forecast where that is a number, and else what it looks like', () => {
    const sold = withQuestion(before, { column: 'sold', task: 'forecast' }, known);
    const forecast = { ...sold, forecast: { horizon: 3, season: 7 } };
    const returned = withColumn(forecast, 'returned', known);
    expect(returned).toEqual({ ...forecast, target: { column: 'returned', task: 'forecast' } });
    const state = withColumn(forecast, 'state', known);
    expect(state['target']).toEqual({ column: 'state', task: 'classification' });
    expect(state).not.toHaveProperty('forecast');
    expect(withColumn(before, 'returned', known)['target']).toEqual({
      column: 'returned',
      task: 'regression',
    });
  });

  it('of another column is still to find anomalies, marked by a value of that column', () => {
    const sold = withQuestion(before, { column: 'sold', task: 'anomaly' }, known);
    expect(withColumn(sold, 'state', known)['target']).toEqual({
      column: 'state',
      task: 'anomaly',
      positive: 'v1',
    });
  });

  it('stays when no column is chosen in place of one', () => {
    const forecast = withQuestion(before, { column: 'sold', task: 'forecast' }, known);
    expect(withColumn(forecast, '', known)).toBe(forecast);
  });

  it('comes back to where it was, but for what it had to forget', () => {
    const forecast = withQuestion(before, { column: 'sold', task: 'forecast' }, known);
    const again = withQuestion(forecast, { column: 'sold', task: 'regression' }, known);
    const { metric: _, ...rest } = before;
    expect(again).toEqual({ ...rest, time: 'day' });
  });
});
