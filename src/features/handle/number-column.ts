import { takeNumbers } from '../../frame/frame.ts';
import { finiteNumbers, Sample } from '../sample.ts';
import { mean, median, mode } from '../statistics.ts';
import type { Edit } from './edits.ts';
import { clipped, fitClip, outlierRuleName } from './outliers.ts';
import type { ColumnRules, MissingRule } from './rules.ts';
import { fitScaling, scaled } from './scaling.ts';
import type { ColumnState, NumberState } from './state.ts';

/** In this order, at fit as at prediction: outliers are clipped, gaps filled, the result scaled. Infinite = missing. */
export function fitNumberColumn(
  column: string,
  training: Float64Array,
  rules: ColumnRules,
): { readonly state: ColumnState; readonly edits: readonly Edit[] } {
  const present = finiteNumbers(training);
  if (present.length === 0)
    return {
      state: { kind: 'empty', column },
      edits: [{ column, rule: 'missing: no value', count: training.length }],
    };
  const gaps = training.length - present.length;
  const sample = new Sample(present);
  const clip = fitClip(sample, rules.outliers);
  const inside = clip === null ? sample : new Sample(present.map((value) => clipped(value, clip)));
  const fill = fillOf(inside, rules.missing);
  const complete = fill === null || gaps === 0 ? inside : withFill(inside, fill, gaps);
  const state: NumberState = {
    kind: 'number',
    column,
    clip,
    fill,
    indicator: rules.missing.name === 'indicator' && gaps > 0,
    scaling: fitScaling(complete, rules.scale),
  };
  const beyond =
    clip === null ? 0 : present.filter((value) => clipped(value, clip) !== value).length;
  return {
    state,
    edits: [
      { column, rule: `outliers: ${outlierRuleName(rules.outliers)}`, count: beyond },
      { column, rule: `missing: ${rules.missing.name}`, count: fill === null ? 0 : gaps },
      {
        column,
        rule: `scale: ${rules.scale}`,
        count: state.scaling === null ? 0 : training.length,
      },
    ],
  };
}

/** `drop` fills by the median where there is nothing to drop: at prediction. */
function fillOf(present: Sample, rule: MissingRule): number | null {
  switch (rule.name) {
    case 'left':
      return null;
    case 'mean':
      return mean(present.values);
    case 'mode':
      return mode(present.sorted);
    case 'constant':
      return Number(rule.constant);
    case 'median':
    case 'indicator':
    case 'drop':
      return median(present.values);
  }
}

function withFill({ values }: Sample, fill: number, gaps: number): Sample {
  const complete = new Float64Array(values.length + gaps).fill(fill);
  complete.set(values);
  return new Sample(complete);
}

export function numberFeatureNames({ column, indicator }: NumberState): readonly string[] {
  return indicator ? [column, `${column}_missing`] : [column];
}

/** Writes the features of the rows into `features`, in the order of `numberFeatureNames`. */
export function numberFeaturesInto(
  { clip, fill, scaling }: NumberState,
  values: Float64Array,
  rows: Int32Array,
  [feature, indicator]: readonly Float64Array[],
): void {
  const out = feature as Float64Array;
  out.set(takeNumbers(values, rows));
  for (let i = 0; i < out.length; i++) {
    let value = out[i] as number;
    if (Number.isFinite(value)) {
      if (clip !== null) value = clipped(value, clip);
    } else {
      value = fill ?? Number.NaN;
      if (indicator !== undefined) indicator[i] = 1;
    }
    out[i] = scaling === null ? value : scaled(value, scaling);
  }
}
