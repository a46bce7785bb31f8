/** Address in the kernels' memory, in bytes; 0 = nothing. */
export type Pointer = number;

/** What `assembly/index.ts` exports; the functions are explained where they are defined. */
export type KernelCalls = {
  allocate(bytes: number): Pointer;
  mark(): Pointer;
  release(to: Pointer): void;

  binColumns(x: Pointer, rows: number, columns: number, maxBins: number, levels: Pointer): Pointer;
  binCuts(bins: Pointer): Pointer;
  binCutCounts(bins: Pointer): Pointer;

  createCart(
    bins: Pointer,
    target: Pointer,
    weights: Pointer,
    classes: number,
    columnsPerSplit: number,
    leastWeight: number,
    maxDepth: number,
    bootstrap: boolean,
    drawsCuts: boolean,
  ): Pointer;
  growCart(cart: Pointer, seed: bigint, stream: bigint): void;
  cartTree(cart: Pointer): Pointer;
  cartGains(cart: Pointer): Pointer;

  createObjective(
    kind: number,
    outputs: number,
    shape: number,
    rows: number,
    target: Pointer,
    weights: Pointer,
    base: Pointer,
  ): Pointer;
  createBoosting(
    bins: Pointer,
    objective: Pointer,
    learningRate: number,
    maxLeaves: number,
    leastRows: number,
    l2: number,
  ): Pointer;
  bindColumns(boosting: Pointer, directions: Pointer): void;
  groupLevels(boosting: Pointer, smoothing: number, groupRows: number): void;
  holdOut(boosting: Pointer, seed: bigint, share: number, strata: number): number;
  sample(boosting: Pointer, seed: bigint, rowShare: number, columns: number): void;
  startRound(boosting: Pointer): void;
  growBoosting(boosting: Pointer, output: number): number;
  heldOutLoss(boosting: Pointer): number;
  boostingTree(boosting: Pointer): Pointer;
  boostingGains(boosting: Pointer): Pointer;

  treeNodeCount(tree: Pointer): number;
  treeLeafCount(tree: Pointer): number;
  treeNodes(tree: Pointer): Pointer;
  treeValues(tree: Pointer): Pointer;
  treeCovers(tree: Pointer): Pointer;
  treeSubsetCount(tree: Pointer): number;
  treeSubsets(tree: Pointer): Pointer;

  addTrees(
    nodes: Pointer,
    nodeCount: number,
    roots: Pointer,
    treeCount: number,
    values: Pointer,
    width: number,
    outputs: number,
    cuts: Pointer,
    cutStarts: Pointer,
    cutCounts: Pointer,
    x: Pointer,
    rows: number,
    columns: number,
    subsets: Pointer,
    firstSubsets: Pointer,
    out: Pointer,
  ): void;
  layOutTree(nodes: Pointer, nodeCount: number, cuts: Pointer, cutStarts: Pointer): Pointer;
  addLoneTree(
    nodes: Pointer,
    laidOut: Pointer,
    values: Pointer,
    width: number,
    x: Pointer,
    rows: number,
    out: Pointer,
  ): void;

  standardise(
    x: Pointer,
    rows: number,
    columns: number,
    weights: Pointer,
    out: Pointer,
    centres: Pointer,
    scales: Pointer,
  ): void;
  gram(x: Pointer, rows: number, columns: number, weights: Pointer, out: Pointer): void;
  residualGradient(
    x: Pointer,
    rows: number,
    columns: number,
    target: Pointer,
    weights: Pointer,
    w: Pointer,
    tube: number,
    isOneSided: boolean,
    gradient: Pointer,
    active: Pointer,
  ): void;
  dot(a: Pointer, b: Pointer, count: number): number;
  exponential(x: number): number;
  logarithm(x: number): number;
  exponentialInPlace(values: Pointer, count: number): void;
  sigmoidInPlace(values: Pointer, count: number): void;
  softmaxInPlace(scores: Pointer, rows: number, classes: number): void;

  createLogistic(
    x: Pointer,
    rows: number,
    columns: number,
    target: Pointer,
    weights: Pointer,
    outputs: number,
  ): Pointer;
  logisticGradient(problem: Pointer, w: Pointer, gradient: Pointer): void;
  logisticHessian(problem: Pointer, out: Pointer): void;
  logisticClassHessian(problem: Pointer, klass: number, out: Pointer): void;
  linearScores(
    x: Pointer,
    rows: number,
    columns: number,
    w: Pointer,
    offsets: Pointer,
    outputs: number,
    out: Pointer,
  ): void;

  classMoments(
    x: Pointer,
    rows: number,
    columns: number,
    codes: Pointer,
    weights: Pointer,
    classes: number,
    units: Pointer,
    centres: Pointer,
    totals: Pointer,
    sums: Pointer,
    squares: Pointer,
  ): void;
  gaussianScores(
    x: Pointer,
    rows: number,
    columns: number,
    classes: number,
    priors: Pointer,
    means: Pointer,
    deviations: Pointer,
    offsets: Pointer,
    out: Pointer,
  ): void;

  packQueries(queries: Pointer, count: number, columns: number): Pointer;
  meetRows(
    block: Pointer,
    rows: number,
    firstRow: number,
    columns: number,
    queries: Pointer,
    count: number,
    k: number,
    found: Pointer,
    distances: Pointer,
  ): void;

  standardRows(
    x: Pointer,
    rows: number,
    from: number,
    count: number,
    columns: number,
    centres: Pointer,
    scales: Pointer,
    out: Pointer,
  ): void;
  createNetwork(sizes: Pointer, layers: number, batch: number): Pointer;
  networkParameters(network: Pointer): Pointer;
  drawParameters(network: Pointer, seed: bigint): void;
  shuffleRows(rows: Pointer, count: number, seed: bigint, stream: bigint): void;
  networkScores(
    network: Pointer,
    x: Pointer,
    rows: number,
    centres: Pointer,
    scales: Pointer,
    out: Pointer,
  ): void;
  networkLoss(
    network: Pointer,
    x: Pointer,
    target: Pointer,
    weights: Pointer,
    order: Pointer,
    count: number,
  ): number;
  trainEpoch(
    network: Pointer,
    x: Pointer,
    target: Pointer,
    weights: Pointer,
    order: Pointer,
    count: number,
    learningRate: number,
    l2: number,
  ): void;
};
