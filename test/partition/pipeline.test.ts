import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { holdoutRows } from '../../src/estimators/folds.ts';
import { type Frame, takeRows } from '../../src/frame/frame.ts';
import { loadPipeline, pipelineToBytes } from '../../src/partition/pipeline-bytes.ts';
import { predictionsFromBytes, readLayer } from '../../src/partition/predictions.ts';
import type { ScoreArgs } from '../../src/partition/score-facts.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { machineFrame, machineSpec, partitionData, run, STATUSES } from '../support/machines.ts';

const frame = machineFrame({ car: 160 });
const spec = machineSpec({
  time: 'moment',
  validate: { scheme: 'stratified' },
  features: {
    engineer: [
      { calendar: 'moment' },
      { lag: { columns: ['rpm'], steps: [1, 2] } },
      { ratio: ['rpm', 'load'] },
      { product: ['rpm_lag_1', 'load'] },
    ],
    select: { method: 'mutual_information', keep: 4 },
  },
  algorithms: [{ random_forest: { trees: 10 } }],
});
const data = partitionData(frame, spec);
const trained = run('train', data, {
  spec,
  task: 'classification',
  classes: STATUSES,
  scope: 'own',
});
const model = trained.blobs.get('model') as Uint8Array;
const scoreArgs: ScoreArgs = { task: 'classification', classes: STATUSES };

function scored(rows: Frame, bytes = model): Float64Array {
  const partition = { id: 'p', text: 'p', ranges: [{ start: 0, count: rows.rowCount }] };
  const inputs = new Map([['model', bytes]]);
  const result = run(
    'score',
    { partition, frame: rows, rowHashes: new Uint8Array(), inputs },
    scoreArgs,
  );
  const blob = result.blobs.get('predictions') as Uint8Array;
  return predictionsFromBytes(blob, 1, STATUSES.length).values;
}

describe('a pipeline', () => {
  it('says of held-out rows what training recorded, to the bit, after a round trip through bytes', () => {
    const rows = holdoutRows(data.folds);
    const recorded = predictionsFromBytes(
      trained.blobs.get('predictions') as Uint8Array,
      2,
      STATUSES.length,
    );
    const all = scored(frame);
    const again = Float64Array.from(
      [...rows].flatMap((row) => [...all.subarray(row * 3, row * 3 + 3)]),
    );
    expect(again).toEqual(readLayer(recorded, 1, rows));
  });

  it('is the same bytes after loading', () => {
    expect(pipelineToBytes(loadPipeline(model))).toEqual(model);
  });

  it('holds nothing of run, partition, time or machine', () => {
    const text = Buffer.from(model).toString('latin1');
    for (const word of ['machines', 'car', process.cwd(), '2026']) expect(text).not.toContain(word);
  });

  it('needs only the source columns that its selected features come from', () => {
    const { contract } = loadPipeline(model);
    const needed = new Set(contract.sources.map(({ name }) => name));
    expect(needed.has('reading')).toBe(false);
    expect(needed.has('status')).toBe(false);
    const slim = { ...frame, columns: frame.columns.filter(({ name }) => needed.has(name)) };
    expect(scored(slim)).toEqual(scored(frame));
  });

  it('looks back within a member of a union only', () => {
    const twice = Int32Array.from({ length: 320 }, (_, i) => i % 160);
    const key = texts(
      'type',
      Array.from({ length: 320 }, (_, i) => (i < 160 ? 'car' : 'van')),
    );
    const columns = takeRows(frame, twice).columns.map((c) => (c.name === 'type' ? key : c));
    const both = scored({ rowCount: 320, columns });
    expect(both.subarray(160 * 3)).toEqual(both.subarray(0, 160 * 3));
    expect(both.subarray(0, 160 * 3)).toEqual(scored(frame));
  });

  it('answers rows with unseen texts, gaps and extremes with probabilities that sum to 1', () => {
    const odd = frameOf(
      ...frame.columns.map((column) => {
        if (column.kind === 'number')
          return numbers(column.name, [null, 1e300, -1e300, 0, Number.MIN_VALUE]);
        if (column.kind === 'category')
          return texts(column.name, ['never seen', null, '', 'north', '\u{1F69C}']);
        return { ...column, micros: Float64Array.of(NaN, 0, -1e18, 1e18, 5) };
      }),
    );
    const probabilities = scored(odd);
    for (let row = 0; row < 5; row++) {
      const sum = probabilities.subarray(row * 3, row * 3 + 3).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(1, 9);
    }
  });

  it('takes a column of gaps for any kind, and refuses another kind or none, naming it', () => {
    const { contract } = loadPipeline(model);
    const number = contract.sources.find(({ kind }) => kind === 'number')?.name as string;
    const replaced = (values: readonly (string | null)[]) => ({
      ...frame,
      columns: frame.columns.map((c) => (c.name === number ? texts(number, values) : c)),
    });
    const gaps = Array.from({ length: 160 }, () => null);
    expect(scored(replaced(gaps)).every(Number.isFinite)).toBe(true);
    expect(() => scored(replaced(gaps.map(() => 'fast')))).toThrow(`Column "${number}" holds text`);
    const without = { ...frame, columns: frame.columns.filter(({ name }) => name !== number) };
    expect(() => scored(without)).toThrow(`no column "${number}"`);
  });

  it('refuses to answer for other classes than it has', () => {
    const inputs = new Map([['model', model]]);
    const other = { ...scoreArgs, classes: ['active', 'off', 'idle'] };
    expect(() => run('score', { ...data, inputs }, other)).toThrow('a model of the same run');
  });

  it('scores no rows to no predictions', () => {
    expect(scored(takeRows(frame, new Int32Array()))).toEqual(new Float64Array());
  });

  it('refuses hostile bytes with a failure, whatever is wrong with them', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.nat(model.length - 1).map((length) => model.slice(0, length)),
          fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 255 })).map(([at, change]) => {
            const bytes = model.slice();
            bytes[at] = ((bytes[at] as number) + change) % 256;
            return bytes;
          }),
        ),
        (bytes) => {
          const outcome = attempt(() => loadPipeline(bytes));
          // A changed letter of a name can't be noticed without the digest; anything else is refused.
          expect(outcome === 'loaded' || outcome === 'corrupt-object').toBe(true);
        },
      ),
      { numRuns: 300, seed: 3 },
    );
  });
});

function attempt(work: () => unknown): string {
  try {
    work();
    return 'loaded';
  } catch (error) {
    return error instanceof Failure ? error.kind : String(error);
  }
}
