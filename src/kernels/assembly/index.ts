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
export { linearScores } from './linear-scores';
export {
  createLogistic,
  logisticClassHessian,
  logisticGradient,
  logisticHessian,
} from './logistic';
export { addLoneTree, layOutTree } from './lone-tree';
export { classMoments, gaussianScores } from './naive-bayes';
export { meetRows, packQueries } from './nearest';
export { createNetwork, drawParameters, networkParameters } from './network';
export { networkScores } from './network-scores';
export { addTrees } from './predict';
export { residualGradient } from './residuals';
export { standardise, standardRows } from './standardise';
export { networkLoss, shuffleRows, trainEpoch } from './train-network';
