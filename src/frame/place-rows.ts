import type { Placing } from './row-places.ts';

/** Puts the values of a chunk's rows in their places. */
export function valuesInto(
  values: Float64Array | Int32Array,
  { places, run }: Placing,
  target: Float64Array | Int32Array,
): void {
  if (run >= 0) {
    target.set(values, run);
    return;
  }
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number;
    if (place >= 0) target[place] = values[i] as number;
  }
}

/** Row hashes are stored as two big-endian numbers; DuckDB hands them out little-endian. */
export function hashesInto(
  high: Uint32Array,
  low: Uint32Array,
  { places }: Placing,
  target: Uint8Array,
): void {
  const view = new DataView(target.buffer);
  for (let i = 0; i < places.length; i++) {
    const at = (places[i] as number) * 16;
    if (at < 0) continue;
    view.setUint32(at, high[i * 2 + 1] as number);
    view.setUint32(at + 4, high[i * 2] as number);
    view.setUint32(at + 8, low[i * 2 + 1] as number);
    view.setUint32(at + 12, low[i * 2] as number);
  }
}
