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
