import type { Candidate } from '../spec/spec.ts';

/** What the time of a fit grows with. */
export type FitSize = {
  readonly rows: number;
  readonly features: number;
  readonly classes: number;
};

/** Of boosting, where its parameters don't say otherwise. */
const MIN_LEAF = 20;
const MAX_BINS = 255;
/** A leaf that boosting can't divide has so many times the least rows, more or less. */
const LEAF_ROWS = 1.5;

/** Units of work of one fit, predicting its own rows included, by textbook complexity. */
type Work = (size: FitSize, parameters: Candidate['parameters']) => number;

const amount = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;
const outputs = (classes: number): number => (classes > 2 ? classes : 1);
const depth = (rows: number): number => Math.log2(rows + 2);

const perRow: Work = ({ rows }) => rows;
const perCell: Work = ({ rows, features }) => rows * features;
const perPair: Work = ({ rows, features }) => rows * features ** 2;
const perOutput: Work = (size) => perCell(size, {}) * outputs(size.classes);
const neighbours: Work = ({ rows, features }) => rows ** 2 * features;
const tree: Work = (size) => perCell(size, {}) * depth(size.rows);
/** Of numbers every column is tried, and leaves are larger: twice the work, not √features times. */
const forest: Work = ({ rows, features, classes }, { trees }) =>
  amount(trees, 100) * rows * Math.sqrt(features) * depth(rows) * (classes === 0 ? 2 : 1);
/** Each row of every column goes into a histogram, and each leaf has a histogram of every column to look through. */
const boosting: Work = ({ rows, features, classes }, { rounds, leaves, min_leaf, max_bins }) => {
  const grown = Math.min(amount(leaves, 31), 1 + rows / (LEAF_ROWS * amount(min_leaf, MIN_LEAF)));
  const looked = amount(max_bins, MAX_BINS) * grown;
  return amount(rounds, 100) * outputs(classes) * features * (rows + looked);
};
/** Trees are grown on few rows, and all rows go down each of them. */
const isolation: Work = ({ rows }, { trees, sample }) => {
  const grownOn = Math.min(amount(sample, 256), rows);
  return amount(trees, 100) * (rows + grownOn) * depth(grownOn);
};
/** Epochs end early more often than not. */
const network: Work = ({ rows, features, classes }, { units, layers, max_epochs }) => {
  const width = amount(units, 32);
  const weights = width * (features + outputs(classes) + width * (amount(layers, 1) - 1));
  return (amount(max_epochs, 200) / 2) * rows * weights;
};

/**
 * Nanoseconds per unit of work, measured on one core of a 2026 server by `npm run bench -- fit-costs`. How long a fit takes
 * depends on the data, too, so that one fit is told to a factor of three or so: minutes from hours, no more.
 */
const COSTS: { readonly [algorithm: string]: { readonly work: Work; readonly ns: number } } = {
  baseline: { work: perRow, ns: 20 },
  seasonal_naive: { work: perRow, ns: 20 },
  drift: { work: perRow, ns: 300 },
  linear: { work: perPair, ns: 0.5 },
  ridge: { work: perPair, ns: 0.3 },
  lasso: { work: perPair, ns: 0.4 },
  elastic_net: { work: perPair, ns: 0.3 },
  naive_bayes: { work: perCell, ns: 15 },
  logistic: { work: perOutput, ns: 20 },
  knn: { work: neighbours, ns: 0.25 },
  decision_tree: { work: tree, ns: 9 },
  random_forest: { work: forest, ns: 6 },
  extra_trees: { work: forest, ns: 11 },
  isolation_forest: { work: isolation, ns: 20 },
  gradient_boosting: { work: boosting, ns: 2 },
  svm: { work: perOutput, ns: 50 },
  mlp: { work: network, ns: 0.6 },
  'mljs/linear': { work: perPair, ns: 20 },
  'mljs/pls': { work: perCell, ns: 2000 },
  'mljs/knn': { work: neighbours, ns: 30 },
  'mljs/svm': { work: neighbours, ns: 50 },
  'mljs/cart': { work: neighbours, ns: 50 },
  'mljs/random_forest': {
    work: (size, { trees }) => amount(trees, 25) * neighbours(size, {}),
    ns: 25,
  },
};
/** Where nothing is known of an algorithm. */
const UNKNOWN = { work: tree, ns: 400 };
/** Every fit costs this, however few its rows: they are made ready for it, and what it predicts is scored. */
const LEAST_MS = 0.5;

/** Nanoseconds per unit of work of an algorithm. */
export function nanosecondsOf(algorithm: string): number {
  return (COSTS[algorithm] ?? UNKNOWN).ns;
}

/** Milliseconds of one fit on one core, by its algorithm's complexity. */
export function fitCostMs(candidate: Candidate, size: FitSize): number {
  return LEAST_MS + workMs(candidate, size);
}

/** Whether a fit is more than what is done around it. */
export function isMostlyWork(candidate: Candidate, size: FitSize): boolean {
  return workMs(candidate, size) > LEAST_MS;
}

function workMs({ algorithm, parameters }: Candidate, size: FitSize): number {
  const { work, ns } = COSTS[algorithm] ?? UNKNOWN;
  return (work(size, parameters) * ns) / 1e6;
}
