/** What we use of the ml.js packages that come without types. */

declare module 'ml-knn' {
  type Point = readonly number[];
  /** `kdTree` holds each training point with its label appended. */
  export default class KNN {
    constructor(
      points: readonly Point[],
      labels: readonly number[],
      options: { readonly k: number },
    );
    readonly kdTree: {
      /** Up to `count` pairs of point (label last) and distance. */
      nearest(point: Point, count: number): readonly (readonly [Point, number])[];
    };
  }
}

declare module 'ml-cart' {
  import type { Matrix } from 'ml-matrix';
  /** Of a leaf there are no children, and `distribution` has a share per class (one row), or the mean. */
  export type MljsNode = {
    readonly left?: MljsNode;
    readonly right?: MljsNode;
    readonly splitColumn: number;
    /** A value below it goes left. */
    readonly splitValue: number;
    readonly distribution?: Matrix | number;
  };
  type Options = {
    readonly maxDepth?: number;
    readonly minNumSamples?: number;
    readonly gainThreshold?: number;
    readonly gainFunction?: 'gini';
  };
  class Tree {
    constructor(options: Options);
    readonly root: MljsNode;
    train(rows: readonly (readonly number[])[], labels: readonly number[]): void;
    predict(rows: readonly (readonly number[])[]): number[];
  }
  export class DecisionTreeClassifier extends Tree {}
  export class DecisionTreeRegression extends Tree {}
}

declare module 'ml-random-forest' {
  import type { MljsNode } from 'ml-cart';

  type Options = {
    readonly nEstimators: number;
    /** 32 bits. */
    readonly seed: number;
    readonly noOOB: boolean;
    readonly treeOptions: { readonly maxDepth: number; readonly gainThreshold: number };
  };
  class Forest {
    constructor(options: Options);
    readonly estimators: readonly { readonly root: MljsNode }[];
    /** By tree, which column of the table each of its columns is. */
    readonly indexes: readonly (readonly number[])[];
    train(rows: readonly (readonly number[])[], labels: readonly number[]): void;
  }
  export class RandomForestClassifier extends Forest {}
  export class RandomForestRegression extends Forest {}
}

declare module 'libsvm-js/src/loadSVM.js' {
  type Options = {
    readonly [option: string]: string | number | boolean;
  };
  export type Svm = {
    train(rows: readonly (readonly number[])[], labels: readonly number[]): void;
    getSVIndices(): readonly number[];
    serializeModel(): string;
    predictOneProbability(row: readonly number[]): {
      readonly estimates: readonly { readonly label: number; readonly probability: number }[];
    };
    predictOne(row: readonly number[]): number;
    free(): void;
  };
  /** The class of one instance of the compiled library. */
  export default function loadSvm(libsvm: unknown): new (options: Options) => Svm;
}
