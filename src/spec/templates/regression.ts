import { csvText, sampleNoise, sampleNumbers, type Template } from './template.ts';

const spec = `# What is a home worth? One model for every district, and one without partition.
version: 1
name: home-prices

data:
  source: { kind: csv, path: homes.csv } # or parquet, json, arrow, postgres

partition:
  by: district     # one model per value of this column; several columns: [city, district]
  min_rows: 50     # fewer rows: too small for a model of its own …
  on_small: global # … so the model without partition answers (or: skip, merge)

target: { column: price, task: regression }
columns: { id: home } # carried to predictions, never a feature

features:
  engineer:
    - ratio: [area, rooms]
  handle: { missing: median }

algorithms: [baseline, ridge, random_forest, gradient_boosting]
metric: rmse # the best model is the one with the lowest error; also mae, r2, mape …
seed: 7      # same data, spec and seed: the same models, byte for byte
`;

/** What a square metre is worth, and whether age or distance hurts, differs by district. A few areas are unknown. */
function sampleData(): string {
  const next = sampleNumbers(23);
  const districts = ['harbour', 'hills', 'old_town'] as const;
  const rows = Array.from({ length: 720 }, (_, i) => {
    const district = districts[Math.floor(next() * 3)] as (typeof districts)[number];
    const area = Math.round(35 + next() * 150);
    const rooms = Math.max(1, Math.round(area / 30 + sampleNoise(next) * 0.6));
    const age = Math.floor(next() * 90);
    const distance = Math.round(next() * 80) / 10;
    const worth = {
      harbour: area * 5.2 - age * 1.5 - distance * 6,
      hills: area * 3.1 - age * 0.4 + distance * 14,
      old_town: area * 4.4 + age * 2.2 - distance * 2,
    }[district];
    const price = Math.round(120 + worth + sampleNoise(next) * 25);
    return [`H${1000 + i}`, district, next() < 0.03 ? '' : area, rooms, age, distance, price];
  });
  const header = ['home', 'district', 'area', 'rooms', 'age', 'distance_km', 'price'];
  return csvText(header, rows);
}

export const regressionTemplate: Template = {
  name: 'regression',
  summary: 'a number per row, for example the price of a home',
  spec,
  dataFile: 'homes.csv',
  sampleData,
};
