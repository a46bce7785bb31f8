// Memory is a stack: a caller marks the top, allocates, and releases down to the mark. Nothing is freed one by one.
import { outOfMemory } from './host';

const PAGE_BYTES: u64 = 65536;

let top: usize = (__heap_base + 15) & ~15;

export function mark(): usize {
  return top;
}

export function release(to: usize): void {
  top = to;
}

/** `bytes` of memory at a multiple of 16, with whatever was there before. */
export function allocate(bytes: usize): usize {
  const start = top;
  const end = (<u64>start + <u64>bytes + 15) & ~15;
  const have = <u64>memory.size() * PAGE_BYTES;
  if (end > have) {
    const pages = (end - have + PAGE_BYTES - 1) / PAGE_BYTES;
    if (end >= 0xffff0000 || memory.grow(<i32>pages) < 0) outOfMemory(<f64>bytes);
  }
  top = <usize>end;
  return start;
}

export function allocateZeroed(bytes: usize): usize {
  const start = allocate(bytes);
  memory.fill(start, 0, bytes);
  return start;
}
