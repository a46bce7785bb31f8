import { finiteNumbers, Sample } from '../../sample.ts';
import { fitScaling, scaled } from '../scaling.ts';
import type { CodeFeature } from '../state.ts';
import type { TrainingLevels } from './training-levels.ts';

/** Value per level, then that of missing texts (code −1) and of unseen levels (code −2); null in the state is NaN here. */
export function codeValues({ values, missing, unseen }: CodeFeature): Float64Array {
  return Float64Array.from([...values, missing ?? Number.NaN, unseen ?? Number.NaN]);
}

/** The values of `codes` in a table made by `codeValues`. */
export function lookUp(table: Float64Array, codes: Int32Array): Float64Array {
  const levelCount = table.length - 2;
  const found = new Float64Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    found[i] = table[code < 0 ? levelCount - 1 - code : code] as number;
  }
  return found;
}

/** The feature with its values scaled by how they occur in the training rows, and the scaling for values beside the table. */
export function scaledFeature(
  feature: CodeFeature,
  { codes, scale }: TrainingLevels,
): { readonly feature: CodeFeature; readonly rescale: (value: number) => number } {
  const occurring = finiteNumbers(lookUp(codeValues(feature), codes));
  const scaling = fitScaling(new Sample(occurring), scale);
  const rescale = (value: number) => (scaling === null ? value : scaled(value, scaling));
  const rescaleOrNull = (value: number | null) => (value === null ? null : rescale(value));
  return {
    feature: {
      name: feature.name,
      values: feature.values.map(rescale),
      missing: rescaleOrNull(feature.missing),
      unseen: rescaleOrNull(feature.unseen),
    },
    rescale,
  };
}
