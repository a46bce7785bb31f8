// Everything that src/kernels/kernel-calls.ts names.
export { allocate, mark, release } from './arena';
export { binColumns } from './bins';
export { createBoosting, growBoosting, startRound } from './boosting';
export { createCart, growCart } from './cart';
export { dot, gram } from './dense';
export { exponential, logarithm, sigmoidInPlace, softmaxInPlace } from './elementary';
export {
  binCutCounts,
  binCuts,
  boostingGains,
  boostingTree,
  cartGains,
  cartTree,
  treeLeafCount,
  treeNodeCount,
  treeNodes,
  treeValues,
} from './fields';
export {
  createLogistic,
  linearScores,
  logisticClassHessian,
  logisticGradient,
  logisticHessian,
} from './logistic';
export { classMoments, gaussianScores } from './naive-bayes';
export { nearestRows } from './nearest';
export {
  createNetwork,
  drawParameters,
  networkLoss,
  networkParameters,
  networkScores,
  shuffleRows,
  trainEpoch,
} from './network';
export { addTrees } from './predict';
export { residualGradient } from './residuals';
export { standardise, standardRows } from './standardise';
