import { type PlotOptions, rectY, ruleX, ruleY } from '@observablehq/plot';
import { useMemo } from 'react';
import { countText, numberText } from '../../../report/number-text.ts';
import { PlotFigure } from './plot-figure.tsx';

type Bin = { readonly from: number; readonly to: number; readonly count: number };

/** Counts over a number line. `isSided`: right of zero own is better, left of it global. */
export function Histogram({
  bins,
  title,
  caption,
  label,
  counted,
  isSided = false,
  width = 480,
}: {
  bins: readonly Bin[];
  title: string;
  caption: string;
  /** Of the number line. */
  label: string;
  /** What is counted: rows, partitions. */
  counted: string;
  isSided?: boolean;
  width?: number;
}) {
  const options = useMemo((): PlotOptions => {
    const colourOf = ({ from, to }: Bin) =>
      !isSided || from >= 0 ? 'var(--own)' : to <= 0 ? 'var(--global)' : 'var(--tie)';
    return {
      width,
      height: 208,
      marginLeft: 48,
      marginBottom: 40,
      marginTop: 28,
      x: { label, ticks: 5 },
      y: { label: counted, ticks: 4, grid: true },
      color: { type: 'identity' },
      marks: [
        rectY(bins, {
          x1: 'from',
          x2: 'to',
          y: 'count',
          fill: colourOf,
          inset: 0.5,
          title: (bin: Bin) =>
            `${numberText(bin.from)} … ${numberText(bin.to)}: ${countText(bin.count)} ${counted}`,
        }),
        ruleY([0], { stroke: 'var(--edge)' }),
        ...(isSided ? [ruleX([0], { stroke: 'var(--soft)', strokeDasharray: '3 3' })] : []),
      ],
    };
  }, [bins, label, counted, isSided, width]);
  return <PlotFigure options={options} title={title} caption={caption} />;
}
