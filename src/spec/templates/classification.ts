import { csvText, sampleNoise, sampleNumbers, type Template } from './template.ts';

const spec = `# Which customers leave? One model for every plan, and one without partition.
version: 1
name: customers-who-leave

data:
  source: { kind: csv, path: customers.csv } # or parquet, json, arrow, postgres

partition:
  by: plan         # one model per value of this column; several columns: [region, plan]
  min_rows: 50     # fewer rows: too small for a model of its own …
  on_small: global # … so the model without partition answers (or: skip, merge)

target: { column: leaves, task: classification }
columns: { id: customer } # carried to predictions, never a feature

features:
  engineer:
    - ratio: [support_calls, months]
  select: { method: mutual_information, keep: 5 }

algorithms: [baseline, logistic, random_forest, gradient_boosting]
metric: macro_f1 # the best model is the one with the best metric
seed: 7          # same data, spec and seed: the same models, byte for byte
`;

/** What makes a customer leave differs by plan: price on one, support calls on the next, low use on the third. */
function sampleData(): string {
  const next = sampleNumbers(11);
  const plans = ['basic', 'business', 'family'] as const;
  const rows = Array.from({ length: 720 }, (_, i) => {
    const plan = plans[Math.floor(next() * 3)] as (typeof plans)[number];
    const months = 1 + Math.floor(next() * 60);
    const fee = Math.round(10 + next() * 60);
    const minutes = Math.round(next() * 900);
    const supportCalls = Math.floor(next() * 9);
    const urge = {
      basic: (fee - 40) / 10,
      business: (supportCalls - 4) * 1.2,
      family: (400 - minutes) / 120,
    }[plan];
    const leaves = urge - months / 40 + sampleNoise(next) * 0.7 > 0 ? 'yes' : 'no';
    return [`C${1000 + i}`, plan, months, fee, minutes, supportCalls, leaves];
  });
  const header = ['customer', 'plan', 'months', 'fee', 'minutes', 'support_calls', 'leaves'];
  return csvText(header, rows);
}

export const classificationTemplate: Template = {
  name: 'classification',
  summary: 'a class per row, for example which customers leave',
  spec,
  dataFile: 'customers.csv',
  sampleData,
};
