import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnsweredBatch } from '../../../../src/engines/spark/worker/answered-batch.ts';
import { PartitionRows } from '../../../../src/engines/spark/worker/partition-rows.ts';
import type { CategoryColumn, Frame, NumberColumn } from '../../../../src/frame/frame.ts';

type Row = { readonly partition: string; readonly word: string; readonly x: number };

/** A model that looks back: how many rows of the partition came before, and the words and numbers so far. */
const ANSWERS = {
  of(partition: string, { rowCount, columns }: Frame) {
    if (partition === 'nobody') return { output: null, model: null, rung: 'none', reason: 'no' };
    const [x, word] = columns as [NumberColumn, CategoryColumn];
    let sum = 0;
    const output = Float64Array.from({ length: rowCount }, (_, i) => {
      sum += (x.values[i] as number) * (i + 1);
      return sum + (word.levels[word.codes[i] as number]?.length ?? 0) / 100;
    });
    const reach = partition === 'a' ? 0.5 : undefined;
    return { output, model: `of ${partition}`, rung: 'own', reason: null, reach };
  },
};
const NOTHING = new Uint8Array();
const MESSAGE = { head: NOTHING, metadata: NOTHING, body: NOTHING };

/** Rows of partitions one after the other, and the lengths of the batches in which they come. */
const streams = fc
  .tuple(
    fc.array(
      fc.record({
        partition: fc.constantFrom('a', 'b', 'c', 'nobody'),
        word: fc.constantFrom('', 'x', 'long'),
        x: fc.integer({ min: -9, max: 9 }),
      }),
      { minLength: 1, maxLength: 40 },
    ),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 40, maxLength: 40 }),
  )
  .map(([rows, lengths]) => ({
    rows: [...rows].sort((a, b) => (a.partition < b.partition ? -1 : 1)),
    lengths,
  }));

describe('rows of partitions', () => {
  it('are answered as a whole partition is, wherever batches end', () => {
    fc.assert(
      fc.property(streams, ({ rows, lengths }) => {
        expect(answered(rows, lengths)).toEqual(answered(rows, [rows.length]));
      }),
      { seed: 7 },
    );
  });

  it('wait for no other partition than their own', () => {
    const collector = new PartitionRows(ANSWERS, true);
    const batch = (partition: string) => batchOf([{ partition, word: '', x: 1 }]);
    expect(collector.take(batch('a'))).toHaveLength(0);
    expect(collector.take(batch('a'))).toHaveLength(0);
    expect(collector.take(batch('b'))).toHaveLength(2);
    expect(collector.finish()).toHaveLength(1);
  });

  it('are answered with their batch where nothing looks back', () => {
    const collector = new PartitionRows(ANSWERS, false);
    const rows = ['b', 'a', 'b', 'nobody'].map((partition) => ({ partition, word: '', x: 1 }));
    const [done] = collector.take(batchOf(rows));
    expect(done?.answers()).toEqual([
      [1, 1, 3, null],
      [null, 0.5, null, null],
      [null, 1.5, null, null],
      ['of b', 'of a', 'of b', null],
      ['own', 'own', 'own', 'none'],
      [null, null, null, 'no'],
    ]);
  });
});

function answered(rows: readonly Row[], lengths: readonly number[]) {
  const collector = new PartitionRows(ANSWERS, true);
  const done: AnsweredBatch[] = [];
  for (let at = 0, i = 0; at < rows.length; i++) {
    const end = at + (lengths[i] as number);
    done.push(...collector.take(batchOf(rows.slice(at, end))));
    at = end;
  }
  done.push(...collector.finish());
  const columns = done.map((batch) => batch.answers());
  return [0, 1, 2, 3, 4, 5].map((place) => columns.flatMap((batch) => batch[place]));
}

function batchOf(rows: readonly Row[]): AnsweredBatch {
  const levels = [...new Set(rows.map(({ word }) => word))].sort();
  const frame: Frame = {
    rowCount: rows.length,
    columns: [
      { kind: 'number', name: 'x', values: Float64Array.from(rows, ({ x }) => x) },
      {
        kind: 'category',
        name: 'word',
        levels,
        codes: Int32Array.from(rows, ({ word }) => levels.indexOf(word)),
      },
    ],
  };
  return new AnsweredBatch(
    MESSAGE,
    { frame, partitions: rows.map(({ partition }) => partition) },
    { classes: [], hasIntervals: true },
  );
}
