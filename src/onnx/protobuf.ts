/** Fields of protocol buffers, as bytes: the part of the format that ONNX needs. */

export function numberField(field: number, value: number | bigint): Uint8Array {
  return join([varint(BigInt(field << 3)), varint(BigInt(value))]);
}

export function bytesField(field: number, bytes: Uint8Array): Uint8Array {
  return join([varint(BigInt((field << 3) | 2)), varint(BigInt(bytes.length)), bytes]);
}

export function textField(field: number, text: string): Uint8Array {
  return bytesField(field, Buffer.from(text, 'utf8'));
}

export function messageField(field: number, parts: readonly Uint8Array[]): Uint8Array {
  return bytesField(field, join(parts));
}

/** A list of whole numbers in one field. */
export function numbersField(field: number, values: Iterable<number>): Uint8Array {
  return messageField(
    field,
    Array.from(values, (value) => varint(BigInt(value))),
  );
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Seven bits a byte, the lowest first; negative numbers as 64 bits. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
