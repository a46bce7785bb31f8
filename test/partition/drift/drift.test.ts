import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../src/frame/frame.ts';
import { DISTRIBUTION, distribution } from '../../../src/partition/drift/distribution.ts';
import { type DriftArgs, drift } from '../../../src/partition/drift/drift.ts';
import type { DriftFacts } from '../../../src/partition/drift/drift-facts.ts';
import { frameOf, numbers, texts } from '../../features/frames.ts';

const UNSCORED = { scoring: null, weights: [] };

function dataOf(frame: Frame) {
  const partition = { id: 'p', text: 'p', ranges: [{ start: 0, count: frame.rowCount }] };
  return { partition, frame, rowHashes: new Uint8Array(), inputs: new Map<string, Uint8Array>() };
}

function factsOf(reference: Frame, current: Frame, args: DriftArgs): DriftFacts {
  const { blobs } = distribution(dataOf(reference), {});
  return drift({ ...dataOf(current), inputs: blobs }, args).facts;
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
