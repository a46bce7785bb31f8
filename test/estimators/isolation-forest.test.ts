import { describe, expect, it } from 'vitest';
import { FitStopped } from '../../src/estimators/estimator.ts';
import {
  fitIsolation,
  isolationForest,
  isolationScores,
} from '../../src/estimators/isolation-forest.ts';
import { meanPath } from '../../src/estimators/isolation-trees.ts';
import { loadModel } from '../../src/estimators/registry.ts';
import { score } from '../../src/estimators/score.ts';
import { oracleAnswers } from '../support/oracle-answers.ts';
import { classes, matrixOf } from '../support/tables.ts';

type Answers = {
  readonly anomalies: {
    readonly columns: readonly (readonly number[])[];
    readonly labels: readonly number[];
    /** The mean of ten forests, and how far one is from it. */
    readonly scores: readonly number[];
    readonly scoreDeviation: number;
    readonly rocAuc: readonly number[];
    readonly threshold: number;
  };
};

/** Made by `fixtures/sklearn/make-unsupervised.py`. */
const { anomalies } = oracleAnswers('unsupervised') as Answers;
const X = matrixOf(anomalies.columns);
const Y = classes(anomalies.labels, ['ordinary', 'strange']);
const DEFAULTS = { trees: 100, sample: 256, contamination: 'auto' } as const;
const poll = () => undefined;
const forests = Array.from({ length: 10 }, (_, i) =>
  fitIsolation(X, DEFAULTS, { seed: BigInt(i), poll }),
);
const scores = forests.map((forest) => isolationScores(forest, X));
const mean = (of: readonly number[]) => of.reduce((sum, one) => sum + one, 0) / of.length;

function rocAuc(of: Float64Array): number {
  const probabilities = Float64Array.from({ length: 2 * of.length }, (_, i) => {
    const value = of[i >> 1] as number;
    return i % 2 === 1 ? value : 1 - value;
  });
  return score('roc_auc', { kind: 'classes', truth: Y.codes, probabilities, classes: Y.classes })
    .value as number;
}

describe('an isolation forest beside scikit-learn’s', () => {
  it('finds anomalies as well', () => {
    expect(Math.abs(mean(scores.map(rocAuc)) - mean(anomalies.rocAuc))).toBeLessThan(0.01);
  });

  it('gives each row the same score, but for the chance of its trees', () => {
    const differences = anomalies.scores.map((theirs, row) =>
      Math.abs(mean(scores.map((one) => one[row] as number)) - theirs),
    );
    // Both sides are means of ten forests.
    expect(mean(differences)).toBeLessThan(anomalies.scoreDeviation * Math.sqrt(2 / 10) * 1.5);
  });

  it('begins where the asked share of the rows lies above', () => {
    const cut = forests.map((_, i) =>
      fitIsolation(X, { ...DEFAULTS, contamination: 0.05 }, { seed: BigInt(i), poll }),
    );
    expect(
      Math.abs(mean(cut.map(({ threshold }) => threshold)) - anomalies.threshold),
    ).toBeLessThan(0.01);
    for (const forest of cut) {
      const above = isolationScores(forest, X).filter((one) => one > forest.threshold);
      expect(above).toHaveLength(20);
    }
  });

  it('measures paths by what a random search tree has', () => {
    expect([0, 1, 2].map(meanPath)).toEqual([0, 0, 1]);
    expect(meanPath(256)).toBeCloseTo(10.2447709, 6);
  });
});

describe('an isolation forest', () => {
  const parameters = isolationForest.parameters.parse({ contamination: 0.05, anomaly: 'strange' });
  const fit = (seed = 7n, labels = Y) => isolationForest.fit(X, labels, parameters, { seed });

  it('never looks at labels', () => {
    const others = classes(
      anomalies.labels.map((_, i) => i % 2),
      Y.classes,
    );
    expect(fit(7n, others).toBytes()).toEqual(fit().toBytes());
  });

  it('gives the same bytes for the same seed, and others for another', () => {
    expect(fit().toBytes()).toEqual(fit().toBytes());
    expect(fit(8n).toBytes()).not.toEqual(fit().toBytes());
  });

  it('predicts the same after its bytes were loaded, and refuses others', () => {
    const model = fit();
    const bytes = model.toBytes();
    const loaded = loadModel(bytes);
    expect(loaded.predictProbabilities?.(X)).toEqual(model.predictProbabilities?.(X));
    for (let at = 0; at < bytes.length; at += Math.floor(bytes.length / 100)) {
      expect(() => loadModel(bytes.slice(0, at))).toThrow();
      expect(() => loadModel(bytes.map((byte, i) => (i === at ? byte ^ 0x55 : byte)))).toThrow();
    }
  });

  it('calls the asked share anomalies, whichever label marks them', () => {
    expect(
      fit()
        .predict(X)
        .filter((code) => code === 1),
    ).toHaveLength(20);
    const marked = { ...parameters, anomaly: 'ordinary' };
    const turned = isolationForest.fit(X, Y, marked, { seed: 7n });
    expect(turned.predict(X).filter((code) => code === 0)).toHaveLength(20);
  });

  it('stays sound where there is nothing to tell rows apart, and with one row', () => {
    for (const x of [matrixOf([[1, 1, 1, 1]]), matrixOf([[5]])]) {
      const y = classes(
        Array.from({ length: x.rowCount }, () => 0),
        Y.classes,
      );
      const chances = isolationForest.fit(x, y, parameters, { seed: 1n }).predictProbabilities?.(x);
      expect(chances?.every((chance) => chance >= 0 && chance <= 1)).toBe(true);
    }
  });

  it('ends when it is asked to stop', () => {
    const stop = Int32Array.of(1);
    expect(() => isolationForest.fit(X, Y, parameters, { seed: 1n, stop })).toThrow(FitStopped);
  });
});
