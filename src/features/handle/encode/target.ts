import type { Target } from '../../../estimators/estimator.ts';
import { seededOrder } from '../../seeded-order.ts';
import type { CodeEncoding, CodeFeature } from '../state.ts';
import { scaledFeature } from './code-feature.ts';
import type { TrainingLevels } from './training-levels.ts';

/** A level's mean counts as if this many rows of the overall mean came with it (m-estimate; Micci-Barreca 2001). */
const PRIOR_ROWS = 10;
/** Parts of the training rows: each row's own feature comes from the other parts. */
const PARTS = 5;

export type TargetTraining = TrainingLevels & {
  /** Of the training rows only. */
  readonly target: Target;
  readonly weights: Float64Array | undefined;
  readonly seed: bigint;
};

export type TargetEncoding = {
  readonly encoding: CodeEncoding;
  /** Per feature, the values that training rows get: from rows of other parts, so that no row sees its own target. */
  readonly outOfFold: readonly Float64Array[];
};

/**
 * The smoothed mean of the target per level: (Σ w·y + m·prior) ÷ (Σ w + m). Of two classes the share of the second, of
 * more the share of each. Missing is a level too; an unseen level has the prior.
 */
export function fitTargetEncoding(training: TargetTraining): TargetEncoding {
  const parts = partsOf(training.codes.length, training.seed);
  const fitted = responsesOf(training).map(({ name, response }) => {
    const sums = sumsByPart(training, response, parts);
    const whole = meansOf(sums, training.levels.length);
    const { feature, rescale } = scaledFeature({ name, ...whole }, training);
    const outOfFold = new Float64Array(training.codes.length);
    for (let part = 0; part < PARTS; part++) {
      const others = meansOf(sums, training.levels.length, part);
      for (let i = 0; i < parts.length; i++) {
        if (parts[i] !== part) continue;
        const code = training.codes[i] as number;
        outOfFold[i] = rescale((code < 0 ? others.missing : others.values[code]) as number);
      }
    }
    return { feature, outOfFold };
  });
  return {
    encoding: { rule: 'target', features: fitted.map(({ feature }) => feature) },
    outOfFold: fitted.map(({ outOfFold }) => outOfFold),
  };
}

type Response = { readonly name: string; readonly response: Float64Array };

function responsesOf({ column, target }: TargetTraining): readonly Response[] {
  const name = `${column}_target`;
  if (target.kind === 'values') return [{ name, response: target.values }];
  const { codes, classes } = target;
  const isClass = (wanted: number) => {
    const response = new Float64Array(codes.length);
    for (let i = 0; i < codes.length; i++) response[i] = codes[i] === wanted ? 1 : 0;
    return response;
  };
  if (classes.length <= 2) return [{ name, response: isClass(1) }];
  return classes.map((label, code) => ({ name: `${name}=${label}`, response: isClass(code) }));
}

function partsOf(rowCount: number, seed: bigint): Uint8Array {
  const places = new Int32Array(rowCount);
  for (let i = 0; i < rowCount; i++) places[i] = i;
  const order = seededOrder(places, seed);
  const parts = new Uint8Array(rowCount);
  for (let rank = 0; rank < rowCount; rank++) parts[order[rank] as number] = rank % PARTS;
  return parts;
}

/** [part][level] → Σ w·y and Σ w; the last level is "missing". */
type Sums = {
  readonly responses: readonly Float64Array[];
  readonly weights: readonly Float64Array[];
};

function sumsByPart(
  { codes, levels, weights }: TargetTraining,
  response: Float64Array,
  parts: Uint8Array,
): Sums {
  const empty = () => Array.from({ length: PARTS }, () => new Float64Array(levels.length + 1));
  const sums: Sums = { responses: empty(), weights: empty() };
  for (let i = 0; i < codes.length; i++) {
    const part = parts[i] as number;
    const code = codes[i] as number;
    const level = code < 0 ? levels.length : code;
    const weight = weights === undefined ? 1 : (weights[i] as number);
    const [responseSums, weightSums] = [sums.responses[part], sums.weights[part]] as [
      Float64Array,
      Float64Array,
    ];
    responseSums[level] = (responseSums[level] as number) + weight * (response[i] as number);
    weightSums[level] = (weightSums[level] as number) + weight;
  }
  return sums;
}

/** Over all parts but `without`. */
function meansOf(sums: Sums, levelCount: number, without?: number): Omit<CodeFeature, 'name'> {
  const add = (parts: readonly Float64Array[]) => {
    const total = new Float64Array(levelCount + 1);
    parts.forEach((part, p) => {
      if (p !== without)
        for (let level = 0; level <= levelCount; level++)
          total[level] = (total[level] as number) + (part[level] as number);
    });
    return total;
  };
  const [responses, weights] = [add(sums.responses), add(sums.weights)];
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  const weight = sum(weights);
  const prior = weight > 0 ? sum(responses) / weight : 0;
  const means = Array.from(
    responses,
    (response, level) =>
      (response + PRIOR_ROWS * prior) / ((weights[level] as number) + PRIOR_ROWS),
  );
  return { values: means.slice(0, -1), missing: means.at(-1) ?? prior, unseen: prior };
}
