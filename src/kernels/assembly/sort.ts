// Least-significant-digit radix sort of doubles, mapped to integers of the same order.

const DIGITS = 8;
const COUNTS: usize = memory.data(DIGITS * 256 * 4);
const SIGN: u64 = 0x8000000000000000;

/** Integers that compare as the doubles do; −0 becomes 0. */
export function keyOfNumber(value: f64): u64 {
  const bits = reinterpret<u64>(value + 0.0);
  return bits & SIGN ? ~bits : bits | SIGN;
}

export function numberOfKey(key: u64): f64 {
  return reinterpret<f64>(key & SIGN ? key & ~SIGN : ~key);
}

/** Sorts `count` u64 keys using `spare` of the same size; the answer is whichever of the two holds them sorted. */
export function sortKeys(keys: usize, spare: usize, count: i32): usize {
  if (count <= 48) return insertionSort(keys, count);
  countDigits(keys, count);
  let from = keys;
  let to = spare;
  for (let digit = 0; digit < DIGITS; digit++) {
    const counts = COUNTS + ((<usize>digit) << 10);
    const shift = (<u64>digit) << 3;
    // Every key has the same digit here: nothing to move.
    if (load<u32>(counts + ((<usize>((load<u64>(from) >> shift) & 255)) << 2)) == <u32>count)
      continue;
    startPositions(counts);
    for (let i: usize = 0; i < <usize>count; i++) {
      const key = load<u64>(from + (i << 3));
      const slot = counts + ((<usize>((key >> shift) & 255)) << 2);
      const position = load<u32>(slot);
      store<u32>(slot, position + 1);
      store<u64>(to + ((<usize>position) << 3), key);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

function countDigits(keys: usize, count: i32): void {
  memory.fill(COUNTS, 0, DIGITS * 256 * 4);
  for (let i: usize = 0; i < <usize>count; i++) {
    let key = load<u64>(keys + (i << 3));
    for (let counts = COUNTS; counts < COUNTS + (DIGITS << 10); counts += 1024) {
      const slot = counts + ((<usize>(key & 255)) << 2);
      store<u32>(slot, load<u32>(slot) + 1);
      key >>= 8;
    }
  }
}

function startPositions(counts: usize): void {
  let position: u32 = 0;
  for (let slot = counts; slot < counts + 1024; slot += 4) {
    const here = load<u32>(slot);
    store<u32>(slot, position);
    position += here;
  }
}

function insertionSort(keys: usize, count: i32): usize {
  for (let i = 1; i < count; i++) {
    const key = load<u64>(keys + ((<usize>i) << 3));
    let at = i - 1;
    while (at >= 0 && load<u64>(keys + ((<usize>at) << 3)) > key) {
      store<u64>(keys + ((<usize>(at + 1)) << 3), load<u64>(keys + ((<usize>at) << 3)));
      at--;
    }
    store<u64>(keys + ((<usize>(at + 1)) << 3), key);
  }
  return keys;
}
