import type { ReactNode } from 'react';
import { numberText, percentText } from '../../../../report/number-text.ts';
import type { ModelAnswer } from '../../api/answers.ts';
import { Bars } from '../../charts/bars.tsx';
import { Contributions } from '../../charts/contributions.tsx';
import type { Cells } from './row-form.tsx';

/** What is said of a row: the answer, how probable each class is, which columns moved it. */
export function Said({
  answer: { prediction, probabilities, explanation = null },
  target,
  cells,
  interval = null,
  children,
}: {
  answer: ModelAnswer;
  target: string;
  /** That it was asked about. */
  cells: Cells;
  interval?: { readonly low: number; readonly high: number } | null;
  /** Who says it. */
  children?: ReactNode;
}) {
  const text =
    typeof prediction === 'number' ? numberText(prediction, interval ?? prediction) : prediction;
  const bars = Object.entries(probabilities ?? {}).sort(([, a], [, b]) => b - a);
  return (
    <div className="card" role="status">
      <h3 className="anywhere">{target}</h3>
      <p className="figure anywhere">{text ?? 'no answer'}</p>
      {interval === null ? null : (
        <p>
          between {numberText(interval.low, interval)} and {numberText(interval.high, interval)}
        </p>
      )}
      {bars.length === 0 ? null : (
        <Bars
          caption="How probable each class is."
          bars={bars.map(([name, value]) => ({ name, value, text: percentText(value) }))}
        />
      )}
      {explanation === null ? null : (
        <Contributions explanation={explanation} cellOf={(column) => cells.get(column) ?? ''} />
      )}
      {children}
    </div>
  );
}
