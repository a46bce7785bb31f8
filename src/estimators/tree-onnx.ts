import type { OnnxGraph, Value } from '../onnx/graph.ts';
import { doubles, type Tensor } from '../onnx/tensor.ts';
import { firstSubsets, levelsOf, nodeAt, type TreeEnsemble } from './tree-ensemble.ts';

/** Modes of a node. */
const AT_MOST = 0;
const IN_SET = 6;
const SUM = 1;
const NO_LEVEL = -1;

/** rows × outputs: Σ of the leaves that each row reaches. A leaf of ONNX has one number: a forest has a copy per output. */
export function sumLeavesInOnnx(graph: OnnxGraph, x: Value, ensemble: TreeEnsemble): Value {
  const table = new TreeTable(ensemble);
  ensemble.roots.forEach((_, t) => {
    for (let k = 0; k < ensemble.width; k++) table.addTree(t, k);
  });
  return graph.node('TreeEnsemble', [x], table.attributes());
}

/** The operator's attributes: parallel lists over inner nodes and over leaves. */
class TreeTable {
  private readonly ensemble: TreeEnsemble;
  private readonly subsets: Int32Array;
  private readonly roots: number[] = [];
  private readonly columns: number[] = [];
  private readonly modes: number[] = [];
  private readonly thresholds: number[] = [];
  private readonly missingLeft: number[] = [];
  private readonly members: number[] = [];
  private readonly sides = { left: [] as number[], right: [] as number[] };
  private readonly isLeaf = { left: [] as number[], right: [] as number[] };
  private readonly targets: number[] = [];
  private readonly weights: number[] = [];

  constructor(ensemble: TreeEnsemble) {
    this.ensemble = ensemble;
    this.subsets = firstSubsets(ensemble);
    // An operator without a tree is none: a leaf of 0 stands for it.
    if (ensemble.roots.length === 0) this.addStump(0, 0);
  }

  addTree(t: number, k: number): void {
    const { ensemble } = this;
    const root = ensemble.roots[t] as number;
    const end = ensemble.roots[t + 1] ?? ensemble.nodes.length / 2;
    const target = ((t * ensemble.width) % ensemble.outputs) + k;
    const places = this.placesOf(root, end);
    const first = nodeAt(ensemble, root);
    if (first.kind === 'leaf') return this.addStump(target, this.valueOf(first.leaf, k));
    this.roots.push(this.columns.length);
    for (let i = root; i < end; i++) {
      const node = nodeAt(ensemble, i);
      if (node.kind === 'leaf') {
        this.targets.push(target);
        this.weights.push(this.valueOf(node.leaf, k));
        continue;
      }
      this.columns.push(node.column);
      this.missingLeft.push(node.missingLeft ? 1 : 0);
      const cuts = ensemble.cuts[node.column] as Float64Array;
      if (node.kind === 'split') {
        this.modes.push(AT_MOST);
        this.thresholds.push(cuts[node.cut] ?? Number.POSITIVE_INFINITY);
      } else {
        this.modes.push(IN_SET);
        this.thresholds.push(0);
        const subset = (this.subsets[t] as number) + node.subset;
        const levels = levelsOf(ensemble, subset, cuts.length + 1);
        // A set may not be empty; only missing values go left then.
        this.members.push(...(levels.length > 0 ? levels : [NO_LEVEL]), Number.NaN);
      }
      this.addSide('left', places, node.left - root);
      this.addSide('right', places, node.left + 1 - root);
    }
  }

  attributes(): { readonly [name: string]: number | readonly number[] | Tensor } {
    const flags = (values: readonly number[]): Tensor => ({
      kind: 'uint8',
      dims: [values.length],
      values: Uint8Array.from(values),
    });
    return {
      n_targets: this.ensemble.outputs,
      aggregate_function: SUM,
      post_transform: 0,
      tree_roots: this.roots,
      nodes_featureids: this.columns,
      nodes_modes: flags(this.modes),
      nodes_splits: doubles(this.thresholds),
      nodes_truenodeids: this.sides.left,
      nodes_trueleafs: this.isLeaf.left,
      nodes_falsenodeids: this.sides.right,
      nodes_falseleafs: this.isLeaf.right,
      nodes_missing_value_tracks_true: this.missingLeft,
      ...(this.members.length > 0 && { membership_values: doubles(this.members) }),
      leaf_targetids: this.targets,
      leaf_weights: doubles(this.weights),
    };
  }

  /** Both ways lead to the one leaf. */
  private addStump(target: number, value: number): void {
    this.roots.push(this.columns.length);
    this.columns.push(0);
    this.modes.push(AT_MOST);
    this.thresholds.push(0);
    this.missingLeft.push(0);
    for (const side of ['left', 'right'] as const) {
      this.sides[side].push(this.targets.length);
      this.isLeaf[side].push(1);
    }
    this.targets.push(target);
    this.weights.push(value);
  }

  /** Where each node of a tree will stand: in the list of inner nodes, or (negative, less 1) in that of leaves. */
  private placesOf(root: number, end: number): Int32Array {
    let inner = this.columns.length;
    let leaf = this.targets.length;
    return Int32Array.from({ length: end - root }, (_, i) =>
      nodeAt(this.ensemble, root + i).kind === 'leaf' ? ~leaf++ : inner++,
    );
  }

  private addSide(side: 'left' | 'right', places: Int32Array, node: number): void {
    const place = places[node] as number;
    this.sides[side].push(place < 0 ? ~place : place);
    this.isLeaf[side].push(place < 0 ? 1 : 0);
  }

  private valueOf(leaf: number, k: number): number {
    return this.ensemble.values[leaf * this.ensemble.width + k] as number;
  }
}
