import { describe, expect, it } from 'vitest';
import { compareIndependent } from '../../../src/estimators/independent-scores.ts';
import { compareColumns } from '../../../src/partition/drift/compare-columns.ts';
import { distributionOf } from '../../../src/partition/drift/distribution.ts';
import type { ColumnDrift, JudgedColumn } from '../../../src/partition/drift/drift-facts.ts';
import {
  DriftJudge,
  type Found,
  type HeldOut,
  type Judged,
} from '../../../src/partition/drift/judge-drift.ts';
import { seededDraws } from '../../support/draws.ts';

const LIMITS = { rate: 0.05, psi: 0.1 };

function judged(found: readonly Found[]): readonly Judged[] {
  const judge = new DriftJudge('accuracy', LIMITS);
  for (const one of found) judge.count(one);
  return found.map((one) => judge.judge(one));
}

function judgeColumns(
  partitions: readonly (readonly ColumnDrift[])[],
): readonly (readonly JudgedColumn[])[] {
  const found = partitions.map((columns) => ({ columns, score: null, holdout: null }));
  return judged(found).map(({ columns }) => columns);
}

function columnOf(changes: Partial<ColumnDrift>): ColumnDrift {
  return {
    column: 'x',
    kind: 'number',
    psi: 1,
    distance: 0.5,
    pValue: 0.5,
    missing: { reference: 0, current: 0, pValue: null },
    ...changes,
  };
}

describe('columns that have drifted', () => {
  it('are those that are surer than chance among all tests of all partitions', () => {
    const found = judgeColumns([
      [columnOf({ pValue: 0.01 }), columnOf({ pValue: 0.9 })],
      [columnOf({ pValue: 0.02 }), columnOf({ pValue: null })],
    ]);
    // Of three tests: 0.01 · 3, 0.02 · 3 ÷ 2 = 0.03, 0.9.
    expect(found.flat().map(({ qValue }) => qValue)).toEqual([0.03, 0.9, 0.03, null]);
    expect(found.flat().map(({ isDrifted }) => isDrifted)).toEqual([true, false, true, false]);
  });

  it('have moved by enough to matter, by what they hold or by what they miss', () => {
    const missing = { reference: 0, current: 0.5, pValue: 1e-9 };
    const found = judgeColumns([
      [columnOf({ pValue: 1e-9, psi: 0.09 }), columnOf({ pValue: 0.8, missing })],
    ]);
    expect(found.flat().map(({ isDrifted }) => isDrifted)).toEqual([false, true]);
  });

  it('are few where nothing has moved, and are found where something has', () => {
    const draws = seededDraws(11);
    const sample = (shift: number) =>
      distributionOf({
        kind: 'number',
        name: 'x',
        values: Float64Array.from({ length: 120 }, () => draws.normal() + shift),
      });
    const partitions = Array.from({ length: 100 }, (_, place) =>
      Array.from({ length: 5 }, (__, i) => {
        const isMoved = place < 10 && i === 0;
        return compareColumns(sample(0), sample(isMoved ? 1 : 0)) as ColumnDrift;
      }),
    );
    const drifted = judgeColumns(partitions).map((columns) =>
      columns.map(({ isDrifted }) => isDrifted),
    );
    expect(drifted.slice(0, 10).map(([first]) => first)).toEqual(Array(10).fill(true));
    const alarms = drifted.flat().filter(Boolean).length - 10;
    expect(alarms).toBeLessThanOrEqual(1);
  });
});

describe('a score on new rows', () => {
  it('differs from the holdout by an interval that is as uneven as both scores', () => {
    const change = compareIndependent(
      'accuracy',
      { value: 0.8, interval: { low: 0.75, high: 0.85 } },
      { value: 0.7, interval: { low: 0.6, high: 0.75 } },
    );
    expect(change.difference).toBeCloseTo(-0.1, 12);
    expect(change.interval.low).toBeCloseTo(-0.1 - Math.hypot(0.1, 0.05), 12);
    expect(change.interval.high).toBeCloseTo(-0.1 + Math.hypot(0.05, 0.05), 12);
    // 0.1 is 1.4142 reaches of 1.96 standard errors: z = 2.772.
    expect(change.pValue).toBeCloseTo(0.005575, 5);
  });

  it('is better where a loss is smaller', () => {
    const [before, now] = [
      { value: 2, interval: { low: 1.9, high: 2.1 } },
      { value: 1, interval: { low: 0.9, high: 1.1 } },
    ];
    expect(compareIndependent('rmse', before, now).difference).toBe(1);
    expect(compareIndependent('rmse', now, before).difference).toBe(-1);
    expect(compareIndependent('rmse', now, now)).toMatchObject({ difference: 0, pValue: 1 });
  });

  it('is worse, better or the same, and nothing where one side has none', () => {
    const held = (value: number): HeldOut => ({
      holdout: { value },
      holdoutInterval: { low: value - 0.02, high: value + 0.02 },
      holdoutRows: 100,
    });
    const now = (value: number) => ({
      score: { value },
      interval: { low: value - 0.02, high: value + 0.02 },
      rows: 100,
      known: 0,
    });
    const found = judged([
      { columns: [], score: now(0.5), holdout: held(0.9) },
      { columns: [], score: now(0.9), holdout: held(0.5) },
      { columns: [], score: now(0.9), holdout: held(0.9) },
      { columns: [], score: now(0.9), holdout: null },
      { columns: [], score: null, holdout: held(0.9) },
    ]);
    const verdicts = found.map(({ score }) => score?.verdict);
    expect(verdicts).toEqual(['worse', 'better', 'same', null, undefined]);
  });
});
