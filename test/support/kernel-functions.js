// The very module that the pool's threads have loaded.
import { withKernels } from '../../dist/src/kernels/kernels.js';

/**
 * Asks the kernels for as many megabytes as the arguments say for its partition.
 * @type {import('../../src/partition/partition-function.ts').PartitionFunction}
 */
export function reserve({ partition }, args) {
  const megabytes = Number(args[partition.text] ?? 0);
  withKernels(
    () => undefined,
    (kernels) => kernels.reserve(megabytes * 2 ** 20),
  );
  return { facts: {}, blobs: new Map() };
}
