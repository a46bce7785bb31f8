import type { Digest } from '../domain/digest.ts';
import { digestBytes, digestJson } from '../frame/digest.ts';
import { type Column, type Frame, requireColumn } from '../frame/frame.ts';

/** Digest of the values of the named columns, in that order: IEEE doubles (−0 as 0, one NaN), levels and codes. */
export function featuresDigest(frame: Frame, names: readonly string[]): Digest {
  const columns = names.map((name) => {
    const column = requireColumn(frame, name);
    return [name, column.kind, digestBytes(valueBytes(column))];
  });
  return digestJson([frame.rowCount, columns]);
}

function valueBytes(column: Column): Uint8Array {
  switch (column.kind) {
    case 'number':
      return doubleBytes(column.values);
    case 'time':
      return doubleBytes(column.micros);
    case 'category': {
      const levels = Buffer.from(JSON.stringify(column.levels));
      return Buffer.concat([levels, bytesOf(column.codes)]);
    }
  }
}

function doubleBytes(values: Float64Array): Uint8Array {
  const canonical = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    canonical[i] = Number.isNaN(value) ? Number.NaN : value + 0;
  }
  return bytesOf(canonical);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
