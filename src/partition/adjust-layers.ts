import { type Adjustment, adjust, fitAdjustments } from '../estimators/adjustment.ts';
import { outOfFoldRows } from '../estimators/folds.ts';
import { rowsThat } from '../frame/frame.ts';
import type { Spec } from '../spec/spec.ts';
import { rowsOutside } from './nested-choice.ts';
import { type Predictions, readLayer, writeLayerInto } from './predictions.ts';
import { rowsOfAnyLayer } from './score-candidates.ts';
import { predictedRows, scoredRows, type Truth } from './truth.ts';

export function isAdjusting({ probabilities: asked }: Spec): boolean {
  return asked !== undefined && (asked.calibrate !== 'none' || asked.threshold !== 'half');
}

/**
 * Replaces the out-of-fold predictions of every candidate by calibrated ones with their threshold at one half: those of a
 * fold by what the other folds teach (the earlier ones, in the time scheme). Gives per candidate what all folds teach,
 * for the model that ships. Nothing where nothing is asked, and for candidates that failed.
 */
export function adjustLayersIn(
  predictions: Predictions,
  truth: Truth,
  folds: Uint8Array,
  spec: Spec,
): readonly (readonly Adjustment[])[] {
  const { probabilities: asked, validate, metric } = spec;
  const layers = Array.from({ length: predictions.layers - 1 }, (_, layer) => layer);
  if (asked === undefined || !isAdjusting(spec)) return layers.map(() => []);
  const scorable = rowsOfAnyLayer(predictions, outOfFoldRows(folds));
  const used = [...new Set(scorable.map((row) => folds[row] as number))];
  return layers.map((layer) => {
    if (predictedRows(predictions, layer, scorable).length < scorable.length) return [];
    const learn = (rows: Int32Array): readonly Adjustment[] => {
      const scored = scoredRows(truth, rows, readLayer(predictions, layer, rows));
      return scored.kind === 'classes' ? fitAdjustments(asked, metric, scored) : [];
    };
    const adjusted = used.map((fold) => {
      const others =
        validate.scheme === 'time'
          ? rowsThat(scorable, (row) => (folds[row] as number) < fold)
          : rowsOutside(scorable, { folds, fold, truth });
      const rows = scorable.filter((row) => folds[row] === fold);
      const given = readLayer(predictions, layer, rows);
      return { rows, output: adjust(learn(others), given, predictions.width) };
    });
    const final = learn(scorable);
    for (const { rows, output } of adjusted) writeLayerInto(output, rows, layer, predictions);
    return final;
  });
}
