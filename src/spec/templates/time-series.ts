import { csvText, sampleNoise, sampleNumbers, type Template } from './template.ts';

const spec = `# How much does each store sell? One model for every store, and one without partition.
version: 1
name: daily-sales

data:
  source: { kind: csv, path: sales.csv } # or parquet, json, arrow, postgres
  timezone: UTC                          # of timestamps without a zone, and of calendar parts

partition: { by: store }
target: { column: units, task: regression }
time: day # rows are taken in this order: lags look back, and the latest rows are the holdout

features:
  engineer:
    - calendar: day
    - lag: { columns: [units], steps: [1, 7] } # what was sold yesterday and a week ago
    - rolling: { column: visitors, window: 7, stat: mean }

algorithms: [baseline, ridge, random_forest, gradient_boosting]
validate: { scheme: time, holdout: 0.2, folds: 3 } # a fold trains on earlier rows only
metric: mae
seed: 7
`;

const DAYS = 240;
const DAY_MS = 86_400_000;

/** Stores with their own week: one lives on weekends, one on office days, one on promotions. */
function sampleData(): string {
  const next = sampleNumbers(37);
  const first = Date.UTC(2025, 0, 6);
  const rows = Array.from({ length: DAYS }, (_, day) => {
    const date = new Date(first + day * DAY_MS).toISOString().slice(0, 10);
    const isWeekend = day % 7 > 4;
    return (['mall', 'office', 'station'] as const).map((store) => {
      const promotion = next() < 0.2 ? 1 : 0;
      const visitors = Math.round(300 + 80 * Math.sin(day / 20) + sampleNoise(next) * 30);
      const base = {
        mall: visitors * (isWeekend ? 0.6 : 0.25),
        office: visitors * (isWeekend ? 0.05 : 0.4),
        station: visitors * 0.3 + promotion * 60,
      }[store];
      const units = Math.max(0, Math.round(base + promotion * 12 + sampleNoise(next) * 8));
      return [date, store, visitors, promotion, units];
    });
  }).flat();
  return csvText(['day', 'store', 'visitors', 'promotion', 'units'], rows);
}

export const timeSeriesTemplate: Template = {
  name: 'time-series',
  summary: 'a number over time, for example what each store sells',
  spec,
  dataFile: 'sales.csv',
  sampleData,
};
