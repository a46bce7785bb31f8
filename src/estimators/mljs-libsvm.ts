import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import loadSvm, { type Svm } from 'libsvm-js/src/loadSVM.js';
import { Failure } from '../domain/failure.ts';

/** What libsvm found: `SVC` with one decision per pair of classes, or `SVR` with one. */
export type SvmSolution = {
  /** Numbers of the rows that are support vectors, class after class. */
  readonly vectors: readonly number[];
  /** Support vectors per class; one count for a regression. */
  readonly counts: readonly number[];
  /** (classes − 1, at least 1) rows of one coefficient per support vector. */
  readonly coefficients: readonly (readonly number[])[];
  /** Per pair (0,1), (0,2) … (1,2) …: subtracted from the decision. */
  readonly offsets: readonly number[];
  /** Per pair: P = 1 ÷ (1 + exp(slope·decision + shift)) (Platt); empty for a regression. */
  readonly slopes: readonly number[];
  readonly shifts: readonly number[];
};

export type SvmProblem = {
  /** Classes are 0, 1 … in that order in `labels`. */
  readonly kind: 'classes' | 'values';
  readonly rows: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly cost: number;
  readonly gamma: number;
  /** Half width of the tube without loss (regression). */
  readonly epsilon: number;
};

/** Trains by libsvm (C-SVC or ε-SVR, RBF kernel). Throws `Failure('limit-exceeded')` when its memory ends. */
export function trainSvm(problem: SvmProblem): SvmSolution {
  const svm = createSvm(problem);
  try {
    svm.train(problem.rows, problem.labels);
    return readSolution(svm.serializeModel(), svm.getSVIndices(), problem);
  } catch (error) {
    if (error instanceof Error) throw error;
    // The compiled library throws texts.
    throw new Failure(
      'limit-exceeded',
      `libsvm gave up on ${problem.rows.length} rows (${String(error)}); train fewer rows or another algorithm.`,
    );
  }
}

/**
 * An untrained machine in an instance of libsvm of its own: the library shuffles rows with one stream of random numbers
 * and never gives memory back, so with a shared one a fit would depend on the fits before it.
 */
export function createSvm({
  kind,
  cost,
  gamma,
  epsilon,
}: Omit<SvmProblem, 'rows' | 'labels'>): Svm {
  const Machine = loadSvm(instantiate());
  return new Machine({
    type: kind === 'classes' ? '0' : '3',
    kernel: '2',
    cost,
    gamma,
    epsilon,
    probabilityEstimates: kind === 'classes',
    // Megabytes.
    cacheSize: 100,
    quiet: true,
  });
}

type Compiled = (
  exports: object,
  module: { exports: unknown },
  folder: string,
  hidden: undefined,
  alsoHidden: undefined,
  console: object,
) => void;

let compiled: Compiled | undefined;

/**
 * One more instance of the compiled library (asm.js: made at once, no file or network at run time). It is compiled once
 * per thread and sees neither `process`, where it would install a handler that ends the process on any unhandled
 * rejection, nor `require`, nor the console. Without them it takes its `Math.random` path for /dev/random, which libsvm
 * never reads.
 */
function instantiate(): unknown {
  compiled ??= compile();
  const module = { exports: {} as unknown };
  const silent = { log: ignore, warn: ignore };
  compiled({}, module, '', undefined, undefined, silent);
  return module.exports;
}

function compile(): Compiled {
  const filename = createRequire(import.meta.url).resolve('libsvm-js/out/asm/libsvm.js');
  const parameters = ['exports', 'module', '__dirname', 'process', 'require', 'console'];
  return compileFunction(readFileSync(filename, 'utf8'), parameters, { filename }) as Compiled;
}

function ignore(): void {}

/** libsvm's own text of a model: named lines of numbers, then one line per support vector. */
function readSolution(text: string, vectors: readonly number[], { kind }: SvmProblem): SvmSolution {
  const [head, body] = text.split('\nSV\n') as [string, string];
  const fields = new Map(
    head.split('\n').map((line) => {
      const [name, ...values] = line.trim().split(' ');
      return [name, values.map(numberOf)];
    }),
  );
  const counts = fields.get('nr_sv') ?? [vectors.length];
  const lines = body.split('\n').filter((line) => line !== '');
  const width = kind === 'classes' ? counts.length - 1 : 1;
  const leading = lines.map((line) => line.split(' ', width).map(numberOf));
  return {
    vectors,
    counts,
    coefficients: Array.from({ length: width }, (_, k) => leading.map((row) => row[k] as number)),
    offsets: fields.get('rho') ?? [],
    slopes: fields.get('probA') ?? [],
    shifts: fields.get('probB') ?? [],
  };
}

/** −0 becomes 0. */
function numberOf(text: string): number {
  return Number(text) + 0;
}
