import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { Failure } from '../../domain/failure.ts';
import type { RowRange } from '../../frame/frame.ts';
import type { FoldsRef, InputRef } from '../engine.ts';

/** The bytes of a task's inputs by name; ranges of one name are joined in order. */
export function readInputs(refs: readonly InputRef[]): ReadonlyMap<string, Uint8Array> {
  const sizes = new Map<string, number>();
  for (const { name, length } of refs) sizes.set(name, (sizes.get(name) ?? 0) + length);
  const inputs = new Map([...sizes].map(([name, size]) => [name, new Uint8Array(size)]));
  const filled = new Map<string, number>();
  for (const ref of refs) {
    const start = filled.get(ref.name) ?? 0;
    const target = inputs.get(ref.name) as Uint8Array;
    readRangeInto(ref.path, ref.offset, target.subarray(start, start + ref.length));
    filled.set(ref.name, start + ref.length);
  }
  return inputs;
}

/**
 * Bytes of the rows of ranges, range after range, from a file of one byte per row, or of one for each repeat: those of one
 * repeat after those of another, as in the file. On shared memory.
 */
export function readFolds(
  { path, repeats = 1 }: FoldsRef,
  ranges: readonly RowRange[],
): Uint8Array {
  const rowCount = ranges.reduce((sum, { count }) => sum + count, 0);
  const folds = new Uint8Array(new SharedArrayBuffer(rowCount * repeats));
  const tableRows = repeats === 1 ? 0 : statSync(path).size / repeats;
  let done = 0;
  for (let repeat = 0; repeat < repeats; repeat++)
    for (const { start, count } of ranges) {
      readRangeInto(path, repeat * tableRows + start, folds.subarray(done, done + count));
      done += count;
    }
  return folds;
}

/** Fills the target from a file's bytes at the offset. Throws `Failure('corrupt-object')` when the file is shorter. */
function readRangeInto(path: string, offset: number, target: Uint8Array): void {
  const file = openSync(path, 'r');
  try {
    let done = 0;
    while (done < target.length) {
      const count = readSync(file, target, done, target.length - done, offset + done);
      if (count === 0)
        throw new Failure(
          'corrupt-object',
          `"${path}" ends before byte ${offset + target.length}; it was cut after it was written.`,
        );
      done += count;
    }
  } finally {
    closeSync(file);
  }
}
