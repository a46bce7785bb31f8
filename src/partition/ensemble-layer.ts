import type { Score } from '../domain/metric.ts';
import { ensembleWeights, weightedSum } from '../estimators/ensemble.ts';
import { outOfFoldRows } from '../estimators/folds.ts';
import { score } from '../estimators/score.ts';
import { rowsThat } from '../frame/frame.ts';
import type { Spec } from '../spec/spec.ts';
import { rowsOutside } from './nested-choice.ts';
import { type Predictions, readLayer, writeLayerInto } from './predictions.ts';
import { rowsOfAnyLayer } from './score-candidates.ts';
import type { EnsembleFacts } from './train-facts.ts';
import { predictedRows, scoredRows, type Truth } from './truth.ts';

/** Candidates to rank, the ensemble included, which comes last. */
export function candidateCount({ candidates, ensemble }: Pick<Spec, 'candidates' | 'ensemble'>) {
  return candidates.length + (ensemble === undefined ? 0 : 1);
}

/**
 * Writes the last candidate's out-of-fold predictions: the weighted average of the others, those of a fold weighted by what
 * the other folds teach (the earlier ones, in the time scheme), so that its score is as honest as theirs. Gives what all
 * folds teach, for the model that ships; undefined where the spec asks for none. Nothing is written where fewer than two
 * candidates take part.
 */
export function ensembleLayerIn(
  predictions: Predictions,
  truth: Truth,
  folds: Uint8Array,
  spec: Spec,
): EnsembleFacts | undefined {
  const { ensemble, candidates, validate, metric } = spec;
  if (ensemble === undefined) return undefined;
  const scorable = rowsOfAnyLayer(predictions, outOfFoldRows(folds));
  const layers = [...candidates.keys()].filter(
    (layer) => predictedRows(predictions, layer, scorable).length === scorable.length,
  );
  if (layers.length < 2 || scorable.length === 0)
    return { weights: [], because: 'There are no two candidates to average.' };
  const learn = (rows: Int32Array): readonly number[] => {
    const scoreOf = (output: Float64Array): Score => score(metric, scoredRows(truth, rows, output));
    // The time scheme's first fold has nobody to learn from.
    if (rows.length === 0) return layers.map(() => 1 / layers.length);
    const outputs = layers.map((layer) => readLayer(predictions, layer, rows));
    return ensembleWeights(outputs, { metric, size: ensemble.size, scoreOf });
  };
  const final = learn(scorable);
  if (final.filter((weight) => weight > 0).length < 2)
    return { weights: [], because: 'One candidate alone is as good as any average.' };
  for (const fold of new Set(scorable.map((row) => folds[row] as number))) {
    const others =
      validate.scheme === 'time'
        ? rowsThat(scorable, (row) => (folds[row] as number) < fold)
        : rowsOutside(scorable, { folds, fold, truth });
    const rows = rowsThat(scorable, (row) => folds[row] === fold);
    const outputs = layers.map((layer) => readLayer(predictions, layer, rows));
    const average = weightedSum(outputs, learn(others));
    writeLayerInto(average, rows, candidates.length, predictions);
  }
  const weights = candidates.map((_, place) => final[layers.indexOf(place)] ?? 0);
  return { weights };
}
