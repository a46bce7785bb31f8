import { expect, it } from 'vitest';
import { opinionText } from '../../src/report/opinion-text.ts';

const nameOf = (key: readonly string[]) => key.join(' × ');
const ADVICE = {
  advice: { partition: ['region', 'store'], because: 'pays' },
  divisions: [{ lift: 0.06, interval: { low: 0.04, high: 0.08 }, score: 0.87 }],
  metric: 'accuracy',
  rows: 50_000,
  sampled: 10_000,
} as const;

it('says by how much it pays to partition, and what says so where the metric is not sure', () => {
  expect(opinionText(ADVICE, nameOf)).toMatch(
    /^Partition by region × store: .* of the table \(\+0\.060 accuracy\)\.$/,
  );
  const unsure = { lift: 0.06, interval: { low: -0.01, high: 0.13 }, score: 0.87 };
  for (const division of [unsure, { ...unsure, interval: null }])
    expect(opinionText({ ...ADVICE, divisions: [division] }, nameOf)).toMatch(
      / accuracy\), surely so by their probabilities\.$/,
    );
});

it('says that more rows may tell more only where there are more', () => {
  const differs = { ...ADVICE, advice: { partition: null, because: 'differs' } } as const;
  expect(opinionText(differs, nameOf)).toMatch(/^Do not partition yet: .* on these rows\.$/);
  expect(opinionText({ ...differs, sampled: 50_000 }, nameOf)).toMatch(/^Do not partition: /);
});
