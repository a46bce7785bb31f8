import { line, type PlotOptions } from '@observablehq/plot';
import { useMemo } from 'react';
import type { PartialDependence } from '../../../partition/train-facts.ts';
import { numberText } from '../../../report/number-text.ts';
import { PlotFigure } from './plot-figure.tsx';

/** How predictions move with one column, all else as it is: a line per class (or one), or a table over texts. */
export function Dependence({ dependence }: { dependence: PartialDependence }) {
  return dependence.kind === 'number' ? (
    <Lines dependence={dependence} />
  ) : (
    <Levels dependence={dependence} />
  );
}

function captionOf({ column, outputs }: PartialDependence): string {
  const [only] = outputs;
  const several = 'mean probability by class';
  const one =
    only === null || only === undefined ? 'mean prediction' : `mean probability of ${only}`;
  return `${column}: ${outputs.length > 1 ? several : one}, all else as it is.`;
}

function Lines({ dependence }: { dependence: PartialDependence }) {
  const options = useMemo((): PlotOptions => {
    const { column, outputs, points } = dependence;
    const marks = outputs.map((output, k) =>
      line(
        points.map(({ at, outputs: values }) => ({ at, value: values[k] as number })),
        {
          x: 'at',
          y: 'value',
          stroke: ['var(--own)', 'var(--global)', 'var(--tie)'][k % 3] as string,
          strokeWidth: 2,
          title: () => output ?? 'prediction',
        },
      ),
    );
    return {
      width: 300,
      height: 200,
      marginLeft: 52,
      marginBottom: 40,
      x: { label: column, ticks: 4 },
      y: { label: null, grid: true, ticks: 4 },
      marks,
    };
  }, [dependence]);
  return (
    <PlotFigure
      options={options}
      title={`Partial dependence on ${dependence.column}`}
      caption={captionOf(dependence)}
    />
  );
}

function Levels({ dependence }: { dependence: PartialDependence }) {
  const { column, outputs, points } = dependence;
  return (
    <div
      className="scroll"
      tabIndex={0}
      role="region"
      aria-label={`Partial dependence on ${column}`}
    >
      <table>
        <caption className="small soft">{captionOf(dependence)}</caption>
        <thead>
          <tr>
            <th>{column}</th>
            {outputs.map((output) => (
              <th key={output ?? ''} className="n">
                {output ?? 'prediction'}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map(({ at, outputs: values }) => (
            <tr key={at === null ? 'missing' : `text ${at}`}>
              <td className="name">{at ?? 'missing'}</td>
              {outputs.map((output, k) => (
                <td key={output ?? ''} className="n">
                  {numberText(values[k] ?? null)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
