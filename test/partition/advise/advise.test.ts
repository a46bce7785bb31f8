import { describe, expect, it } from 'vitest';
import { takeRows } from '../../../src/frame/frame.ts';
import { frameOf, numbers, texts } from '../../features/frames.ts';
import { seededDraws } from '../../support/draws.ts';
import {
  adviceOn,
  advised,
  adviserRecord,
  DECOYS,
  plantedSpec,
  plantedTable,
} from '../../support/planted-table.ts';

const ROWS = 600;

describe('the partition adviser', () => {
  const table = plantedTable(1, { task: 'regression', truth: 'planted', rows: ROWS });
  const spec = plantedSpec('regression');
  const facts = adviceOn(table, spec);

  it('puts a planted column before ten decoys, and advises nothing on shuffled labels', () => {
    expect(adviserRecord('classification', [1], ROWS)).toEqual({ found: 1, held: 1 });
  }, 180_000);

  it('says by how much, with an interval, and what the partitions are', () => {
    const [best] = facts.divisions;
    expect(best).toMatchObject({ by: ['planted'], verdict: 'pays', partitions: 4, own: 4 });
    expect(best?.interval?.low).toBeGreaterThan(0);
    expect(best?.interval?.low).toBeLessThan(best?.lift as number);
    expect(best?.interval?.high).toBeGreaterThan(best?.lift as number);
    expect(best?.lift).toBeCloseTo((facts.score as number) - (best?.score as number), 12);
    expect(best?.tooSmall).toBe(0);
  });

  it('judges every column, pairs of them, and the key that the spec has', () => {
    const keys = facts.divisions.map(({ by }) => by.join());
    expect(keys).toEqual(expect.arrayContaining(['planted', ...DECOYS]));
    expect(facts.divisions.some(({ by }) => by.length === 2)).toBe(true);
    const written = facts.divisions.filter(({ isAsWritten }) => isAsWritten);
    expect(written.map(({ by }) => by)).toEqual([['decoy0']]);
    expect(facts.tested).toBeGreaterThan(keys.length);
  });

  it('does not take a column for a key that only moves the target: one model of all can say that', () => {
    const shifted = plantedTable(2, { task: 'regression', truth: 'shifted', rows: ROWS });
    expect(advised(adviceOn(shifted, spec))).toBeNull();
  });

  it('takes it where the model of all is not to see the key', () => {
    const shifted = plantedTable(2, { task: 'regression', truth: 'shifted', rows: ROWS });
    const blind = plantedSpec('regression', { global: { include_partition: false } });
    expect(advised(adviceOn(shifted, blind))).toEqual(['planted']);
  });

  it('lets the model of all see every column but the key, whatever else could be one', () => {
    const draws = seededDraws(6);
    const list = <Value>(draw: (i: number) => Value) =>
      Array.from({ length: ROWS }, (_, i) => draw(i));
    const [store, brand, month] = [3, 4, 12].map((values) => list(() => draws.integer(values))) as [
      number[],
      number[],
      number[],
    ];
    const shelf = brand.map((code) => (draws.uniform() < 0.8 ? code : draws.integer(4)));
    const y = list((i) => {
      const slope = (store[i] as number) - 1;
      return slope * ((month[i] as number) - 5.5) + 2 * (brand[i] as number) + draws.normal();
    });
    const frame = frameOf(
      texts(
        'store',
        store.map((code) => `s${code}`),
      ),
      texts(
        'brand',
        brand.map((code) => `b${code}`),
      ),
      texts(
        'shelf',
        shelf.map((code) => `h${code}`),
      ),
      numbers('month', month),
      numbers('y', y),
    );
    const blind = {
      partition: { by: 'store', min_rows: 40 },
      global: { include_partition: false },
    };
    const verdicts = new Map(
      adviceOn(frame, plantedSpec('regression', blind)).divisions.map(({ by, verdict }) => [
        by.join(),
        verdict,
      ]),
    );
    expect(verdicts.get('store')).toBe('pays');
    expect(verdicts.get('shelf')).toBe('same');
  });

  it('goes by every class where the metric does, whatever class is named the positive one', () => {
    const draws = seededDraws(7);
    const list = <Value>(draw: (i: number) => Value) =>
      Array.from({ length: ROWS }, (_, i) => draw(i));
    const [key, x] = [list(() => draws.integer(2)), list(() => draws.normal())];
    const side = key.map((code, i) => (2 * code - 1) * (x[i] as number) + 0.3 * draws.normal());
    const frame = frameOf(
      texts(
        'key',
        key.map((code) => `k${code}`),
      ),
      numbers('x', x),
      texts(
        'y',
        side.map((value) => (draws.uniform() < 0.3 ? 'a' : value > 0 ? 'b' : 'c')),
      ),
    );
    const target = { column: 'y', task: 'classification', positive: 'a' } as const;
    const blind = {
      partition: { by: 'key', min_rows: 40 },
      global: { include_partition: false },
    };
    const told = (metric: 'macro_f1' | 'f1') =>
      adviceOn(frame, plantedSpec('classification', { ...blind, target, metric })).divisions[0]
        ?.verdict;
    expect(told('macro_f1')).toBe('pays');
    expect(told('f1')).not.toBe('pays');
  });

  it('advises a key whose lift is surely above zero, though probabilities alone leave it open', () => {
    const draws = seededDraws(9);
    const list = <Value>(draw: (i: number) => Value) =>
      Array.from({ length: 500 }, (_, i) => draw(i));
    const key = list(() => draws.integer(2));
    const [x, z] = [list(() => draws.normal()), list(() => draws.normal())];
    const side = key.map((code, i) => 0.4 * (2 * code - 1) * (z[i] as number));
    const sum = x.map((value, i) => value + (side[i] as number) + 0.2 * draws.normal());
    const frame = frameOf(
      texts(
        'key',
        key.map((code) => `k${code}`),
      ),
      numbers('x', x),
      numbers('z', z),
      texts(
        'y',
        sum.map((value) => (value > 0 ? 'a' : 'b')),
      ),
    );
    const written = { partition: { by: 'key', min_rows: 40 }, metric: 'macro_f1' } as const;
    const [best] = adviceOn(frame, plantedSpec('classification', written)).divisions;
    expect(best?.interval?.low).toBeGreaterThan(0);
    expect(best?.verdict).toBe('pays');
  });

  it('has something to compare with where no column is left but the key', () => {
    const { columns } = plantedTable(4, { task: 'regression', truth: 'shifted', rows: ROWS });
    const frame = frameOf(...columns.filter(({ name }) => ['planted', 'y'].includes(name)));
    const key = { partition: { by: 'planted', min_rows: 40 } };
    const blind = { ...key, global: { include_partition: false } };
    expect(advised(adviceOn(frame, plantedSpec('regression', key)))).toBeNull();
    expect(advised(adviceOn(frame, plantedSpec('regression', blind)))).toEqual(['planted']);
  });

  it('finds a pair that only together says how the target comes about', () => {
    const draws = seededDraws(5);
    const list = <Value>(draw: (i: number) => Value) =>
      Array.from({ length: ROWS }, (_, i) => draw(i));
    const [left, right, other] = [0, 1, 2].map(() => list(() => draws.integer(2))) as [
      number[],
      number[],
      number[],
    ];
    const x = list(() => draws.normal());
    const y = list(
      (i) => (left[i] === right[i] ? 1 : -1) * (x[i] as number) + 0.5 * draws.normal(),
    );
    const frame = frameOf(
      ...[left, right, other].map((codes, k) =>
        texts(
          `k${k}`,
          codes.map((code) => `v${code}`),
        ),
      ),
      numbers('x', x),
      numbers('y', y),
    );
    const found = adviceOn(frame, plantedSpec('regression', { partition: { by: 'k2' } }));
    expect(advised(found)).toEqual(['k0', 'k1']);
  });

  it('says the same whatever the order of the rows', () => {
    const backwards = takeRows(
      table,
      Int32Array.from({ length: ROWS }, (_, i) => ROWS - 1 - i),
    );
    const again = adviceOn(backwards, spec, 500);
    expect(again.sampled).toBe(500);
    expect(again).toEqual(adviceOn(table, spec, 500));
  });

  it('tries no column that can not be a key, and says why', () => {
    const draws = seededDraws(3);
    const frame = frameOf(
      ...table.columns,
      texts(
        'name',
        Array.from({ length: ROWS }, (_, i) => `n${i}`),
      ),
      texts(
        'same',
        Array.from({ length: ROWS }, () => 'one'),
      ),
      numbers(
        'size',
        Array.from({ length: ROWS }, () => draws.uniform()),
      ),
    );
    const reasons = new Map(
      adviceOn(frame, spec, 200).notTried.map(({ column, because }) => [column, because]),
    );
    expect(reasons.get('name')).toContain(`too few rows for ${ROWS} values`);
    expect(reasons.get('same')).toContain('one value');
    expect(reasons.get('size')).toContain('partition.bins');
    expect([...reasons.keys()].sort()).toEqual(['a', 'b', 'name', 'same', 'size']);
  });
});
