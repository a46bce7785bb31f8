import { describe, expect, it } from 'vitest';
import { paletteOf } from '../../../src/web/app/pages/run/cell-colour.ts';
import { lanesOf } from '../../../src/web/app/pages/run/lanes.ts';

type Cell = Parameters<typeof paletteOf>[0][number];
type Attempt = Parameters<typeof lanesOf>[0][number];

function cell(changes: Partial<Cell>): Cell {
  return {
    ordinal: 0,
    partitionId: '0'.repeat(32),
    text: 'type=car',
    name: 'car',
    rows: 100,
    decision: 'train',
    state: 'trained',
    reason: null,
    verdict: null,
    algorithm: 'logistic',
    cv: 0.9,
    holdout: 0.9,
    globalCv: 0.8,
    globalHoldout: 0.8,
    difference: 0.1,
    model: null,
    trainedAt: null,
    trainMs: null,
    ...changes,
  };
}

describe('the colours of partitions', () => {
  it('are own, global and tie by who answers, and the legend holds only what is there', () => {
    const cells = [
      cell({ verdict: 'own' }),
      cell({ verdict: 'tie' }),
      cell({ verdict: 'global' }),
      cell({ state: 'global', reason: 'too_small' }),
      cell({ state: 'failed', reason: 'timeout' }),
    ];
    const { swatchOf, legend } = paletteOf(cells, 'answer', true);
    expect(cells.map((one) => swatchOf(one).colour)).toEqual([
      '--own',
      '--tie',
      '--global',
      '--global',
      '--bad',
    ]);
    expect(legend).toHaveLength(4);
  });

  it('put zero in the middle of leads, and equal leads on both sides in mirrored colours', () => {
    const cells = [-0.2, -0.05, 0, 0.05, 0.2].map((difference) => cell({ difference }));
    const { swatchOf } = paletteOf(cells, 'lead', true);
    const colours = cells.map((one) => swatchOf(one).colour);
    expect(colours).toEqual(['--lead-1', '--lead-2', '--lead-3', '--lead-4', '--lead-5']);
  });

  it('say that a partition waits while the run goes on, and that it was not reached once the run is over', () => {
    const waiting = cell({ state: 'waiting', verdict: null, cv: null });
    const wordOf = (colouring: 'state' | 'answer', isOver: boolean) =>
      paletteOf([waiting], colouring, isOver).legend.map(({ word }) => word);
    expect(wordOf('state', false)).toEqual(['waiting']);
    expect(wordOf('answer', false)).toEqual(['not known yet']);
    expect(wordOf('state', true)).toEqual(['not reached']);
    expect(wordOf('answer', true)).toEqual(['not reached']);
  });

  it('have one for those without a score, and stand equal scores', () => {
    const { swatchOf, legend } = paletteOf([cell({ cv: null }), cell({}), cell({})], 'score', true);
    expect(swatchOf(cell({ cv: null })).word).toBe('no score');
    expect(legend.at(-1)?.word).toBe('no score');
  });
});

describe('the lanes of a timeline', () => {
  it('never let two bars of a lane overlap, and are as many as ran at once', () => {
    const attempts = [
      [0, 10],
      [2, 4],
      [4, 8],
      [10, 12],
    ].map(([from = 0, to = 0], id) => attempt(id, from, to));
    const lanes = lanesOf(attempts).map((lane) => lane.map(({ attempt: { id } }) => id));
    expect(lanes).toEqual([
      [0, 3],
      [1, 2],
    ]);
  });

  it('begin in the queue, by the clock of the server at most when the worker began', () => {
    const queuedAt = (seconds: number) => new Date(seconds * 1000).toISOString();
    const waited = { ...attempt(1, 5, 9), queuedAt: queuedAt(2) };
    const ahead = { ...attempt(2, 10, 12), queuedAt: queuedAt(11) };
    expect(lanesOf([waited, ahead])).toMatchObject([
      [
        { queued: 2000, from: 5000, to: 9000 },
        { queued: 10_000, from: 10_000, to: 12_000 },
      ],
    ]);
  });

  it('draw nothing backwards where a worker has another clock than the server', () => {
    expect(lanesOf([attempt(1, 3_600, 10)])).toMatchObject([[{ from: 3_600_000, to: 3_600_000 }]]);
  });
});

function attempt(id: number, from: number, to: number): Attempt {
  return {
    id,
    stage: 'train',
    scope: 'own',
    batch: id,
    attempt: 1,
    worker: 'one',
    outcome: 'SUCCEEDED',
    queuedAt: null,
    startedAt: new Date(from * 1000).toISOString(),
    endedAt: new Date(to * 1000).toISOString(),
    partitions: 1,
  };
}
