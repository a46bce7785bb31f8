import type { Model } from '../../src/estimators/estimator.ts';
import { splitWord, type TreeEnsemble } from '../../src/estimators/tree-ensemble.ts';
import { createTreeModel } from '../../src/estimators/tree-model.ts';

/** A tree of scikit-learn or LightGBM: a value up to its threshold goes left; `rows` were drawn into the leaf. */
type GrownTree =
  | {
      readonly column: number;
      readonly threshold: number;
      readonly left: GrownTree;
      readonly right: GrownTree;
    }
  | { readonly value: readonly number[]; readonly rows: number };

/** What shap says of the trees: rows × columns × outputs, and the mean of each output. */
export type ShapAnswer = {
  readonly trees: readonly GrownTree[];
  readonly shares: readonly (readonly (readonly number[])[])[];
  readonly means: readonly number[];
};

/** Those very trees as a model of ours: the mean of a forest's, or the sum of boosted ones, several outputs in turns. */
export function modelOfTrees(
  trees: readonly GrownTree[],
  {
    columns,
    outputs,
    isForest,
  }: { readonly columns: number; readonly outputs: number; readonly isForest: boolean },
): Model {
  const ensemble = ensembleOf(trees, columns, outputs);
  const links = isForest ? (['value', 'shares'] as const) : (['value', 'softmax'] as const);
  return createTreeModel({
    algorithm: isForest ? 'random_forest' : 'gradient_boosting',
    classCount: outputs > 1 ? outputs : 0,
    present: Int32Array.from({ length: outputs > 1 ? outputs : 0 }, (_, k) => k),
    link: outputs > 1 ? links[1] : links[0],
    base: new Float64Array(outputs),
    factor: isForest ? 1 / trees.length : 1,
    ensemble,
    importance: new Float64Array(columns),
  });
}

/** Boosted trees of several classes come class after class, round after round. */
function ensembleOf(trees: readonly GrownTree[], columns: number, outputs: number): TreeEnsemble {
  const cuts = cutsOf(trees, columns);
  const roots: number[] = [];
  const nodes: number[] = [];
  const values: number[] = [];
  const covers: number[] = [];
  for (const tree of trees) {
    roots.push(nodes.length / 2);
    // Level by level: both children of a node stand together.
    const level = [tree];
    let next = nodes.length / 2 + 1;
    for (const node of level) {
      if ('value' in node) {
        nodes.push(0, ~covers.length);
        values.push(...node.value);
        covers.push(node.rows);
      } else {
        const cut = (cuts[node.column] as Float64Array).indexOf(node.threshold);
        nodes.push(splitWord(node.column, false, cut), next);
        level.push(node.left, node.right);
        next += 2;
      }
    }
  }
  const width = values.length / covers.length;
  return {
    columns,
    outputs,
    width,
    cuts,
    roots: Int32Array.from(roots),
    nodes: Int32Array.from(nodes),
    values: Float32Array.from(values),
    covers: Int32Array.from(covers),
    subsets: new Uint8Array(0),
  };
}

function cutsOf(trees: readonly GrownTree[], columns: number): readonly Float64Array[] {
  const found = Array.from({ length: columns }, () => new Set<number>());
  const visit = (node: GrownTree): void => {
    if ('value' in node) return;
    found[node.column]?.add(node.threshold);
    visit(node.left);
    visit(node.right);
  };
  trees.forEach(visit);
  return found.map((thresholds) => Float64Array.from(thresholds).sort());
}
