import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignFolds, type FoldInput } from '../../src/estimators/assign-folds.ts';
import type { Target } from '../../src/estimators/estimator.ts';
import {
  allTrainingRows,
  EXCLUDED,
  HOLDOUT,
  holdoutRows,
  outOfFoldRows,
  TRAINING_ONLY,
  trainingRows,
  validationRows,
} from '../../src/estimators/folds.ts';
import { hashRanks } from '../../src/estimators/row-order.ts';
import { rowsInWindow } from '../../src/estimators/time-window.ts';
import type { CategoryColumn } from '../../src/frame/frame.ts';

/** Row i's hash says only "content i"; equal contents are equal rows. */
function hashesOf(contents: readonly number[]): Uint8Array {
  const hashes = new Uint8Array(contents.length * 16);
  const view = new DataView(hashes.buffer);
  for (const [i, content] of contents.entries())
    view.setUint32(i * 16 + 4, content * 2_654_435_761);
  return hashes;
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function atMostFour(contents: readonly number[]): readonly number[] {
  const counts = new Map<number, number>();
  return contents.filter((content) => {
    const count = (counts.get(content) ?? 0) + 1;
    counts.set(content, count);
    return count <= 4;
  });
}

function classTarget(codes: readonly number[], classes = ['a', 'b', 'c']): Target {
  return { kind: 'classes', codes: Int32Array.from(codes), classes };
}

function splitOf(changes: Partial<FoldInput> & Pick<FoldInput, 'rowHashes' | 'target'>): FoldInput {
  const { rowHashes } = changes;
  const featureRanks = (rows: Int32Array) => hashRanks(rows, rowHashes, 0);
  const contents = { rowHashes, featureRanks, sourceHashes: rowHashes };
  return { scheme: 'stratified', folds: 3, holdout: 0.2, seed: 7, ...contents, ...changes };
}

function rowsOfClasses(counts: readonly number[]): Pick<FoldInput, 'rowHashes' | 'target'> {
  const codes = counts.flatMap((count, code) => Array.from({ length: count }, () => code));
  return { rowHashes: hashesOf(range(codes.length)), target: classTarget(codes) };
}

function countCodes(folds: Uint8Array, rows: readonly number[] = [...folds.keys()]): number[] {
  const codes = [0, 1, 2, HOLDOUT, TRAINING_ONLY, EXCLUDED];
  return codes.map((code) => rows.filter((row) => folds[row] === code).length);
}

function groupColumn(values: readonly (string | null)[]): CategoryColumn {
  const levels = [...new Set(values.filter((value) => value !== null))].sort();
  return {
    kind: 'category',
    name: 'site',
    levels,
    codes: Int32Array.from(values, (value) => (value === null ? -1 : levels.indexOf(value))),
  };
}

describe('folds by rank', () => {
  it('splits every class by the asked shares', () => {
    const { folds, notes } = assignFolds(splitOf(rowsOfClasses([50, 25])));
    expect(countCodes(folds, range(50).slice(0, 50))).toEqual([14, 13, 13, 10, 0, 0]);
    expect(countCodes(folds, range(75).slice(50))).toEqual([6, 7, 7, 5, 0, 0]);
    expect(notes).toEqual([]);
  });

  it('carries the rounding from class to class, so that many small classes still give a holdout', () => {
    const codes = range(60).map((i) => Math.floor(i / 3));
    const target = classTarget(codes, range(20).map(String));
    const { folds } = assignFolds(splitOf({ rowHashes: hashesOf(range(60)), target }));
    expect(holdoutRows(folds).length).toBe(12);
    for (const code of range(20))
      expect(codes.some((one, row) => one === code && folds[row] !== HOLDOUT)).toBe(true);
  });

  it('gives the same side to the same rows in any order, and other sides for another seed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(30), fc.nat(2)), { minLength: 1, maxLength: 60 }),
        fc.nat(),
        (drawn, seed) => {
          // Equal contents are equal rows, so they are of one class; as few as one observation may be stored.
          const rows = atMostFour(drawn.map(([content]) => content)).map(
            (content) => [content, content % 3] as const,
          );
          const split = (ordered: typeof rows): Map<number, number> => {
            const { folds } = assignFolds(
              splitOf({
                seed,
                rowHashes: hashesOf(ordered.map(([content]) => content)),
                target: classTarget(ordered.map(([, code]) => code)),
              }),
            );
            const sides = new Map(ordered.map(([content], i) => [content, folds[i] as number]));
            // Identical rows fall on the same side.
            for (const [i, [content]] of ordered.entries())
              expect(folds[i]).toBe(sides.get(content));
            return sides;
          };
          const sides = split(rows);
          for (const [content, side] of split([...rows].reverse()))
            expect(side).toBe(sides.get(content));
        },
      ),
    );
    const rows = rowsOfClasses([40, 40]);
    const of = (seed: number): Uint8Array => assignFolds(splitOf({ ...rows, seed })).folds;
    expect(of(7)).not.toEqual(of(8));
    expect(of(2 ** 40)).not.toEqual(of(2 ** 41));
  });

  it('puts every row on exactly one side, keeps shares to the nearest row and balances folds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(2), { minLength: 2, maxLength: 80 }),
        fc.integer({ min: 2, max: 6 }),
        fc.double({ min: 0.05, max: 0.6, noNaN: true }),
        (codes, count, holdout) => {
          const rowHashes = hashesOf(range(codes.length));
          const { folds } = assignFolds(
            splitOf({
              rowHashes,
              target: classTarget(codes),
              folds: count,
              holdout,
              scheme: 'shuffled',
            }),
          );
          expect(holdoutRows(folds).length).toBe(
            Math.min(codes.length - 1, Math.round(holdout * codes.length)),
          );
          const sizes = range(count).map((fold) => validationRows(folds, fold).length);
          if (outOfFoldRows(folds).length > 0)
            expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          expect(allTrainingRows(folds).length + holdoutRows(folds).length).toBe(codes.length);
        },
      ),
    );
  });

  it('does not stratify numbers', () => {
    const values = Float64Array.from(range(30), (i) => i % 7);
    const rows = { rowHashes: hashesOf(range(30)), target: { kind: 'values', values } as const };
    expect(assignFolds(splitOf(rows)).folds).toEqual(
      assignFolds(splitOf({ ...rows, scheme: 'shuffled' })).folds,
    );
  });

  it('spreads classes that are smaller than the number of folds and says so', () => {
    const { folds, notes } = assignFolds(splitOf(rowsOfClasses([20, 2, 1])));
    expect(countCodes(folds, [20, 21, 22])[3]).toBeLessThanOrEqual(1);
    expect(notes.some((note) => note.startsWith('Class "c" is in 1 of 3 folds'))).toBe(true);
  });

  it('keeps a single row, and rows that are all equal, for training only', () => {
    const one = assignFolds(splitOf(rowsOfClasses([1])));
    expect([...one.folds]).toEqual([TRAINING_ONLY]);
    expect(one.notes).toContain(
      'Too few different rows to split into folds: they are for training only.',
    );
    const equal = splitOf({ rowHashes: hashesOf([5, 5, 5]), target: classTarget([0, 0, 0]) });
    expect([...assignFolds(equal).folds]).toEqual([TRAINING_ONLY, TRAINING_ONLY, TRAINING_ONLY]);
  });

  it('uses two folds when there are two rows, and says that the holdout is empty', () => {
    const { folds, notes } = assignFolds(splitOf(rowsOfClasses([2])));
    expect(new Set(folds)).toEqual(new Set([0, 1]));
    expect(notes).toContain('No row is in the holdout; the partition has 2 rows.');
    expect(notes).toContain('2 of 3 folds have rows.');
  });

  it('leaves out rows that cannot train, and counts them by reason', () => {
    const rows = {
      rowHashes: hashesOf(range(7)),
      target: {
        kind: 'values',
        values: Float64Array.of(1, Number.NaN, 2, 3, 4, Number.POSITIVE_INFINITY, 6),
      } as const,
      weights: Float64Array.of(1, 1, Number.NaN, 0, -2, 1, 1),
    };
    const { folds, excluded } = assignFolds(splitOf(rows));
    expect(excluded).toEqual({
      target_missing: 1,
      weight_missing: 1,
      weight_not_positive: 2,
      target_infinite: 1,
    });
    expect([...folds.keys()].filter((row) => folds[row] === EXCLUDED)).toEqual([1, 2, 3, 4, 5]);
    expect(
      assignFolds(splitOf({ rowHashes: hashesOf([1]), target: classTarget([-1]) })).notes,
    ).toEqual(['No row can train: target, weight or time is missing in all of them.']);
  });
});

describe('folds by time', () => {
  const times = Float64Array.of(5, 10, 19, 20, 30, 35, Number.NaN, 40, 99);
  const rows = { rowHashes: hashesOf(range(9)), target: classTarget(range(9).map((i) => i % 3)) };
  const input = splitOf({ ...rows, scheme: 'time', times, cutoffs: [10, 20, 30, 40] });

  it('follows the calendar: old rows train only, the latest are the holdout', () => {
    const { folds, excluded } = assignFolds(input);
    expect([...folds]).toEqual([TRAINING_ONLY, 0, 0, 1, 2, 2, EXCLUDED, HOLDOUT, HOLDOUT]);
    expect(excluded).toEqual({ time_missing: 1 });
  });

  it('trains a fold on earlier rows only', () => {
    const { folds } = assignFolds(input);
    expect([...trainingRows(folds, 0, 'time')]).toEqual([0]);
    expect([...trainingRows(folds, 2, 'time')]).toEqual([0, 1, 2, 3]);
    expect([...validationRows(folds, 2)]).toEqual([4, 5]);
    expect([...trainingRows(folds, 1, 'shuffled')]).toEqual([0, 1, 2, 4, 5]);
    expect([...allTrainingRows(folds)]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...outOfFoldRows(folds)]).toEqual([1, 2, 3, 4, 5]);
  });

  it('says which fold has nothing earlier to learn from', () => {
    const late = { ...input, times: Float64Array.from(range(9), (i) => 20 + i) };
    expect(assignFolds(late).notes).toEqual([
      'No row is in the holdout; the partition has 9 rows.',
      '1 of 3 folds have rows.',
      'Fold 1 has no earlier rows to train on.',
    ]);
  });

  it('trains on a window: nothing in the gap before what is scored, nothing older than its length', () => {
    const moment = fc.integer({ min: 0, max: 50 });
    fc.assert(
      fc.property(
        fc.array(moment, { minLength: 1, maxLength: 40 }),
        fc.tuple(moment, fc.nat(20), fc.nat(20)),
        (moments, [end, gap, length]) => {
          const all = Int32Array.from(moments.keys());
          const times = Float64Array.from(moments);
          const kept = [...rowsInWindow(all, { times, end, gap, length })];
          const isIn = (time: number): boolean =>
            time < end - gap && (length === 0 || time >= end - gap - length);
          expect(kept).toEqual([...all].filter((row) => isIn(moments[row] as number)));
        },
      ),
    );
  });

  it('refuses to split by time without time', () => {
    expect(() => assignFolds(splitOf({ ...rows, scheme: 'time' }))).toThrow(RangeError);
  });
});

describe('folds by group', () => {
  const names = range(300).map((i) => `site ${i % 60}`);
  const split = (values: readonly (string | null)[], first = 0) =>
    assignFolds(
      splitOf({
        scheme: 'group',
        rowHashes: hashesOf(range(values.length).map((i) => i + first)),
        target: classTarget(values.map(() => 0)),
        groups: groupColumn(values),
      }),
    );

  it('keeps a group on one side, in every partition', () => {
    const { folds } = split(names);
    const sideOf = new Map(names.map((name, i) => [name, folds[i] as number]));
    expect(names.every((name, i) => folds[i] === sideOf.get(name))).toBe(true);
    expect(new Set(folds)).toEqual(new Set([0, 1, 2, HOLDOUT]));
    const other = split(['site 7', 'site 3', 'unseen'], 1000).folds;
    expect([other[0], other[1]]).toEqual([sideOf.get('site 7'), sideOf.get('site 3')]);
  });

  it('holds out about the asked share of many groups', () => {
    const many = range(4000).map((i) => `group ${i}`);
    const shares = countCodes(split(many).folds).map((rows) => rows / many.length);
    for (const [i, expected] of [0.8 / 3, 0.8 / 3, 0.8 / 3, 0.2].entries())
      expect(Math.abs((shares[i] as number) - expected)).toBeLessThan(0.03);
  });

  it('takes rows without a group as one group and says so', () => {
    const { folds, notes } = split(['a', null, 'b', null]);
    expect(folds[1]).toBe(folds[3]);
    expect(notes).toContain('Rows without a "site" count as one group: 2.');
  });

  it('knows groups by number and by time too', () => {
    const values = Float64Array.from(range(40), (i) => i % 8);
    const rows = { rowHashes: hashesOf(range(40)), target: classTarget(range(40).map(() => 0)) };
    for (const groups of [
      { kind: 'number', name: 'site', values } as const,
      { kind: 'time', name: 'day', micros: values } as const,
    ]) {
      const { folds } = assignFolds(splitOf({ ...rows, scheme: 'group', groups }));
      expect(range(40).every((i) => folds[i] === folds[i % 8])).toBe(true);
    }
  });
});
