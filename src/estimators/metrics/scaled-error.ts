import { type Measure, meanMeasure, unmeasured } from './measure.ts';
import { totalWeight, type ValueRows } from './scored-rows.ts';

const scaledErrors = meanMeasure<ValueRows>(({ truth, prediction, scales }) =>
  truth.map((value, i) => Math.abs((prediction[i] as number) - value) / (scales?.[i] as number)),
);

/**
 * mean |prediction − truth| ÷ scale, the scale of a series being the mean error of its seasonal naive forecast on the rows
 * that train (Hyndman and Koehler 2006). Rows of a series that repeats itself exactly, or is shorter than a season, have
 * no scale and are left out.
 */
export const mase: Measure<ValueRows> = (rows) => {
  const { scales } = rows;
  if (scales === undefined)
    return unmeasured('mase needs the order of the rows: it is of forecasts.');
  const places = Int32Array.from(scales.keys()).filter((i) => (scales[i] as number) > 0);
  const taken = (of: Float64Array) => Float64Array.from(places, (i) => of[i] as number);
  const scaled: ValueRows = {
    kind: 'values',
    truth: taken(rows.truth),
    prediction: taken(rows.prediction),
    weights: rows.weights && taken(rows.weights),
    scales: taken(scales),
  };
  if (!(totalWeight(scaled) > 0))
    return unmeasured('No row is of a series that changes from one season to the next.');
  const { score, influence } = scaledErrors(scaled);
  return {
    score,
    influence: () => {
      const share = totalWeight(scaled) / totalWeight(rows);
      const psi = new Float64Array(rows.truth.length);
      influence().forEach((value, k) => {
        psi[places[k] as number] = value / share;
      });
      return psi;
    },
  };
};
