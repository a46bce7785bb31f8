import { describe, expect, it } from 'vitest';
import { EXCLUDED, HOLDOUT } from '../../src/estimators/folds.ts';
import { takeRows } from '../../src/frame/frame.ts';
import { hashRows } from '../../src/frame/row-hash.ts';
import { profileColumn } from '../../src/partition/profile-column.ts';
import type { ProfileFacts } from '../../src/partition/profile-facts.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { machineFrame, machineSpec, partitionData, run } from '../support/machines.ts';

const spec = machineSpec();

function profileOf(frame: ReturnType<typeof machineFrame>, by = spec): ProfileFacts {
  const partition = { id: 'p', text: 'p', ranges: [{ start: 0, count: frame.rowCount }] };
  const data = { partition, frame, rowHashes: hashRows(frame), inputs: new Map() };
  return run('profile', data, { spec: by, cutoffs: [] }).facts;
}

describe('profile of a column', () => {
  it('counts numbers, gaps and distinct values, and finds quantiles between ranks', () => {
    const column = numbers('x', [4, null, 1, 2, 2, 3, null]);
    expect(profileColumn(column)).toEqual({
      name: 'x',
      kind: 'number',
      missing: 2,
      distinct: 4,
      min: 1,
      max: 4,
      mean: 2.4,
      quantiles: [1.2, 2, 2, 3, 3.8],
      top: [],
    });
  });

  it('lists the most frequent texts, ties in text order', () => {
    const column = texts('x', ['b', 'a', null, 'c', 'c', 'a']);
    expect(profileColumn(column)).toMatchObject({
      missing: 1,
      distinct: 3,
      top: [
        { level: 'a', count: 2 },
        { level: 'c', count: 2 },
        { level: 'b', count: 1 },
      ],
    });
  });

  it('has no number that is no number where all is missing', () => {
    expect(profileColumn(numbers('x', [null, null]))).toMatchObject({
      missing: 2,
      distinct: 0,
      min: null,
      max: null,
      mean: null,
      quantiles: [],
    });
  });

  it('looks at finite values only', () => {
    const profile = profileColumn(numbers('x', [1, Infinity, 3, -Infinity]));
    expect(profile).toMatchObject({ min: 1, max: 3, mean: 2, missing: 0 });
  });
});

describe('profile', () => {
  const frame = machineFrame({ car: 100 });

  it('splits every row once: holdout, folds and excluded add up', () => {
    const { split, rows, target } = profileOf(frame);
    expect(split.holdout).toBe(20);
    expect(split.folds).toHaveLength(3);
    expect(split.folds.reduce((sum, size) => sum + size, 20)).toBe(rows);
    expect(target.classes.map(({ label }) => label)).toEqual(['active', 'idle', 'off']);
    expect(target.classes.reduce((sum, { count }) => sum + count, 0)).toBe(100);
  });

  it('gives each row the same side whatever the order of rows', () => {
    const folds = partitionData(frame, spec).folds;
    const reversed = Int32Array.from({ length: 100 }, (_, i) => 99 - i);
    const turned = partitionData(takeRows(frame, reversed), spec).folds;
    expect(Array.from(turned).reverse()).toEqual(Array.from(folds));
    expect(folds.filter((code) => code === HOLDOUT)).toHaveLength(20);
  });

  it('excludes rows without a target and says how many', () => {
    const gaps = texts(
      'status',
      Array.from({ length: 100 }, (_, i) => (i < 30 ? null : (['idle', 'off'][i % 2] as string))),
    );
    const columns = frame.columns.map((column) => (column.name === 'status' ? gaps : column));
    const withGaps = { ...frame, columns };
    expect(profileOf(withGaps).split.excluded).toEqual({ target_missing: 30 });
    expect(profileOf(withGaps).target.missing).toBe(30);
    const codes = partitionData(withGaps, spec).folds.subarray(0, 30);
    expect(codes.every((code) => code === EXCLUDED)).toBe(true);
  });

  it('takes numbers as class labels', () => {
    const flags = numbers(
      'status',
      Array.from({ length: 100 }, (_, i) => (i % 4 === 0 ? 1 : 0)),
    );
    const columns = frame.columns.map((column) => (column.name === 'status' ? flags : column));
    expect(profileOf({ ...frame, columns }).target.classes).toEqual([
      { label: '0', count: 75 },
      { label: '1', count: 25 },
    ]);
  });

  it('refuses a target of text for a regression, naming it', () => {
    const regression = machineSpec({
      target: { column: 'site', task: 'regression' },
      algorithms: ['ridge'],
    });
    expect(() => profileOf(frame, regression)).toThrow(/target column "site" holds text/);
  });

  it('suspects a copy of the target, text or number, and an identifier', () => {
    const copy = texts(
      'state_code',
      labelsOf(frame, 'status').map((label) => `S-${label}`),
    );
    const id = texts(
      'serial',
      Array.from({ length: 100 }, (_, i) => `s${i}`),
    );
    const { warnings } = profileOf(frameOf(...frame.columns, copy, id));
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/"state_code" says the same as the target "status"/);
    expect(warnings[1]).toMatch(/"serial" has a different text in every row/);
  });

  it('suspects a number that is the target on another scale', () => {
    const regression = machineSpec({
      target: { column: 'power', task: 'regression' },
      columns: { id: 'reading' },
      algorithms: ['ridge'],
    });
    const power = frame.columns.find(({ name }) => name === 'power');
    const scaled = numbers(
      'kilowatts',
      power?.kind === 'number' ? Array.from(power.values, (value) => 3 - value / 1000) : [],
    );
    expect(profileOf(frameOf(...frame.columns, scaled), regression).warnings).toEqual([
      expect.stringContaining('"kilowatts" says the same'),
    ]);
    expect(profileOf(frame, regression).warnings).toEqual([]);
  });

  it('suspects nothing in a handful of rows', () => {
    const few = takeRows(frame, Int32Array.of(0, 1, 2, 3));
    expect(profileOf(few).warnings).toEqual([]);
  });
});

function labelsOf(frame: ReturnType<typeof machineFrame>, name: string): readonly string[] {
  const column = frame.columns.find((one) => one.name === name);
  if (column?.kind !== 'category') throw new Error(`${name} is no text.`);
  return Array.from(column.codes, (code) => column.levels[code] as string);
}

describe('the split of a partition', () => {
  it('keeps rows that differ in id and weight alone on one side', () => {
    const once = machineFrame({ normal: 120 }, 3);
    const twice = takeRows(
      once,
      Int32Array.from({ length: 240 }, (_, i) => i % 120),
    );
    const ids = Array.from({ length: 240 }, (_, i) => `reading ${i}`);
    const weights = Array.from({ length: 240 }, (_, i) => 1 + (i % 7));
    const frame = {
      ...twice,
      columns: [...twice.columns, texts('reading', ids), numbers('trust', weights)],
    };
    const by = { ...spec, columns: { ...spec.columns, id: 'reading', weight: 'trust' } };
    const data = {
      partition: { id: 'p', text: 'p', ranges: [{ start: 0, count: 240 }] },
      frame,
      rowHashes: hashRows(frame),
      inputs: new Map(),
    };
    const folds = run('profile', data, { spec: by, cutoffs: [] }).blobs.get('folds') as Uint8Array;
    expect(new Set(folds).size).toBeGreaterThan(2);
    expect([...folds.subarray(0, 120)]).toEqual([...folds.subarray(120)]);
  });
});
