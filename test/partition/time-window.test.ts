import { describe, expect, it } from 'vitest';
import { holdoutRows, outOfFoldRows, validationRows } from '../../src/estimators/folds.ts';
import { hashRows } from '../../src/frame/row-hash.ts';
import { TrainingData } from '../../src/partition/training-data.ts';
import { machineFrame, machineSpec, run, STATUSES } from '../support/machines.ts';

const HOUR = 3600e6;
const frame = machineFrame({ car: 600 });
const start = Date.UTC(2026, 0, 1) * 1000;
/** Rows are ten minutes apart: three folds of 20 hours, and 20 hours of holdout. */
const cutoffs = [20, 40, 60, 80].map((hours) => start + hours * HOUR);
const spec = machineSpec({
  time: 'moment',
  validate: { gap: '2h', window: '15h' },
  algorithms: ['baseline', 'naive_bayes'],
});

const rowHashes = hashRows(frame);
const partition = { id: 'car', text: 'type=car', ranges: [{ start: 0, count: 600 }] };
const unsplit = { partition, frame, rowHashes, inputs: new Map() };
const folds = run('profile', unsplit, { spec, cutoffs }).blobs.get('folds') as Uint8Array;
const data = { ...unsplit, folds };
const args = { spec, task: spec.target.task, classes: STATUSES, scope: 'own' as const, cutoffs };

describe('a sliding window with a gap', () => {
  const training = new TrainingData(data, args, { stop: new Int32Array(1) });
  const hours = (rows: Int32Array): readonly [first: number, last: number] => [
    (rows[0] as number) / 6,
    (rows.at(-1) as number) / 6,
  ];

  it('trains each fold on the rows of its length before the gap, and no other', () => {
    [0, 1, 2].forEach((fold) => {
      const begin = 20 * (fold + 1);
      const [first, last] = hours(training.trainingRows(fold));
      expect(first).toBeCloseTo(begin - 2 - 15, 6);
      expect(last).toBeCloseTo(begin - 2 - 1 / 6, 6);
      expect((validationRows(folds, fold)[0] as number) / 6).toBeCloseTo(begin, 6);
    });
  });

  it('trains what ships on the last window before the holdout, and counts what stands outside', () => {
    expect(hours(training.trainingRows('final'))).toEqual([63, 78 - 1 / 6]);
    const { rows, candidates } = run('train', data, args).facts;
    const holdout = holdoutRows(folds).length;
    expect(rows).toEqual({
      rows: 600,
      used: 90,
      holdout,
      excluded: { outside_window: 600 - 90 - holdout },
    });
    expect(candidates.every(({ cv }) => cv.value !== null)).toBe(true);
    expect(outOfFoldRows(folds)).toHaveLength(360);
  });

  it('of every row ends with the last one', () => {
    expect(hours(training.trainingRows('everything'))).toEqual([85, 100 - 1 / 6]);
  });
});
