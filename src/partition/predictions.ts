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
};

/** Numbers per row and layer: a probability per class, or one value where there are none. */
export function outputWidth(classes: readonly string[]): number {
  return Math.max(1, classes.length);
}

export function createPredictions(rowCount: number, layers: number, width: number): Predictions {
  const values = new Float64Array(rowCount * layers * width).fill(Number.NaN);
  return { rowCount, layers, width, values };
}

/** A view of the bytes (copied only when they are not aligned). Throws `RangeError` when they don't divide evenly. */
export function predictionsFromBytes(
  bytes: Uint8Array,
  layers: number,
  width: number,
): Predictions {
  const rowBytes = bytesPerRow(layers, width);
  if (bytes.length % rowBytes !== 0)
    throw new RangeError(`${bytes.length} bytes are no rows of ${rowBytes} bytes.`);
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const values = new Float64Array(aligned.buffer, aligned.byteOffset, aligned.length / 8);
  return { rowCount: bytes.length / rowBytes, layers, width, values };
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
  const { layers, width, values } = predictions;
  for (let i = 0; i < rows.length; i++) {
    const to = ((rows[i] as number) * layers + layer) * width;
    for (let k = 0; k < width; k++) values[to + k] = output[i * width + k] as number;
  }
}

/** One layer's predictions of `rows`: rows.length × width, row-major. */
export function readLayer(predictions: Predictions, layer: number, rows: Int32Array): Float64Array {
  const { layers, width, values } = predictions;
  const output = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const from = ((rows[i] as number) * layers + layer) * width;
    for (let k = 0; k < width; k++) output[i * width + k] = values[from + k] as number;
  }
  return output;
}
