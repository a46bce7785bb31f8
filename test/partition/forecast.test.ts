import { describe, expect, it } from 'vitest';
import { type Frame, takeRows } from '../../src/frame/frame.ts';
import { hashRows } from '../../src/frame/row-hash.ts';
import { FitSite } from '../../src/partition/fit-candidate.ts';
import type { PartitionData } from '../../src/partition/partition-function.ts';
import { predictionsFromBytes, readLayer } from '../../src/partition/predictions.ts';
import { TrainingData } from '../../src/partition/training-data.ts';
import type { Forecast } from '../../src/spec/forecast.ts';
import type { Candidate, SpecInput } from '../../src/spec/spec.ts';
import { frameOf, numbers, texts, times } from '../features/frames.ts';
import { seededDraws } from '../support/draws.ts';
import { machineSpec, run } from '../support/machines.ts';

const ROWS = 60;
const WEEK = [3, 9, 4, 8, 5, 7, 6];

function seriesOf(valueAt: (day: number) => number, rows = ROWS): Frame {
  const days = Array.from({ length: rows }, (_, day) => day);
  return frameOf(
    texts(
      'type',
      days.map(() => 'car'),
    ),
    times(
      'moment',
      days.map((day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString()),
    ),
    numbers('power', days.map(valueAt)),
    numbers(
      'price',
      days.map((day) => day % 3),
    ),
  );
}

function specOf(
  forecast: NonNullable<SpecInput['forecast']>,
  algorithms: NonNullable<SpecInput['algorithms']>,
  features: NonNullable<SpecInput['features']> = {},
) {
  return machineSpec({
    target: { column: 'power', task: 'forecast' },
    time: 'moment',
    columns: {},
    forecast,
    algorithms,
    features,
  });
}

function rowsOf(frame: Frame): PartitionData {
  const ranges = [{ start: 0, count: frame.rowCount }];
  const partition = { id: 'p', text: 'type=car', ranges };
  return { partition, frame, rowHashes: hashRows(frame), inputs: new Map() };
}

/** Trains on a series and forecasts from some rows of it. */
function ahead(spec: ReturnType<typeof specOf>, series: Frame, history = series) {
  const args = { spec, task: spec.target.task, classes: [] };
  const cutoffs = [20, 30, 40, 48].map((day) => Date.UTC(2026, 0, 1 + day) * 1000);
  const data = rowsOf(series);
  const folds = run('profile', data, { spec, cutoffs }).blobs.get('folds') as Uint8Array;
  const trained = run('train', { ...data, folds }, { ...args, scope: 'own', cutoffs });
  const model = trained.blobs.get('model') as Uint8Array;
  const inputs = new Map([['model', model]]);
  const next = run(
    'forecast',
    { ...rowsOf(history), inputs },
    { forecast: spec.forecast as Forecast, time: 'moment' },
  );
  const valuesOf = (name: string) => [
    ...predictionsFromBytes(next.blobs.get(name) as Uint8Array, 1, 1).values,
  ];
  const layers = spec.candidates.length + 1;
  const stored = trained.blobs.get('predictions') as Uint8Array;
  return {
    trained: trained.facts,
    holdout: [
      ...readLayer(
        predictionsFromBytes(stored, layers, 1),
        layers - 1,
        Int32Array.from({ length: series.rowCount }, (_, row) => row),
      ),
    ],
    facts: next.facts,
    predictions: valuesOf('predictions'),
    days: valuesOf('times').map((time) => new Date(time / 1000).toISOString().slice(0, 10)),
  };
}

describe('a forecast', () => {
  it.each(['recursive', 'direct'] as const)('repeats the season, %s', (strategy) => {
    const spec = specOf({ horizon: 10, season: 7, strategy }, ['seasonal_naive']);
    const series = seriesOf((day) => WEEK[day % 7] as number);
    const { predictions, days, trained } = ahead(spec, series);
    expect(predictions).toEqual(Array.from({ length: 10 }, (_, i) => WEEK[(ROWS + i) % 7]));
    expect(days[0]).toBe('2026-03-02');
    expect(days.at(-1)).toBe('2026-03-11');
    expect(trained.candidates[0]?.cv).toMatchObject({ value: null });
  });

  it.each([
    { handle: { scale: 'standard' } },
    { handle: { outliers: { winsorise: 0.4 } } },
    { handle: { missing: { constant: 1000 } } },
    { select: { method: 'correlation', threshold: 0.001 } },
  ] as const)('carries values on as they are under %j', (features) => {
    const series = seriesOf((day) => 10 + 2 * day);
    const algorithms = ['seasonal_naive', 'drift'] as const;
    const predictionsOf = (algorithm: (typeof algorithms)[number]) =>
      ahead(specOf({ horizon: 4, season: 7 }, [algorithm], features), series).predictions;
    expect(predictionsOf('seasonal_naive')).toEqual([7, 6, 5, 4].map((i) => 10 + 2 * (ROWS - i)));
    expect(predictionsOf('drift')).toEqual([0, 1, 2, 3].map((i) => 10 + 2 * (ROWS + i)));
  });

  it('is made of the newest values that are known of each row, direct', () => {
    const spec = specOf({ horizon: 10, strategy: 'direct' }, ['drift']);
    const jumped = seriesOf((day) => (day < ROWS - 4 ? 5 : 50));
    const { predictions } = ahead(
      spec,
      seriesOf(() => 5),
      jumped,
    );
    expect(predictions).toEqual(Array.from({ length: 10 }, () => 50));
    const { candidates } = ahead(
      specOf({ horizon: 10, strategy: 'direct', lags: [2, 10] }, ['drift', 'ridge']),
      seriesOf((day) => day),
      jumped,
    ).trained;
    expect(candidates.map(({ status }) => status)).toEqual(['ok', 'ok']);
  });

  it.each([
    { method: 'mutual_information', keep: 1 },
    { method: 'correlation', threshold: 0.5 },
  ] as const)(
    'has of each row every earlier value that is known, direct, beside what %j keeps',
    (select) => {
      const asked = { horizon: 6, strategy: 'direct' as const, lags: [1, 2, 6, 7] };
      const forecast = { ...asked, known: ['price', 'price again'] };
      const spec = specOf(forecast, ['ridge'], { select });
      const series = seriesOf((day) => 10 + 2 * day);
      const again = numbers(
        'price again',
        [...Array(ROWS).keys()].map((day) => day % 3),
      );
      const data = rowsOf({ ...series, columns: [...series.columns, again] });
      const cutoffs = [20, 30, 40, 48].map((day) => Date.UTC(2026, 0, 1 + day) * 1000);
      const folds = run('profile', data, { spec, cutoffs }).blobs.get('folds') as Uint8Array;
      const args = { spec, task: spec.target.task, classes: [], scope: 'own', cutoffs } as const;
      const training = new TrainingData({ ...data, folds }, args, { stop: new Int32Array(1) });
      const lags = asked.lags.map((lag) => `power_lag_${lag}`);
      expect(training.selection('final')).toMatchObject({
        kept: ['price', ...lags],
        dropped: [{ column: 'price again' }],
      });
      const { handling } = new FitSite(training, 'final').fit(spec.candidates[0] as Candidate);
      const known = [lags, lags.slice(1), ...[2, 3, 4, 5].map(() => lags.slice(2))];
      expect(handling.states.map(({ columns }) => columns.map(({ column }) => column))).toEqual(
        known.map((newest) => ['price', ...newest]),
      );
    },
  );

  it('is explained by what its next row is made of, direct', () => {
    const forecast = { horizon: 4, strategy: 'direct' as const, lags: [1, 4] };
    const spec = { ...specOf(forecast, ['ridge']), explain: { repeats: 3, partial_dependence: 1 } };
    // Each value is the one before it and a step: of the newest one there is most to lose.
    const draws = seededDraws(61);
    let value = 0;
    const walk = Array.from({ length: ROWS }, () => (value += draws.normal()));
    const { trained } = ahead(
      spec,
      seriesOf((day) => walk[day] as number),
    );
    const { importance, dependence } = trained.model?.explanation ?? {};
    expect(importance?.[0]?.column).toBe('power_lag_1');
    expect(importance?.[0]?.loss).toBeGreaterThan(0);
    const curve = dependence?.[0]?.points.map(({ outputs }) => outputs[0] as number) ?? [];
    expect(curve.at(-1)).toBeGreaterThan(curve[0] as number);
  });

  it.each(['recursive', 'direct'] as const)(
    'is tested without a look at what comes after its beginning, %s',
    (strategy) => {
      const spec = specOf({ horizon: 6, season: 7, strategy }, ['ridge']);
      const valueAt = (day: number) => (WEEK[day % 7] as number) + ((day * 7919) % 13) / 13;
      // The holdout is of the rows from day 48 on: blocks begin at days 48 and 54.
      const changed = seriesOf((day) => valueAt(day) + (day === 49 ? 100 : 0));
      const [before, after] = [seriesOf(valueAt), changed].map((series) =>
        ahead(spec, series).holdout.slice(48),
      ) as [number[], number[]];
      expect(before.slice(0, 6).every(Number.isFinite)).toBe(true);
      expect(after.slice(0, 6)).toEqual(before.slice(0, 6));
      expect(after.slice(6)).not.toEqual(before.slice(6));
    },
  );

  it('draws a line on with drift', () => {
    const spec = specOf({ horizon: 5 }, ['drift']);
    const { predictions } = ahead(
      spec,
      seriesOf((day) => 10 + 2 * day),
    );
    expect(predictions).toEqual([0, 1, 2, 3, 4].map((i) => 10 + 2 * (ROWS + i)));
  });

  it('goes on from whatever history it is given, and the last rows are enough', () => {
    const spec = specOf({ horizon: 6, season: 7 }, ['ridge']);
    const series = seriesOf((day) => (WEEK[day % 7] as number) + day / 10);
    const whole = ahead(spec, series);
    const tail = Int32Array.from({ length: 15 }, (_, i) => ROWS - 15 + i);
    expect(ahead(spec, series, takeRows(series, tail)).predictions).toEqual(whole.predictions);
    const earlier = Int32Array.from({ length: 30 }, (_, i) => i);
    expect(ahead(spec, series, takeRows(series, earlier)).days[0]).toBe('2026-01-31');
  });

  it('takes rows without a target behind the last known one as those to come', () => {
    const spec = specOf({ horizon: 6, known: ['price'] }, ['ridge']);
    const whole = seriesOf((day) => 5 + 3 * (day % 3), ROWS + 4);
    const open = {
      ...whole,
      columns: whole.columns.map((column) =>
        column.kind === 'number' && column.name === 'power'
          ? { ...column, values: column.values.map((x, i) => (i < ROWS ? x : Number.NaN)) }
          : column,
      ),
    };
    const { predictions } = ahead(
      spec,
      seriesOf((day) => 5 + 3 * (day % 3)),
      open,
    );
    expect(predictions).toHaveLength(4);
    predictions.forEach((value, i) => expect(value).toBeCloseTo(5 + 3 * ((ROWS + i) % 3), 0));
  });

  it('says why there is none', () => {
    const series = seriesOf((day) => day);
    const spec = specOf({ horizon: 6, known: ['price'] }, ['ridge']);
    expect(ahead(spec, series).facts).toEqual({ rows: 0, because: 'no_next_rows' });
    const plain = specOf({ horizon: 6 }, ['ridge']);
    const one = takeRows(series, Int32Array.of(3));
    expect(ahead(plain, series, one).facts).toEqual({ rows: 0, because: 'no_step' });
    const nothing = takeRows(series, Int32Array.of());
    expect(ahead(plain, series, nothing).facts).toEqual({ rows: 0, because: 'no_history' });
  });

  it('is judged in units of the seasonal naive forecast', () => {
    const noise = (day: number) => ((day * 7919) % 13) / 13;
    const series = seriesOf((day) => (WEEK[day % 7] as number) + noise(day));
    const spec = specOf({ horizon: 7, season: 7 }, ['baseline', 'seasonal_naive']);
    const { candidates } = ahead(spec, series).trained;
    const [baseline, naive] = candidates.map(({ cv }) => cv.value as number);
    const changes = (from: number) =>
      Array.from({ length: 48 - from }, (_, i) => Math.abs(noise(from + i) - noise(from + i - 7)));
    const mean = (of: readonly number[]) => of.reduce((sum, one) => sum + one, 0) / of.length;
    expect(naive).toBeCloseTo(mean(changes(20)) / mean(changes(7)), 9);
    expect(baseline).toBeGreaterThan(2 * (naive as number));
  });
});
