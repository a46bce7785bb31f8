import { describe, expect, it } from 'vitest';
import { type CategoryColumn, type Frame, takeRows } from '../../../src/frame/frame.ts';
import { hashRows } from '../../../src/frame/row-hash.ts';
import { distribution } from '../../../src/partition/drift/distribution.ts';
import { type DriftArgs, drift } from '../../../src/partition/drift/drift.ts';
import type { DriftFacts } from '../../../src/partition/drift/drift-facts.ts';
import { frameOf, numbers, texts } from '../../features/frames.ts';
import { machineFrame, machineSpec, partitionData, run, STATUSES } from '../../support/machines.ts';

const FRAME = machineFrame({ car: 160 });
const SPEC = machineSpec({ metric: 'accuracy', algorithms: ['decision_tree'] });
const SCORING = { spec: SPEC, task: 'classification', classes: STATUSES } as const;
const TRAINED = run('train', partitionData(FRAME, SPEC), { ...SCORING, scope: 'own' });
const MODEL = TRAINED.blobs.get('model') ?? new Uint8Array();
const SCORED: DriftArgs = { compared: [], scoring: SCORING, weights: [1] };
const UNSCORED = { scoring: null, weights: [] };

function dataOf(frame: Frame) {
  const partition = { id: 'p', text: 'p', ranges: [{ start: 0, count: frame.rowCount }] };
  return { partition, frame, rowHashes: hashRows(frame), inputs: new Map<string, Uint8Array>() };
}

function factsOf(reference: Frame, current: Frame, args: DriftArgs): DriftFacts {
  const columns = reference.columns.filter(({ name }) => args.compared.includes(name));
  const compared = { rowCount: reference.rowCount, columns };
  const { blobs } = distribution({ ...dataOf(reference), frame: compared }, { marks: true });
  const inputs = new Map([...blobs, ['model', MODEL] as const]);
  return drift({ ...dataOf(current), inputs }, args).facts;
}

describe('labels that have not arrived yet', () => {
  const half = (_: unknown, i: number) => (i < 50 ? `${i % 2}` : null);
  const labels = Array.from({ length: 100 }, (_, i) => `${i % 2}`);
  const before = frameOf(texts('y', labels), texts('x', labels));
  const now = frameOf(texts('y', labels.map(half)), texts('x', labels.map(half)));

  it('are no drift of the target, though what other columns miss is one', () => {
    const args = { compared: ['y', 'x'], target: 'y', ...UNSCORED };
    const [target, other] = factsOf(before, now, args).columns;
    expect(target).toMatchObject({ psi: 0, distance: 0, pValue: 1 });
    expect(target?.missing).toEqual({ reference: 0, current: 0, pValue: null });
    expect(other?.missing.current).toBe(0.5);
    expect(other?.missing.pValue).toBeLessThan(1e-9);
    expect(other?.psi).toBeGreaterThan(0.1);
  });

  it('are no drift of a target of numbers either', () => {
    const values = (share: number) =>
      frameOf(
        numbers(
          'y',
          labels.map((_, i) => (i < 100 * share ? i % 10 : Number.NaN)),
        ),
      );
    const args = { compared: ['y'], target: 'y', ...UNSCORED };
    const [target] = factsOf(values(1), values(0.5), args).columns;
    expect(target).toMatchObject({ psi: 0, distance: 0, pValue: 1 });
    expect(target?.missing.pValue).toBeNull();
  });
});

describe('the score on new rows', () => {
  const fresh = machineFrame({ car: 60 }, 7);

  it('leaves out the rows that the run has read', () => {
    const old = Int32Array.from({ length: 90 }, (_, i) => i);
    const alone = factsOf(FRAME, fresh, SCORED).score;
    const together = factsOf(FRAME, joined(takeRows(FRAME, old), fresh), SCORED).score;
    expect(alone).toMatchObject({ rows: 60, known: 0 });
    expect(together).toEqual({ ...alone, known: 90 });
  });

  it('is none, with the reason, where the run has read them all', () => {
    const { score } = factsOf(FRAME, FRAME, SCORED);
    expect(score).toMatchObject({ score: { value: null }, interval: null, rows: 0, known: 160 });
    expect(score?.score).toMatchObject({ because: expect.stringContaining('no new ones') });
  });

  it('is none, with the reason, where a label is none that training has seen', () => {
    const renamed = fresh.columns.map((column) =>
      column.kind === 'category' && column.name === 'status'
        ? texts(
            'status',
            levelsOf(column).map((level) => (level === 'off' ? 'broken' : level)),
          )
        : column,
    );
    const { score } = factsOf(FRAME, { ...fresh, columns: renamed }, SCORED);
    expect(score?.score).toMatchObject({
      value: null,
      because: expect.stringContaining('Labels that training has not seen'),
    });
  });
});

/** One frame's rows after the other's: of machines, whose columns are of a kind. */
function joined(first: Frame, second: Frame): Frame {
  const columns = first.columns.map((column, i) => {
    const other = second.columns[i];
    if (column.kind === 'number' && other?.kind === 'number')
      return { ...column, values: Float64Array.from([...column.values, ...other.values]) };
    if (column.kind === 'time' && other?.kind === 'time')
      return { ...column, micros: Float64Array.from([...column.micros, ...other.micros]) };
    if (column.kind === 'category' && other?.kind === 'category')
      return texts(column.name, [...levelsOf(column), ...levelsOf(other)]);
    throw new Error('They are of different kinds.');
  });
  return frameOf(...columns);
}

function levelsOf({ codes, levels }: CategoryColumn): readonly (string | null)[] {
  return Array.from(codes, (code) => levels[code] ?? null);
}
