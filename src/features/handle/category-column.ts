import type { Supports, Target } from '../../estimators/estimator.ts';
import type { CategoryColumn } from '../../frame/frame.ts';
import type { Edit } from './edits.ts';
import { codeValues, lookUp } from './encode/code-feature.ts';
import { fitFrequency } from './encode/frequency.ts';
import { fitOneHot } from './encode/one-hot.ts';
import { fitOrdinal } from './encode/ordinal.ts';
import { fitTargetEncoding, type TargetEncoding, type TargetTraining } from './encode/target.ts';
import type { ColumnRules, EncodeRule, MissingRule } from './rules.ts';
import type { CategoryState, ColumnState } from './state.ts';

/** What encodings that learn from the target need; all of the training rows. */
export type CategoryTraining = {
  readonly target: Target;
  readonly weights: Float64Array | undefined;
  readonly seed: bigint;
  readonly supports: Pick<Supports, 'missing'>;
};

export type FittedCategory = {
  readonly state: ColumnState;
  readonly edits: readonly Edit[];
  /** Stand in for the column's features in the training matrix (target encoding). */
  readonly outOfFold?: readonly Float64Array[];
};

/** Missing text is filled where a rule says so; the rest is up to the encoding. Levels are those of the training rows. */
export function fitCategoryColumn(
  { name: column, levels: allLevels }: CategoryColumn,
  training: Int32Array,
  rules: ColumnRules,
  options: CategoryTraining,
): FittedCategory {
  const counts = new Float64Array(allLevels.length);
  let gaps = 0;
  for (let i = 0; i < training.length; i++) {
    const code = training[i] as number;
    if (code < 0) gaps++;
    else counts[code] = (counts[code] as number) + 1;
  }
  const fill = gaps === training.length ? null : fillOf(allLevels, counts, rules.missing);
  const levels = allLevels.filter((_, code) => (counts[code] as number) > 0);
  if (fill !== null && !levels.includes(fill)) levels.push(fill);
  levels.sort();
  if (levels.length === 0)
    return {
      state: { kind: 'empty', column },
      edits: [{ column, rule: 'missing: no value', count: training.length }],
    };
  const rule = rules.encodeFor(levels.length);
  const codes = recode(training, allLevels, { levels, fill });
  const fitted = encode(rule, { ...options, column, levels, codes, scale: rules.scale });
  const indicator = rules.missing.name === 'indicator' && gaps > 0;
  return {
    state: { kind: 'category', column, levels, fill, indicator, encoding: fitted.encoding },
    edits: [
      { column, rule: `missing: ${rules.missing.name}`, count: fill === null ? 0 : gaps },
      { column, rule: `encode: ${rule}`, count: training.length },
    ],
    ...(fitted.outOfFold === undefined ? {} : { outOfFold: fitted.outOfFold }),
  };
}

function encode(
  rule: EncodeRule,
  training: TargetTraining,
): Pick<CategoryState, 'encoding'> & Partial<Pick<TargetEncoding, 'outOfFold'>> {
  switch (rule) {
    case 'one_hot':
      return { encoding: fitOneHot(training) };
    case 'ordinal':
      return { encoding: fitOrdinal(training) };
    case 'frequency':
      return { encoding: fitFrequency(training) };
    case 'target':
      return fitTargetEncoding(training);
    case 'target_and_ordinal': {
      const { encoding, outOfFold } = fitTargetEncoding(training);
      const features = [...encoding.features, ...fitOrdinal(training).features];
      return { encoding: { ...encoding, features }, outOfFold };
    }
  }
}

/** Text has neither mean nor median: its most frequent level stands in, the first of them in code-unit order. */
function fillOf(levels: readonly string[], counts: Float64Array, rule: MissingRule): string | null {
  if (rule.name === 'left') return null;
  if (rule.name === 'constant') return String(rule.constant);
  let best = 0;
  for (let code = 1; code < levels.length; code++)
    if ((counts[code] as number) > (counts[best] as number)) best = code;
  return levels[best] ?? null;
}

/** Codes into a frame's levels → codes into the fitted ones: −1 = missing, −2 = unseen. */
function recode(
  codes: Int32Array,
  levels: readonly string[],
  fitted: Pick<CategoryState, 'levels' | 'fill'>,
): Int32Array {
  const fittedCode = new Map(fitted.levels.map((level, code) => [level, code]));
  const codeOf = Int32Array.from(levels, (level) => fittedCode.get(level) ?? -2);
  const missing = fitted.fill === null ? -1 : (fittedCode.get(fitted.fill) as number);
  return codes.map((code) => (code < 0 ? missing : (codeOf[code] as number)));
}

export function categoryFeatureNames({
  column,
  levels,
  indicator,
  encoding,
}: CategoryState): readonly string[] {
  const names =
    encoding.rule === 'one_hot'
      ? levels.map((level) => `${column}=${level}`)
      : encoding.features.map(({ name }) => name);
  const hasMissing = indicator || (encoding.rule === 'one_hot' && encoding.missing);
  return hasMissing ? [...names, `${column}_missing`] : names;
}

/** Per feature, how many levels its values 0, 1 … are the codes of; 0 = they are numbers, as scaled codes are. */
export function categoryLevelCounts(state: CategoryState): readonly number[] {
  const { levels, encoding } = state;
  const holdsCodes =
    encoding.rule === 'ordinal' &&
    encoding.features[0]?.values.every((value, code) => value === code) === true;
  return categoryFeatureNames(state).map((_, i) => (holdsCodes && i === 0 ? levels.length : 0));
}

/** Writes the features of the rows into `features` (zeros), in the order of `categoryFeatureNames`. */
export function categoryFeaturesInto(
  state: CategoryState,
  column: CategoryColumn,
  rows: Int32Array,
  features: readonly Float64Array[],
): void {
  const source = rows.map((row) => column.codes[row] as number);
  const codes = recode(source, column.levels, state);
  const { encoding, levels } = state;
  if (encoding.rule === 'one_hot') {
    codes.forEach((code, i) => {
      const feature = features[code === -1 ? levels.length : code];
      if (feature !== undefined) feature[i] = 1;
    });
  } else {
    encoding.features.forEach((feature, f) => {
      (features[f] as Float64Array).set(lookUp(codeValues(feature), codes));
    });
  }
  if (state.indicator) {
    const indicator = features.at(-1) as Float64Array;
    source.forEach((code, i) => {
      indicator[i] = code < 0 ? 1 : 0;
    });
  }
}
