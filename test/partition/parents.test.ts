import { describe, expect, it } from 'vitest';
import { partitionText } from '../../src/domain/partition.ts';
import { partitionId } from '../../src/frame/digest.ts';
import type { ProfiledRef } from '../../src/partition/condition.ts';
import { failedProfile } from '../../src/partition/failed-profile.ts';
import { memberPlaces, parentOf, planParents, rangesWithin } from '../../src/partition/parents.ts';
import { machineSpec } from '../support/machines.ts';

const BY = ['region', 'store'];
const spec = machineSpec({ partition: { by: BY, parents: 'region', min_rows: 50 } });

/** Partitions one after the other, half of their rows of either class. */
function profiled(
  ...sizes: readonly (readonly [region: string | null, store: string, rows: number])[]
) {
  let start = 0;
  return sizes.map(([region, store, rows]): ProfiledRef => {
    const text = partitionText(BY, [region, store]);
    const classes = ['on', 'off'].map((label) => ({ label, count: rows / 2 }));
    const split = { holdout: 0, folds: [], trainingOnly: 0, excluded: {}, repeats: 0, notes: [] };
    const target = { missing: 0, classes, distinct: 2 };
    const facts = { rows, columns: [], target, split, warnings: [] };
    start += rows;
    return {
      id: partitionId(text),
      text,
      key: { region, store },
      start: start - rows,
      count: rows,
      facts,
    };
  });
}

describe('parents of partitions', () => {
  it('are unions of those whose keys begin alike, small ones included', () => {
    const partitions = profiled(['eu', 'a', 10], ['eu', 'b', 60], ['us', 'a', 30], ['us', 'b', 30]);
    expect(planParents(partitions, spec)).toEqual([
      {
        partitionId: partitionId('parent region=eu'),
        text: 'region=eu',
        key: { region: 'eu' },
        rows: 70,
        decision: { kind: 'train' },
        ranges: [
          { start: 0, count: 10 },
          { start: 10, count: 60 },
        ],
        isParent: true,
      },
      expect.objectContaining({ text: 'region=us', rows: 60 }),
    ]);
  });

  it('are none of one partition, of too few rows together, or where none are asked for', () => {
    const partitions = profiled(['eu', 'a', 100], ['us', 'a', 20], ['us', 'b', 20]);
    expect(planParents(partitions, spec)).toEqual([]);
    const without = machineSpec({ partition: { by: BY } });
    const two = profiled(['eu', 'a', 100], ['eu', 'b', 100]);
    expect(planParents(two, without)).toEqual([]);
    expect(parentOf({ region: 'eu', store: 'a' }, undefined)).toBeNull();
  });

  it('leave out what could not be profiled', () => {
    const [a, b, c] = profiled(['eu', 'a', 60], ['eu', 'b', 60], ['eu', 'c', 60]) as [
      ProfiledRef,
      ProfiledRef,
      ProfiledRef,
    ];
    const failure = { reason: 'timeout', message: 'Over 600 seconds.' } as const;
    const [parent] = planParents([a, { ...b, facts: failedProfile(60, failure) }, c], spec);
    expect(parent).toMatchObject({ rows: 120, ranges: [{ start: 0 }, { start: 120 }] });
  });

  it('have a null of the key for a value of its own, and a union of merged ones below them', () => {
    const nowhere = parentOf({ region: null, store: 'a' }, ['region']);
    expect(nowhere?.text).toBe('region=\\N');
    expect(parentOf({ region: 'eu', store: '(merged)' }, ['region'])).toEqual({
      id: partitionId('parent region=eu'),
      text: 'region=eu',
      key: { region: 'eu' },
    });
  });

  it('hold the rows of their members one after the other', () => {
    const places = memberPlaces([
      { start: 5, count: 3 },
      { start: 20, count: 4 },
      { start: 40, count: 2 },
    ]);
    expect(
      rangesWithin(places, [
        { start: 40, count: 2 },
        { start: 5, count: 3 },
      ]),
    ).toEqual([
      { start: 7, count: 2 },
      { start: 0, count: 3 },
    ]);
    expect(() => rangesWithin(places, [{ start: 6, count: 1 }])).toThrow(RangeError);
  });
});
