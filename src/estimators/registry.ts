import { ENSEMBLE } from '../domain/ensemble.ts';
import { Failure } from '../domain/failure.ts';
import type { AskedTask } from '../domain/metric.ts';
import { baseline } from './baseline.ts';
import { drift, seasonalNaive } from './carried-value.ts';
import { decisionTree } from './decision-tree.ts';
import { elasticNet } from './elastic-net.ts';
import { loadEnsemble } from './ensemble-model.ts';
import type { Estimator, Model } from './estimator.ts';
import { extraTrees } from './extra-trees.ts';
import { gradientBoosting } from './gradient-boosting.ts';
import { isolationForest } from './isolation-forest.ts';
import { knn } from './knn.ts';
import { lasso } from './lasso.ts';
import { linear } from './linear.ts';
import { logistic } from './logistic.ts';
import { mljsEstimators } from './mljs.ts';
import { mlp } from './mlp.ts';
import { algorithmOf } from './model-bytes.ts';
import { naiveBayes } from './naive-bayes.ts';
import { randomForest } from './random-forest.ts';
import { ridge } from './ridge.ts';
import { loadSteps, STEPS } from './step-model.ts';
import { svm } from './svm.ts';

/** Every algorithm, simplest first: ties between scores go to the earlier one. Adding one = one file and one line here. */
export const registry: readonly Estimator[] = Object.freeze([
  baseline,
  seasonalNaive,
  drift,
  linear,
  ridge,
  lasso,
  elasticNet,
  naiveBayes,
  logistic,
  svm,
  knn,
  decisionTree,
  ...mljsEstimators,
  isolationForest,
  randomForest,
  extraTrees,
  gradientBoosting,
  mlp,
]);

const byId: ReadonlyMap<string, Estimator> = new Map(
  registry.map((estimator) => [estimator.id, estimator]),
);

export function findEstimator(id: string): Estimator | undefined {
  return byId.get(id);
}

/** The model that any estimator's `toBytes` wrote, those of a direct forecast's steps, or an ensemble of such. Throws `Failure('corrupt-object')`. */
export function loadModel(bytes: Uint8Array): Model {
  return algorithmOf(bytes) === ENSEMBLE
    ? loadEnsemble(bytes, loadCandidate)
    : loadCandidate(bytes);
}

function loadCandidate(bytes: Uint8Array): Model {
  return algorithmOf(bytes) === STEPS ? loadSteps(bytes, loadFitted) : loadFitted(bytes);
}

function loadFitted(bytes: Uint8Array): Model {
  const algorithm = algorithmOf(bytes);
  const estimator = findEstimator(algorithm);
  if (estimator === undefined)
    throw new Failure(
      'corrupt-object',
      `The bytes name the algorithm "${algorithm}", which this version does not have.`,
    );
  return estimator.load(bytes);
}

/** Whether it does what is asked: whatever predicts numbers can forecast. */
export function doesTask({ tasks }: Pick<Estimator, 'tasks'>, task: AskedTask): boolean {
  return tasks.includes(task) || (task === 'forecast' && tasks.includes('regression'));
}
