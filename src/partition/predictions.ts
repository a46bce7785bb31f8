/**
 * The one layout of stored predictions: doubles [row][layer][width], row after row, so that the rows of any part of a
 * snapshot are one range of bytes. `width` = classes (probabilities) or 1 (a value); NaN = no prediction by that layer
 * for that row. A classifier without probabilities writes 1 for its class and 0 elsewhere.
 */
export type Predictions = {
  readonly rowCount: number;
  readonly layers: number;
  readonly width: number;
  readonly values: Float64Array;
  /**
   * Above 1: of repeated cross-validation. `values` have, of each row, the candidates of one repeat after those of another
   * and the holdout's layer once; what reads them sees a copy of all rows for each repeat, one after the other, and makes
   * none.
   */
  readonly repeats?: number;
};

/** Layers that are stored for every row: the last, the holdout's, is one for all repeats. */
export function storedLayers(candidates: number, repeats: number): number {
  return candidates * repeats + 1;
}

/** Where in `values` the numbers of a row by a layer begin. */
export function startOf(
  { rowCount, layers, width, repeats = 1 }: Omit<Predictions, 'values'>,
  row: number,
  layer: number,
): number {
  if (repeats === 1) return (row * layers + layer) * width;
  const rows = rowCount / repeats;
  const repeat = Math.floor(row / rows);
  const candidates = layers - 1;
  const stored = layer === candidates ? candidates * repeats : repeat * candidates + layer;
  return ((row - repeat * rows) * storedLayers(candidates, repeats) + stored) * width;
}

/** Numbers per row and layer: a probability per class, or one value where there are none. */
export function outputWidth(classes: readonly string[]): number {
  return Math.max(1, classes.length);
}

/** `rowCount`: without the copies of repeats. */
export function createPredictions(
  rowCount: number,
  layers: number,
  width: number,
  repeats = 1,
): Predictions {
  const values = new Float64Array(rowCount * storedLayers(layers - 1, repeats) * width);
  return predictionsOf(values.fill(Number.NaN), layers, width, repeats);
}

/** A view of the bytes (copied only when they are not aligned). Throws `RangeError` when they don't divide evenly. */
export function predictionsFromBytes(
  bytes: Uint8Array,
  layers: number,
  width: number,
  repeats = 1,
): Predictions {
  const rowBytes = bytesPerRow(storedLayers(layers - 1, repeats), width);
  if (bytes.length % rowBytes !== 0)
    throw new RangeError(`${bytes.length} bytes are no rows of ${rowBytes} bytes.`);
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const values = new Float64Array(aligned.buffer, aligned.byteOffset, aligned.length / 8);
  return predictionsOf(values, layers, width, repeats);
}

function predictionsOf(
  values: Float64Array,
  layers: number,
  width: number,
  repeats: number,
): Predictions {
  const rows = values.length / (storedLayers(layers - 1, repeats) * width);
  const common = { rowCount: rows * repeats, layers, width, values };
  return repeats === 1 ? common : { ...common, repeats };
}

/** One repeat by itself, with the holdout's layer if it is the first: what one cross-validation would have stored. */
export function ofRepeat(predictions: Predictions, repeat: number): Predictions {
  const { layers, width, values, repeats = 1 } = predictions;
  if (repeats === 1) return predictions;
  const rowCount = predictions.rowCount / repeats;
  const own = createPredictions(rowCount, layers, width);
  const kept = repeat === 0 ? layers : layers - 1;
  for (let row = 0; row < rowCount; row++)
    for (let layer = 0; layer < kept; layer++) {
      const from = startOf(predictions, repeat * rowCount + row, layer);
      own.values.set(values.subarray(from, from + width), startOf(own, row, layer));
    }
  return own;
}

export function predictionsToBytes({ values }: Pick<Predictions, 'values'>): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

export function bytesPerRow(layers: number, width: number): number {
  return layers * width * 8;
}

/** Writes `output` (rows.length × width, row-major) as one layer's predictions of `rows`. */
export function writeLayerInto(
  output: Float64Array,
  rows: Int32Array,
  layer: number,
  predictions: Predictions,
): void {
  const { width, values } = predictions;
  for (let i = 0; i < rows.length; i++) {
    const to = startOf(predictions, rows[i] as number, layer);
    for (let k = 0; k < width; k++) values[to + k] = output[i * width + k] as number;
  }
}

/** Takes back what a layer says of every row. */
export function forgetLayerIn(predictions: Predictions, layer: number): void {
  const { width, values, rowCount } = predictions;
  for (let row = 0; row < rowCount; row++) {
    const start = startOf(predictions, row, layer);
    values.fill(Number.NaN, start, start + width);
  }
}

/** One layer's predictions of `rows`: rows.length × width, row-major. */
export function readLayer(predictions: Predictions, layer: number, rows: Int32Array): Float64Array {
  const { width, values } = predictions;
  const output = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const from = startOf(predictions, rows[i] as number, layer);
    for (let k = 0; k < width; k++) output[i * width + k] = values[from + k] as number;
  }
  return output;
}
