import type { Explanation } from '../../src/partition/train-facts.ts';

/** A column of numbers that matters, one of odd texts, and one that is of no use. */
export const EXPLANATION: Explanation = {
  rows: 200,
  repeats: 5,
  importance: [
    { column: 'engine_rpm', loss: 0.21, deviation: 0.02 },
    { column: 'site', loss: 0.04, deviation: 0.01 },
    { column: 'shift', loss: -0.001, deviation: 0.01 },
  ],
  dependence: [
    {
      column: 'engine_rpm',
      kind: 'number',
      outputs: ['active', 'idle', 'off'],
      points: [
        { at: 600, outputs: [0.1, 0.7, 0.2] },
        { at: 1400, outputs: [0.8, 0.15, 0.05] },
      ],
    },
    {
      column: 'site',
      kind: 'category',
      outputs: ['active', 'idle', 'off'],
      points: [
        { at: 'north <1>', outputs: [0.5, 0.3, 0.2] },
        { at: null, outputs: [0.4, 0.4, 0.2] },
      ],
    },
  ],
};
