import { bytesField, numberField, numbersField, textField } from './protobuf.ts';

/** ONNX's numbers of the element types that we write. */
export const ELEMENT = { uint8: 2, int64: 7, text: 8, double: 11 } as const;

/** Constants in a graph; `dims` are the lengths of its axes, none for a single number. */
export type Tensor =
  | { readonly kind: 'double'; readonly dims: readonly number[]; readonly values: Float64Array }
  | { readonly kind: 'uint8'; readonly dims: readonly number[]; readonly values: Uint8Array }
  | { readonly kind: 'int64'; readonly dims: readonly number[]; readonly values: Int32Array }
  | { readonly kind: 'text'; readonly dims: readonly number[]; readonly values: readonly string[] };

export function doubles(values: Iterable<number>, dims?: readonly number[]): Tensor {
  const numbers = Float64Array.from(values);
  return { kind: 'double', dims: dims ?? [numbers.length], values: numbers };
}

export function texts(values: readonly string[], dims?: readonly number[]): Tensor {
  return { kind: 'text', dims: dims ?? [values.length], values };
}

/** Whole numbers that name axes or positions. */
export function places(values: readonly number[], dims?: readonly number[]): Tensor {
  return { kind: 'int64', dims: dims ?? [values.length], values: Int32Array.from(values) };
}

/** Fields of a TensorProto. */
export function tensorFields(tensor: Tensor, name = ''): Uint8Array[] {
  return [
    numbersField(1, tensor.dims),
    numberField(2, ELEMENT[tensor.kind]),
    ...(name === '' ? [] : [textField(8, name)]),
    ...dataFields(tensor),
  ];
}

function dataFields(tensor: Tensor): Uint8Array[] {
  switch (tensor.kind) {
    case 'text':
      return tensor.values.map((text) => textField(6, text));
    case 'int64':
      return [bytesField(9, rawBytes(BigInt64Array.from(tensor.values, BigInt)))];
    case 'double':
    case 'uint8':
      return [bytesField(9, rawBytes(tensor.values))];
  }
}

/** As they stand in memory: little-endian on every platform of ours. */
function rawBytes(values: Float64Array | Uint8Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
