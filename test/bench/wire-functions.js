/** Partition functions that cost next to nothing: what is measured with them is the way to executors and back. */

/** @typedef {import('../../src/partition/partition-function.ts').PartitionFunction} PartitionFunction */

/** Of the second column. @type {PartitionFunction} */
export function mean({ frame }) {
  const [, values] = frame.columns;
  if (values?.kind !== 'number') throw new TypeError('The second column holds no numbers.');
  let sum = 0;
  for (const value of values.values) sum += value;
  return { facts: { mean: sum / frame.rowCount }, blobs: new Map() };
}

/** Every value. @type {PartitionFunction} */
export function echo({ frame }) {
  const blobs = frame.columns.map((column) => {
    const values =
      column.kind === 'number'
        ? column.values
        : column.kind === 'time'
          ? column.micros
          : column.codes;
    const bytes = new Uint8Array(values.byteLength);
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return /** @type {const} */ ([column.name, bytes]);
  });
  return { facts: {}, blobs: new Map(blobs) };
}
