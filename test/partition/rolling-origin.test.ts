import { describe, expect, it } from 'vitest';
import { engineer } from '../../src/features/engineer/engineer.ts';
import { type Frame, requireColumn } from '../../src/frame/frame.ts';
import { forecastRows } from '../../src/partition/rolling-origin.ts';
import { frameOf, numbers } from '../features/frames.ts';

const LAGS = [1, 2];
/** Two series of ten rows. */
const MEMBERS = [
  { start: 0, count: 10 },
  { start: 10, count: 10 },
];
const VALUES = Array.from({ length: 20 }, (_, row) => row * row);
/** The last seven rows of one series and the last five of the other. */
const HELD_OUT = Int32Array.of(3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 18, 19);

function frameWith(values: readonly (number | null)[]): Frame {
  const frame = frameOf(numbers('y', values));
  const step = { lag: { columns: ['y'], steps: LAGS } };
  return engineer(frame, [step], { timezone: 'UTC', ranges: MEMBERS, target: 'y' });
}

const lagOf = (frame: Frame, lag: number) => {
  const column = requireColumn(frame, `y_lag_${lag}`);
  return column.kind === 'number' ? column.values : new Float64Array(0);
};

/** The line through the last two values. */
const goOn = (frame: Frame) => {
  const [one, two] = [lagOf(frame, 1), lagOf(frame, 2)];
  return one.map((value, i) => 2 * value - (two[i] as number));
};

function forecast(values: readonly (number | null)[], horizon: number, rows = HELD_OUT) {
  const origin = { frame: frameWith(values), members: MEMBERS, target: 'y' };
  return [...forecastRows({ ...origin, forecast: { horizon, lags: LAGS } }, rows, goOn)];
}

/** The same by the definition: from its origin every block goes on by itself. */
function byDefinition(horizon: number): readonly number[] {
  return [...HELD_OUT].map((row) => {
    const first = row < 10 ? 3 : 15;
    const block = first + Math.floor((row - first) / horizon) * horizon;
    const known = [VALUES[block - 2] as number, VALUES[block - 1] as number];
    for (let at = block; at <= row; at++)
      known.push(2 * (known.at(-1) as number) - (known.at(-2) as number));
    return known.at(-1) as number;
  });
}

describe('a backtest with rolling origins', () => {
  it.each([1, 2, 3, 5, 100])('predicts blocks of %d rows from predictions alone', (horizon) => {
    expect(forecast(VALUES, horizon)).toEqual(byDefinition(horizon));
  });

  it('does not change what a value after the origin is', () => {
    const changed = VALUES.map((value, row) => (row === 9 || row === 19 ? -1e6 : value));
    expect(forecast(changed, 3)).toEqual(forecast(VALUES, 3));
    const inBlock = VALUES.map((value, row) => (row === 4 ? -1e6 : value));
    expect(forecast(inBlock, 3).slice(0, 3)).toEqual(forecast(VALUES, 3).slice(0, 3));
    expect(forecast(inBlock, 3)[3]).not.toEqual(forecast(VALUES, 3)[3]);
  });

  it('goes over rows that nobody scores: they are steps, too', () => {
    const gap = VALUES.map((value, row) => (row === 4 ? null : value));
    const rows = HELD_OUT.filter((row) => row !== 4);
    expect(forecast(gap, 5, rows).slice(0, 4)).toEqual(
      forecast(VALUES, 5)
        .filter((_, i) => i !== 1)
        .slice(0, 4),
    );
  });

  it('leaves what it reads as it was', () => {
    const frame = frameWith(VALUES);
    const before = structuredClone(frame);
    forecastRows(
      { frame, members: MEMBERS, target: 'y', forecast: { horizon: 4, lags: LAGS } },
      HELD_OUT,
      goOn,
    );
    expect(frame).toEqual(before);
  });
});
