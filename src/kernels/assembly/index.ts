// Everything that src/kernels/kernel-calls.ts names.
export { allocate, mark, release } from './arena';
export { binColumns } from './bins';
export {
  bindColumns,
  createBoosting,
  createObjective,
  groupLevels,
  heldOutLoss,
  holdOut,
  sample,
  startRound,
} from './boosting';
export { createCart, growCart } from './cart';
export { dot, gram } from './dense';
export {
  exponential,
  exponentialInPlace,
  logarithm,
  sigmoidInPlace,
  softmaxInPlace,
} from './elementary';
export {
  binCutCounts,
  binCuts,
  boostingGains,
  boostingTree,
  cartGains,
  cartTree,
  treeCovers,
  treeLeafCount,
  treeNodeCount,
  treeNodes,
  treeSubsetCount,
  treeSubsets,
  treeValues,
} from './fields';
export { growBoosting } from './grow-boosting';
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
