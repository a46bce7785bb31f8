import { areaY, dot, line, type PlotOptions } from '@observablehq/plot';
import { useMemo } from 'react';
import type { PlotFacts } from '../../../partition/evaluate-facts.ts';
import { PlotFigure } from './plot-figure.tsx';

const SQUARE = {
  width: 260,
  height: 260,
  marginLeft: 44,
  marginBottom: 40,
  marginTop: 28,
  marginRight: 12,
} as const satisfies PlotOptions;

const UNIT = { domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1], tickFormat: String, grid: true };
const CHANCE = [
  { x: 0, y: 0 },
  { x: 1, y: 1 },
];

function diagonal() {
  return line(CHANCE, { x: 'x', y: 'y', stroke: 'var(--soft)', strokeDasharray: '3 3' });
}

/** True against false positive rate; the diagonal is chance. */
export function RocPlot({ points }: { points: NonNullable<PlotFacts['roc']> }) {
  const options = useMemo(
    (): PlotOptions => ({
      ...SQUARE,
      x: { ...UNIT, label: 'false positive rate' },
      y: { ...UNIT, label: 'true positive rate' },
      marks: [
        diagonal(),
        line(points, { x: 'fpr', y: 'tpr', stroke: 'var(--own)', strokeWidth: 2 }),
      ],
    }),
    [points],
  );
  return (
    <PlotFigure
      options={options}
      title="ROC curve"
      caption="ROC: the nearer to the upper left corner, the better; the dashed line is chance."
    />
  );
}

export function PrecisionRecallPlot({ points }: { points: NonNullable<PlotFacts['pr']> }) {
  const options = useMemo(
    (): PlotOptions => ({
      ...SQUARE,
      x: { ...UNIT, label: 'recall' },
      y: { ...UNIT, label: 'precision' },
      marks: [
        areaY(points, { x: 'recall', y: 'precision', fill: 'var(--own)', fillOpacity: 0.08 }),
        line(points, { x: 'recall', y: 'precision', stroke: 'var(--own)', strokeWidth: 2 }),
      ],
    }),
    [points],
  );
  return (
    <PlotFigure
      options={options}
      title="Precision and recall"
      caption="Precision and recall: the nearer to the upper right corner, the better."
    />
  );
}

/** What was promised against what happened; the diagonal is perfect. */
export function CalibrationPlot({ bins }: { bins: NonNullable<PlotFacts['calibration']> }) {
  const options = useMemo(
    (): PlotOptions => ({
      ...SQUARE,
      x: { ...UNIT, label: 'predicted probability' },
      y: { ...UNIT, label: 'observed share' },
      marks: [
        diagonal(),
        line(bins, { x: 'predicted', y: 'observed', stroke: 'var(--own)', strokeWidth: 2 }),
        dot(bins, { x: 'predicted', y: 'observed', fill: 'var(--own)', r: 3.5 }),
      ],
    }),
    [bins],
  );
  return (
    <PlotFigure
      options={options}
      title="Calibration"
      caption="Calibration: on the dashed line, what is promised at 70 % happens in 70 % of the rows."
    />
  );
}

type Residuals = NonNullable<PlotFacts['residuals']>;

/** Truth against prediction of sampled rows; on the diagonal the prediction is right. */
export function TruthPlot({ points, rows }: { points: Residuals['scatter']; rows: string }) {
  const options = useMemo((): PlotOptions => {
    const values = points.flatMap(({ truth, prediction }) => [truth, prediction]);
    const domain = [Math.min(...values), Math.max(...values)];
    const ends = domain.map((value) => ({ x: value, y: value }));
    return {
      ...SQUARE,
      marginLeft: 56,
      x: { domain, label: 'truth', grid: true, ticks: 4 },
      y: { domain, label: 'prediction', grid: true, ticks: 4 },
      marks: [
        line(ends, { x: 'x', y: 'y', stroke: 'var(--soft)', strokeDasharray: '3 3' }),
        dot(points, { x: 'truth', y: 'prediction', fill: 'var(--own)', fillOpacity: 0.5, r: 2.5 }),
      ],
    };
  }, [points]);
  return (
    <PlotFigure
      options={options}
      title="Truth and prediction"
      caption={`Truth and prediction of ${rows}: on the dashed line it is right.`}
    />
  );
}
